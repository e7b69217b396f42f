use super::*;
use crate::demo::ingestor::radio::Radio;
use crate::demo::prng::Prng;

fn count(store: &Store, table: &str) -> i64 {
    store.conn.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).unwrap()
}

fn filled(transmissions: usize) -> (tempfile::TempDir, Store) {
    let folder = tempfile::tempdir().unwrap();
    let mut store = Store::open(&folder.path().join("meshcore.db")).unwrap();
    let mut radio = Radio::new(Prng::new(1));
    let all = (0..transmissions).flat_map(|_| radio.transmission());
    store
        .write(Instant::now(), |conn| {
            all.map(|message| ingest(conn, &message, 0)).collect::<rusqlite::Result<Vec<_>>>()
        })
        .unwrap();
    (folder, store)
}

#[test]
fn a_packet_heard_again_is_a_duplicate() {
    let (_folder, mut store) = filled(0);
    let message = Radio::new(Prng::new(1)).transmission().remove(0);
    let mut write = || store.write(Instant::now(), |conn| ingest(conn, &message, 0)).unwrap().0;
    assert_eq!(write().new_transmission, Some(true));
    assert_eq!(write(), Ingested { new_transmission: Some(false), node: false });
    let rows = ["transmissions", "observations", "observers"].map(|table| count(&store, table));
    assert_eq!(rows, [1, 1, 1]);
}

#[test]
fn rewriting_what_is_done_writes_pages_for_ever() {
    let (_folder, mut store) = filled(50);
    let ids = store.observation_ids(40).unwrap();
    for _ in 0..3 {
        let before = store.wal_size();
        assert_eq!(store.write(Instant::now(), |conn| rewrite_paths(conn, &ids)).unwrap().0, 40);
        assert!(store.wal_size() > before);
    }
}

#[test]
fn what_is_kept_is_bounded() {
    let (folder, mut store) = filled(4500);
    let list = "x".repeat(24_000);
    store
        .write(Instant::now(), |conn| (0..60).try_for_each(|node| rewrite_neighbors(conn, node, &list, 0)))
        .unwrap();
    store.write(Instant::now(), |conn| prune(conn, 4000)).unwrap();
    assert_eq!(count(&store, "transmissions"), 4000);
    let orphans = "observations WHERE transmission_id NOT IN (SELECT id FROM transmissions)";
    assert_eq!(count(&store, orphans), 0);
    assert!(store.truncate_wal().unwrap());
    assert_eq!(store.wal_size(), 0);
    store.vacuum(10_000).unwrap();
    store.truncate_wal().unwrap();
    let size = std::fs::metadata(folder.path().join("meshcore.db")).unwrap().len();
    assert!(size < 10 << 20, "{size}");
}
