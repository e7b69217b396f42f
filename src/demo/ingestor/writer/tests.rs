use super::*;
use crate::demo::ingestor::radio::Radio;
use crate::demo::prng::Prng;

#[test]
fn what_waits_for_a_held_lock_is_written_afterwards() {
    let folder = tempfile::tempdir().unwrap();
    let db = folder.path().join("meshcore.db");
    let counters = Arc::new(Counters::default());
    let sources = Arc::new(Mutex::new(Sources::new(0)));
    let mut writer = Writer::new(Store::open(&db).unwrap(), Arc::clone(&counters), sources);
    let other = Connection::open(&db).unwrap();
    other.busy_timeout(Duration::ZERO).unwrap();
    let is_free = || other.execute_batch("BEGIN IMMEDIATE; ROLLBACK").is_ok();

    writer.play(Scenario::WriterHeld);
    writer.work();
    assert!(!is_free());
    let messages = Radio::new(Prng::new(1)).transmission();
    let count = i64::try_from(messages.len()).unwrap();
    for message in messages {
        writer.receive(message, Instant::now());
    }
    writer.work();
    assert_eq!(counters.observer_upserts.get(), 0);
    writer.play(Scenario::Quiet);
    assert!(is_free());
    crate::demo::tests::until("all is written", || {
        writer.work();
        counters.observer_upserts.get() == count
    });
    let perf = counters.perf();
    assert_eq!((perf[PRUNE].count, perf["mqtt_handler"].count), (1, count));
    assert!(perf["mqtt_handler"].recent[0].wait > Duration::ZERO);
    assert_eq!(counters.write_errors.get(), 0);
}
