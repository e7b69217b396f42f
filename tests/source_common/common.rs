//! What the tests of the sources share: private folders, a writer in another process, patience.
#![allow(dead_code, reason = "each test program uses a part of it")]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use rusqlite::Connection;

const CHILD: &str = "CORESCOPE_TEST_WRITER";
const REPLY: &str = "reply:";
const ASK: &str = "ask:";

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
        Self::start_by(Command::new(std::env::current_exe().unwrap()), db)
    }

    /// Like [`Writer::start`], by a command that runs this test program with the arguments that are
    /// added.
    pub fn start_by(mut command: Command, db: &Path) -> Self {
        let mut child = command
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

    /// Has SQL executed; `close` closes the connection, anything else opens it.
    pub fn order(&mut self, sql: &str) {
        assert_eq!(self.exchange(sql), "ok", "{sql}");
    }

    /// The first value of the first row that SQL yields; `commits N` instead of SQL commits N times,
    /// half a millisecond apart, and tells how long each took, in microseconds.
    pub fn ask(&mut self, sql: &str) -> String {
        self.exchange(&format!("{ASK}{sql}"))
    }

    fn exchange(&mut self, order: &str) -> String {
        writeln!(self.orders, "{order}").unwrap();
        for line in (&mut self.replies).lines() {
            if let Some((_, reply)) = line.unwrap().split_once(REPLY) {
                return reply.to_owned();
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
        let order = order.unwrap();
        let done = match order.strip_prefix(ASK) {
            Some(question) => answer(&mut connection, &db, question),
            None => obey(&mut connection, &db, &order).map(|()| "ok".to_owned()),
        };
        let reply = done.unwrap_or_else(|error| error.to_string());
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

fn answer(connection: &mut Option<Connection>, db: &Path, question: &str) -> rusqlite::Result<String> {
    obey(connection, db, "SELECT 1")?;
    let Some(open) = connection else { return Ok(String::new()) };
    if let Some(count) = question.strip_prefix("commits ") {
        let mut insert = open.prepare("INSERT INTO t VALUES(randomblob(200))")?;
        let commits = (0..count.parse().unwrap()).map(|_| {
            std::thread::sleep(Duration::from_micros(500));
            let start = Instant::now();
            insert.execute([])?;
            Ok(format!("{:.1}", start.elapsed().as_secs_f64() * 1e6))
        });
        return commits.collect::<rusqlite::Result<Vec<_>>>().map(|all| all.join(" "));
    }
    let value = open.query_row(question, [], |row| row.get::<_, rusqlite::types::Value>(0))?;
    Ok(match value {
        rusqlite::types::Value::Integer(number) => number.to_string(),
        other => format!("{other:?}"),
    })
}
