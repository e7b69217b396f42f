//! The database: its four tables and every statement that touches them.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, DropBehavior, Transaction, TransactionBehavior, params};

use super::radio::{ADVERT, Message, Packet};

const SCHEMA: &str = "
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS transmissions (
    id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, raw_hex TEXT NOT NULL, payload_type INTEGER NOT NULL,
    decoded_json TEXT, first_seen INTEGER NOT NULL);
CREATE INDEX IF NOT EXISTS transmissions_first_seen ON transmissions (first_seen);
CREATE TABLE IF NOT EXISTS observations (
    id INTEGER PRIMARY KEY, transmission_id INTEGER NOT NULL REFERENCES transmissions (id),
    observer_id TEXT NOT NULL, snr REAL, rssi INTEGER, path_json TEXT, heard_at INTEGER NOT NULL,
    UNIQUE (transmission_id, observer_id));
CREATE INDEX IF NOT EXISTS observations_heard_at ON observations (heard_at);
CREATE TABLE IF NOT EXISTS nodes (
    public_key TEXT PRIMARY KEY, name TEXT, role TEXT, lat REAL, lon REAL, advert_count INTEGER NOT NULL,
    first_seen INTEGER NOT NULL, last_seen INTEGER NOT NULL, neighbors_json TEXT);
CREATE TABLE IF NOT EXISTS observers (
    id TEXT PRIMARY KEY, name TEXT, packet_count INTEGER NOT NULL, battery_mv INTEGER,
    last_seen INTEGER NOT NULL);
COMMIT;";

/// The writer's connection.
#[derive(Debug)]
pub struct Store {
    conn: Connection,
    wal: PathBuf,
}

/// How long a transaction waited for the writer lock and how long it held it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Held {
    /// From asking for the lock to having it.
    pub wait: Duration,
    /// From having it to the end of the commit.
    pub hold: Duration,
}

/// A transaction that stays open until [`Store::let_go`].
#[derive(Clone, Copy, Debug)]
pub struct Holding {
    wait: Duration,
    since: Instant,
}

/// What became of a message.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ingested {
    /// `Some(true)`: a new transmission; `Some(false)`: one known before; `None`: not a packet.
    pub new_transmission: Option<bool>,
    /// A node was inserted or brought up to date.
    pub node: bool,
}

impl Store {
    /// Opens the database, with the settings of the real ingestor, and makes the tables that aren't there.
    pub fn open(path: &Path) -> rusqlite::Result<Self> {
        let conn = Connection::open(path)?;
        conn.busy_timeout(Duration::from_secs(5))?;
        // auto_vacuum can only be chosen before anything is in the file.
        conn.pragma_update(None, "auto_vacuum", "INCREMENTAL")?;
        conn.pragma_update(None, "journal_mode", "WAL")?;
        conn.pragma_update(None, "synchronous", "NORMAL")?;
        conn.execute_batch(SCHEMA)?;
        let mut wal = path.as_os_str().to_owned();
        wal.push("-wal");
        Ok(Self { conn, wal: wal.into() })
    }

    /// Size of the `-wal` file in bytes; 0 if there is none.
    pub fn wal_size(&self) -> u64 {
        std::fs::metadata(&self.wal).map_or(0, |meta| meta.len())
    }

    /// Runs `work` in one transaction that takes the writer lock at once, wanted since `asked`, and times it.
    pub fn write<T>(
        &mut self,
        asked: Instant,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> rusqlite::Result<(T, Held)> {
        let transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let got = Instant::now();
        let value = work(&transaction)?;
        transaction.commit()?;
        Ok((value, Held { wait: got - asked, hold: got.elapsed() }))
    }

    /// Takes the writer lock, does `work`, and keeps the lock; [`Store::let_go`] has to come next.
    pub fn hold(
        &mut self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<()>,
    ) -> rusqlite::Result<Holding> {
        let asked = Instant::now();
        let mut transaction = self.conn.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let since = Instant::now();
        work(&transaction)?;
        transaction.set_drop_behavior(DropBehavior::Ignore);
        Ok(Holding { wait: since - asked, since })
    }

    /// Commits the transaction of `holding`.
    pub fn let_go(&mut self, holding: Holding) -> rusqlite::Result<Held> {
        self.conn.execute_batch("COMMIT")?;
        Ok(Held { wait: holding.wait, hold: holding.since.elapsed() })
    }

    /// Copies the whole log into the database and cuts it to nothing. `false` if a reader was in the way.
    pub fn truncate_wal(&self) -> rusqlite::Result<bool> {
        self.conn.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get::<_, i64>(0).map(|n| n == 0))
    }

    /// Gives at most `pages` free pages back to the file system.
    pub fn vacuum(&self, pages: u32) -> rusqlite::Result<()> {
        self.conn.execute_batch(&format!("PRAGMA incremental_vacuum({pages})"))
    }

    /// The keys of up to `limit` rows of `observations`, oldest first.
    pub fn observation_ids(&self, limit: u32) -> rusqlite::Result<Vec<i64>> {
        let mut query = self.conn.prepare("SELECT id FROM observations ORDER BY id LIMIT ?1")?;
        query.query_map([limit], |row| row.get(0))?.collect()
    }
}

/// Writes one message at `now` (seconds since the epoch).
pub fn ingest(conn: &Connection, message: &Message, now: i64) -> rusqlite::Result<Ingested> {
    match message {
        Message::Status { observer, battery_mv } => {
            upsert_observer(conn, *observer, 0, Some(battery_mv.cast_signed()), now)?;
            Ok(Ingested::default())
        }
        Message::Packet(packet) => {
            let new = insert_transmission(conn, packet, now)?;
            insert_observation(conn, packet, now)?;
            upsert_observer(conn, packet.observer, 1, None, now)?;
            let node = packet.payload_type == ADVERT && new;
            if node {
                upsert_node(conn, packet, now)?;
            }
            Ok(Ingested { new_transmission: Some(new), node })
        }
    }
}

fn insert_transmission(conn: &Connection, packet: &Packet, now: i64) -> rusqlite::Result<bool> {
    let decoded = format!(
        r#"{{"type":{},"node":"{}","length":{}}}"#,
        packet.payload_type,
        public_key(packet.node),
        packet.raw_hex.len() / 2
    );
    let sql = "INSERT INTO transmissions (hash, raw_hex, payload_type, decoded_json, first_seen)
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (hash) DO NOTHING";
    let values = params![packet.hash, packet.raw_hex, packet.payload_type, decoded, now];
    Ok(conn.execute(sql, values)? == 1)
}

fn insert_observation(conn: &Connection, packet: &Packet, now: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO observations (transmission_id, observer_id, snr, rssi, path_json, heard_at)
               SELECT id, ?2, ?3, ?4, ?5, ?6 FROM transmissions WHERE hash = ?1
               ON CONFLICT (transmission_id, observer_id) DO UPDATE SET heard_at = excluded.heard_at";
    let snr = packet.snr_quarters as f64 / 4.0;
    let path = format!(r#"["{}"]"#, packet.path.join(r#"",""#));
    let values = params![packet.hash, observer_id(packet.observer), snr, packet.rssi, path, now];
    conn.execute(sql, values)?;
    Ok(())
}

fn upsert_observer(
    conn: &Connection,
    observer: u64,
    packets: i64,
    battery_mv: Option<i64>,
    now: i64,
) -> rusqlite::Result<()> {
    let sql = "INSERT INTO observers (id, name, packet_count, battery_mv, last_seen)
               VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT (id) DO UPDATE SET
               packet_count = packet_count + excluded.packet_count,
               battery_mv = coalesce(excluded.battery_mv, battery_mv), last_seen = excluded.last_seen";
    let name = format!("Observer {observer}");
    conn.execute(sql, params![observer_id(observer), name, packets, battery_mv, now])?;
    Ok(())
}

fn upsert_node(conn: &Connection, packet: &Packet, now: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO nodes (public_key, name, role, lat, lon, advert_count, first_seen, last_seen)
               VALUES (?1, ?2, ?3, ?4, ?5, 1, ?6, ?6) ON CONFLICT (public_key) DO UPDATE SET
               advert_count = advert_count + 1, last_seen = excluded.last_seen";
    let role = if packet.node.is_multiple_of(4) { "repeater" } else { "companion" };
    let (lat, lon) = (50.0 + packet.node as f64 / 50.0, 8.0 + packet.node as f64 / 35.0);
    let name = format!("Node {}", packet.node);
    conn.execute(sql, params![public_key(packet.node), name, role, lat, lon, now])?;
    Ok(())
}

/// Writes `path_json` of the rows `ids` once more; returns how many there were.
pub fn rewrite_paths(conn: &Connection, ids: &[i64]) -> rusqlite::Result<usize> {
    // The spelling changes to and fro because SQLite leaves out a page whose bytes stay the same.
    let sql = "UPDATE observations SET path_json =
               iif(path_json = upper(path_json), lower(path_json), upper(path_json)) WHERE id = ?1";
    let mut update = conn.prepare(sql)?;
    ids.iter().map(|id| update.execute([id])).sum()
}

/// Replaces the list of neighbours of node `node` by `neighbors`.
pub fn rewrite_neighbors(conn: &Connection, node: u64, neighbors: &str, now: i64) -> rusqlite::Result<()> {
    let sql = "INSERT INTO nodes (public_key, advert_count, first_seen, last_seen, neighbors_json)
               VALUES (?1, 0, ?3, ?3, ?2)
               ON CONFLICT (public_key) DO UPDATE SET neighbors_json = excluded.neighbors_json";
    conn.execute(sql, params![public_key(node), neighbors, now])?;
    Ok(())
}

/// Deletes all but the newest `keep` transmissions, with what was observed of them.
pub fn prune(conn: &Connection, keep: i64) -> rusqlite::Result<()> {
    let oldest = "(SELECT max(id) FROM transmissions) - ?1";
    conn.execute(&format!("DELETE FROM observations WHERE transmission_id <= {oldest}"), [keep])?;
    conn.execute(&format!("DELETE FROM transmissions WHERE id <= {oldest}"), [keep])?;
    Ok(())
}

fn public_key(node: u64) -> String {
    // The golden ratio spreads the keys over the index as real ones would.
    format!("{:016x}{node:048x}", (node + 1).wrapping_mul(0x9E37_79B9_7F4A_7C15))
}

fn observer_id(observer: u64) -> String {
    format!("{:032X}", u128::from(observer + 1).wrapping_mul(0x0123_4567_89AB_CDEF_FEDC_BA98_7654_3211))
}

#[cfg(test)]
mod tests;
