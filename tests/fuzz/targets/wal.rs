//! The three binary headers, and two looks at a database made of them, all the way to a line of JSON.
//!
//! The input is two times wal-index (136 bytes), log header (32 bytes) and database header (100 bytes).

#![no_main]

use corescope_top::model::Model;
use corescope_top::model::limits::Limits;
use corescope_top::output::json;
use corescope_top::parse::{db_header, wal_header, wal_index, wal_pages};
use corescope_top::sample::{DbSample, Fault, FaultKind, FileStat, Reading, Sample};
use corescope_top::units::{Bytes, Mono, Wall};
use libfuzzer_sys::fuzz_target;

const LOOK: usize = wal_index::LEN + wal_header::LEN + db_header::LEN;

fuzz_target!(|bytes: &[u8]| {
    // Also alone, at any length.
    let _ = (wal_index::parse(bytes), wal_header::parse(bytes), db_header::parse(bytes));
    let _ = (wal_pages::frame(bytes), wal_pages::newest(bytes, 1), db_header::cache_size(bytes));
    let mut model = Model::new(Limits::default());
    for (number, look) in bytes.chunks(LOOK).take(4).enumerate() {
        let snapshot = model.push(&sample(number as u64, look));
        let line = json::line(&snapshot);
        serde_json::from_str::<serde_json::Value>(&line).expect("a line of JSON");
    }
});

fn sample(second: u64, look: &[u8]) -> Sample {
    let (index, rest) = look.split_at(look.len().min(wal_index::LEN));
    let (log, db) = rest.split_at(rest.len().min(wal_header::LEN));
    // The two copies of the wal-index have to agree: a fuzzer seldom changes both.
    let mut index = index.to_vec();
    if index.len() == wal_index::LEN {
        index.copy_within(..48, 48);
    }
    let index = wal_index::parse(&index);
    let mono = Mono(second * 1_000_000_000);
    let size = |bytes: &[u8]| Bytes(bytes.iter().fold(0, |sum: u64, b| sum.rotate_left(7) ^ u64::from(*b)));
    let stat = |bytes: &[u8]| Reading::Good(FileStat { size: size(bytes), dev: 1, ino: 1 });
    let db = DbSample {
        mono,
        db: stat(db),
        wal: stat(log),
        shm: stat(b"x"),
        header: db_header::parse(db).into(),
        wal_index: index.map_err(|error| Fault::new(FaultKind::Invalid, error.to_string())).into(),
        wal_header: wal_header::parse(log).into(),
        locks: Reading::Good(Vec::new()),
        free: Reading::Good(Bytes(1 << 30)),
        ..DbSample::default()
    };
    let at = Wall::from_secs(1_795_359_500 + second as i64);
    Sample { at, mono, interval: 1.0, db: Reading::Good(db), ..Sample::default() }
}
