//! What the tests of the sources share: private folders, a writer in another process, patience.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

const CHILD: &str = "CORESCOPE_TEST_WRITER";
const REPLY: &str = "reply:";

/// Waits until `condition` holds; fails after 20 s.
pub fn until(what: &str, mut condition: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !condition() {
        assert!(Instant::now() < deadline, "{what} did not happen");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// A process of its own that has the database open, because locks belong to processes.
pub struct Writer {
    child: Child,
    orders: ChildStdin,
    replies: BufReader<ChildStdout>,
}

impl Writer {
    /// Starts this test program again, as a writer on `db`; the program has a test named `writer` that
    /// calls [`serve`].
    pub fn start(db: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["writer", "--exact", "--nocapture", "--test-threads=1"])
            .env(CHILD, db)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let orders = child.stdin.take().unwrap();
        let replies = BufReader::new(child.stdout.take().unwrap());
        Self { child, orders, replies }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Has SQL executed; `close` closes the connection, `open` opens it again.
    pub fn order(&mut self, sql: &str) {
        writeln!(self.orders, "{sql}").unwrap();
        for line in (&mut self.replies).lines() {
            if let Some((_, reply)) = line.unwrap().split_once(REPLY) {
                assert_eq!(reply, "ok", "{sql}");
                return;
            }
        }
        panic!("the writer has died");
    }

    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The writer's side; does nothing in a normal run of the tests.
pub fn serve() {
    let Some(db) = std::env::var_os(CHILD).map(PathBuf::from) else { return };
    let mut connection = None;
    for order in std::io::stdin().lines() {
        let reply = match obey(&mut connection, &db, &order.unwrap()) {
            Ok(()) => "ok".to_owned(),
            Err(error) => error.to_string(),
        };
        println!("\n{REPLY}{reply}");
    }
}

fn obey(connection: &mut Option<Connection>, db: &Path, order: &str) -> rusqlite::Result<()> {
    if order == "close" {
        return connection.take().map_or(Ok(()), |open| open.close().map_err(|(_, error)| error));
    }
    let open = match connection.take() {
        Some(open) => open,
        None => Connection::open(db)?,
    };
    let done = open.execute_batch(order);
    *connection = Some(open);
    done
}
