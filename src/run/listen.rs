//! `metrics --listen`: the latest exposition over HTTP, for a scraper.
//!
//! Everything about a client is bounded: how many there are, how long one may take, how much it may
//! send. One connection is one request; a scraper opens a new one every time anyway.

use std::convert::Infallible;
use std::future::Future;
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::pin::pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use http_body_util::Full;
use hyper::body::{Bytes, Incoming};
use hyper::header::{ACCEPT, ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::sync::Semaphore;
use tokio::time::timeout;

/// Clients that are served at the same time; one more is turned away at once.
const CLIENTS: usize = 16;
/// How long a client may take, from connecting to the last byte it has read.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long its request may take to arrive.
const REQUEST: Duration = Duration::from_secs(5);
/// Largest request, bytes, and most headers of one; hyper takes no smaller buffer than this.
const MAX_REQUEST: usize = 8 << 10;
const MAX_HEADERS: usize = 64;

const OPENMETRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";
const PLAIN: &str = "text/plain; version=0.0.4; charset=utf-8";

/// The two forms of one exposition.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// `OpenMetrics`.
    pub openmetrics: String,
    /// The older text format.
    pub plain: String,
}

/// What is served now; `None` before the first sample.
#[derive(Clone, Debug, Default)]
pub struct Latest(Arc<Mutex<Option<Arc<Page>>>>);

impl Latest {
    /// Serves `page` from now on.
    pub fn put(&self, page: Page) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(Arc::new(page));
    }

    fn get(&self) -> Option<Arc<Page>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Binds the address, and serves `latest` on a thread of its own; the address that it got.
///
/// # Errors
/// When the address can't be bound, or no thread can be started.
pub fn spawn(address: SocketAddr, latest: Latest) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind(address)?;
    listener.set_nonblocking(true)?;
    let bound = listener.local_addr()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let serve = move || {
        // Accepting ends only with the process; an error of one client is its own.
        let _ = runtime.block_on(accept(listener, latest));
    };
    thread::Builder::new().name("http".to_owned()).spawn(serve)?;
    Ok(bound)
}

async fn accept(listener: TcpListener, latest: Latest) -> io::Result<Infallible> {
    let listener = tokio::net::TcpListener::from_std(listener)?;
    let room = Arc::new(Semaphore::new(CLIENTS));
    loop {
        let Ok((stream, _)) = listener.accept().await else {
            // No descriptors left, say: that passes, but not by asking at once.
            tokio::time::sleep(Duration::from_millis(100)).await;
            continue;
        };
        let Ok(place) = Arc::clone(&room).try_acquire_owned() else { continue };
        let latest = latest.clone();
        tokio::spawn(async move {
            let answer = service_fn(|request| ready(respond(&request, latest.get().as_deref())));
            let connection = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(REQUEST)
                .max_buf_size(MAX_REQUEST)
                .max_headers(MAX_HEADERS)
                .keep_alive(false)
                .serve_connection(TokioIo::new(stream), answer);
            let _ = timeout(PATIENCE, pin!(connection)).await;
            drop(place);
        });
    }
}

fn ready<T>(value: T) -> impl Future<Output = Result<T, Infallible>> {
    std::future::ready(Ok(value))
}

fn respond(request: &Request<Incoming>, page: Option<&Page>) -> Response<Full<Bytes>> {
    if request.method() != Method::GET && request.method() != Method::HEAD {
        let mut response = said(StatusCode::METHOD_NOT_ALLOWED, PLAIN, "GET and HEAD only\n");
        response.headers_mut().insert(ALLOW, HeaderValue::from_static("GET, HEAD"));
        return response;
    }
    let accepts = |header: &HeaderValue| {
        header.to_str().is_ok_and(|value| value.contains("application/openmetrics-text"))
    };
    match (request.uri().path(), page) {
        ("/metrics", Some(page)) if request.headers().get(ACCEPT).is_some_and(accepts) => {
            said(StatusCode::OK, OPENMETRICS, &page.openmetrics)
        }
        ("/metrics", Some(page)) => said(StatusCode::OK, PLAIN, &page.plain),
        ("/metrics", None) => said(StatusCode::SERVICE_UNAVAILABLE, PLAIN, "no sample yet\n"),
        ("/", _) => said(StatusCode::OK, PLAIN, "corescope-top: see /metrics\n"),
        _ => said(StatusCode::NOT_FOUND, PLAIN, "see /metrics\n"),
    }
}

fn said(status: StatusCode, kind: &'static str, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::copy_from_slice(text.as_bytes())));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    response
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    fn server(page: Option<Page>) -> SocketAddr {
        let latest = Latest::default();
        if let Some(page) = page {
            latest.put(page);
        }
        spawn("127.0.0.1:0".parse().unwrap(), latest).unwrap()
    }

    fn page() -> Page {
        Page { openmetrics: "open\n# EOF\n".into(), plain: "plain\n".into() }
    }

    fn ask(address: SocketAddr, request: &str) -> String {
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        // The server may have had enough before the client is done.
        let _ = stream.write_all(request.as_bytes());
        let mut answer = String::new();
        let _ = stream.read_to_string(&mut answer);
        answer
    }

    #[test]
    fn each_client_gets_the_form_it_asks_for() {
        let address = server(Some(page()));
        let plain = ask(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n");
        assert!(plain.starts_with("HTTP/1.1 200") && plain.ends_with("\r\n\r\nplain\n"), "{plain}");
        assert!(plain.contains("version=0.0.4"));
        let accept = "Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5";
        let open = ask(address, &format!("GET /metrics HTTP/1.1\r\nHost: x\r\n{accept}\r\n\r\n"));
        assert!(open.contains("version=1.0.0") && open.ends_with("open\n# EOF\n"), "{open}");
    }

    #[test]
    fn anything_else_is_answered_and_harmless() {
        let address = server(None);
        for (request, status) in [
            ("GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 503"),
            ("GET /../etc/passwd HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 404"),
            ("GET / HTTP/1.1\r\nHost: x\r\n\r\n", "HTTP/1.1 200"),
            ("POST /metrics HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 405"),
            ("garbage\r\n\r\n", "HTTP/1.1 400"),
        ] {
            let answer = ask(address, request);
            assert!(answer.starts_with(status), "{request}: {answer}");
        }
        let long = format!("GET /metrics HTTP/1.1\r\nX: {}\r\n\r\n", "x".repeat(1 << 20));
        let answer = ask(address, &long);
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
    }

    #[test]
    fn clients_that_say_nothing_keep_nobody_else_out_for_long() {
        let address = server(Some(page()));
        let silent: Vec<TcpStream> = (0..CLIENTS).map(|_| TcpStream::connect(address).unwrap()).collect();
        let deadline = std::time::Instant::now() + 2 * PATIENCE;
        while !ask(address, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n").contains("200 OK") {
            assert!(std::time::Instant::now() < deadline, "silent clients keep the server to themselves");
            thread::sleep(Duration::from_millis(50));
        }
        drop(silent);
    }
}
