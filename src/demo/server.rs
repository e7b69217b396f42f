//! A server in miniature: reads the database now and then, and on command pins the log.

use std::io::BufRead as _;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use anyhow::Context as _;
use rusqlite::{Connection, OpenFlags};

use super::process;

/// What the server in miniature is started with.
#[derive(Clone, Debug, clap::Args)]
pub struct ServerArgs {
    /// The database
    #[arg(long, value_name = "PATH")]
    pub db: PathBuf,
}

/// What the server is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Command {
    /// Begin to read and don't end.
    Pin,
    /// End what [`Command::Pin`] began.
    Release,
}

/// Time between two looks at the newest rows.
const PAUSE: Duration = Duration::from_secs(1);
/// What the pages ask for: the newest packets, the traffic by type, the nodes.
///
/// All of it was written or read moments ago, so that it comes from the page cache. And it is hundreds of kilobytes a
/// second: where the machine takes a page away, its one read from the disk is a small share.
const PAGES: [&str; 3] = [
    "SELECT count(*), max(o.heard_at), max(length(t.decoded_json))
    FROM (SELECT * FROM observations ORDER BY id DESC LIMIT 100) o JOIN transmissions t ON t.id = o.transmission_id",
    "SELECT count(*), sum(length(raw_hex)), max(payload_type)
    FROM (SELECT * FROM transmissions ORDER BY id DESC LIMIT 1000)",
    "SELECT count(*), max(last_seen), sum(advert_count) FROM nodes",
];
/// Connections that serve pages; with the one that pins, the server holds as many as a real one.
const SERVING: usize = 3;

/// Serves nobody, but reads as if it did, until standard input ends or the parent does.
///
/// The commands are lines: `pin` and `release`.
///
/// # Errors
/// When the database can't be opened or read.
pub fn run(args: &ServerArgs) -> anyhow::Result<()> {
    process::set_name("corescope-server");
    process::die_with_parent()?;
    let (sender, commands) = mpsc::channel();
    thread::spawn(move || read_commands(&sender));
    serve(&args.db, &commands)
}

fn serve(db: &Path, commands: &Receiver<Command>) -> anyhow::Result<()> {
    let serving = (0..SERVING).map(|_| open(db)).collect::<anyhow::Result<Vec<_>>>()?;
    let pinning = open(db)?;
    loop {
        match commands.recv_timeout(PAUSE) {
            Ok(Command::Pin) if pinning.is_autocommit() => {
                pinning.execute_batch("BEGIN")?;
                // BEGIN alone takes no snapshot: the first read does.
                query(&pinning)?;
            }
            Ok(Command::Release) if !pinning.is_autocommit() => pinning.execute_batch("COMMIT")?,
            Ok(_) => {}
            Err(RecvTimeoutError::Timeout) => serving.iter().try_for_each(query)?,
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}

fn open(db: &Path) -> anyhow::Result<Connection> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let conn =
        Connection::open_with_flags(db, flags).with_context(|| format!("cannot open {}", db.display()))?;
    conn.busy_timeout(Duration::from_secs(5))?;
    Ok(conn)
}

fn query(conn: &Connection) -> anyhow::Result<()> {
    for page in PAGES {
        conn.prepare(page)?.query_row([], |_| Ok(()))?;
    }
    Ok(())
}

fn read_commands(sender: &Sender<Command>) {
    for line in std::io::stdin().lock().lines() {
        let command = match line.as_deref() {
            Ok("pin") => Command::Pin,
            Ok("release") => Command::Release,
            Ok(_) => continue,
            Err(_) => return,
        };
        if sender.send(command).is_err() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pinned_log_cannot_be_cut_until_it_is_released() {
        let folder = tempfile::tempdir().unwrap();
        let db = folder.path().join("meshcore.db");
        let mut store = crate::demo::ingestor::store::Store::open(&db).unwrap();
        let (sender, commands) = mpsc::channel();
        let reader = thread::spawn({
            let db = db.clone();
            move || serve(&db, &commands)
        });
        let write = |store: &mut crate::demo::ingestor::store::Store| {
            store.write(std::time::Instant::now(), |conn| {
                conn.execute("INSERT INTO nodes VALUES (hex(randomblob(8)),'','',0,0,0,0,0,'')", [])
            })
        };
        sender.send(Command::Pin).unwrap();
        // Cutting succeeds until the reader has come as far as to read.
        crate::demo::tests::until("the log is pinned", || {
            write(&mut store).unwrap();
            !truncates(&db)
        });
        sender.send(Command::Release).unwrap();
        crate::demo::tests::until("the log is free", || truncates(&db));
        drop(sender);
        reader.join().unwrap().unwrap();
    }

    fn truncates(db: &Path) -> bool {
        let conn = Connection::open(db).unwrap();
        conn.busy_timeout(Duration::ZERO).unwrap();
        conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0)).unwrap() == 0
    }
}
