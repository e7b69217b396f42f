use std::fmt::Write;

use proptest::prelude::*;
use unicode_width::UnicodeWidthStr;

use super::*;

const OLDEST: &[u8] = include_bytes!("../../tests/fixtures/stats-oldest-build.json");
const WITH_PROCIO: &[u8] = include_bytes!("../../tests/fixtures/stats-with-procio.json");
const FULL: &[u8] = include_bytes!("../../tests/fixtures/stats-full.json");

fn parsed(json: &str) -> StatsFile {
    parse(json.as_bytes()).unwrap()
}

fn names<T>(entries: &[(Arc<str>, T)]) -> Vec<&str> {
    entries.iter().map(|(name, _)| name.as_ref()).collect()
}

#[test]
fn all_three_generations_are_understood() {
    for bytes in [OLDEST, WITH_PROCIO, FULL] {
        let file = parse(bytes).unwrap();
        assert_eq!(file.sampled_at, Some(Wall::from_secs(1_795_359_572)));
        let order = ["tx_inserted", "obs_inserted", "tx_dupes", "node_upserts", "observer_upserts"];
        assert_eq!(names(&file.counters)[..5], order);
        assert_eq!(file.counters.len(), 9);
        assert_eq!(file.counters[0].1, 613);
        assert!(file.backfills.is_empty());
    }
    assert_eq!(parse(OLDEST).unwrap().proc_io, None);
    let rates = parse(WITH_PROCIO).unwrap().proc_io.unwrap();
    assert_eq!((rates.read, rates.syscr), (Some(0.0), Some(51.981_840_455_927_77)));
}

/// Names that stand where the numbers of others would go, as many as are kept.
#[test]
fn names_made_to_collide_cost_no_more_than_others() {
    let taken = (513..1024).map(|n| format!("\"a~{n}\":1"));
    let alike = (1..512).map(|n| format!("\"a{}\":1", "\u{200b}".repeat(n)));
    let json = format!("{{\"backfillUpdates\":{{{}}}}}", taken.chain(alike).collect::<Vec<_>>().join(","));
    let file = parsed(&json);
    let distinct: HashSet<&str> = names(&file.backfills).into_iter().collect();
    assert_eq!((file.backfills.len(), distinct.len()), (1022, 1022));
    // Every number was tried once: none is far beyond how many there are.
    assert!(
        distinct.iter().filter_map(|name| name.strip_prefix("a~")?.parse::<u32>().ok()).all(|n| n < 1600)
    );
}

#[test]
fn the_newest_generation_is_understood_to_the_end() {
    let file = parse(FULL).unwrap();
    assert_eq!(names(&file.writer_perf)[..2], ["mqtt_handler", "neighbor_builder"]);
    assert_eq!(file.writer_perf[0].1.hold_p95, Some(3.006_116));
    let source = &file.sources[0];
    assert_eq!((source.name.as_ref(), source.broker.as_ref()), ("local", "tcp://127.0.0.1:18883"));
    assert_eq!((source.connected, source.packets), (Some(true), Some(1240)));
    assert_eq!(file.liveness[0].1.last_receipt, Some(Wall::from_secs(1_795_359_571)));
    assert_eq!(file.watchdog_last_tick, Some(Wall::from_secs(1_795_359_563)));
    assert_eq!(file.watchdog_panics, None);
}

#[test]
fn unknown_integers_are_counters_and_the_rest_is_ignored() {
    let file = parsed(
        r#"{"new":7,"neg":-1,"f":1.5,"big":9223372036854775808,"huge":1e308,"nan":"NaN","o":{"a":1},"l":[1],"n":null}"#,
    );
    assert_eq!(file.counters, [("new".into(), 7)]);
    assert_eq!(parsed("{}"), StatsFile::default());
    assert_eq!(parsed(r#"{"a":1,"b":2,"a":3}"#).counters, [("a".into(), 3), ("b".into(), 2)]);
}

#[test]
fn wrong_types_lose_their_field_only() {
    let file = parsed(
        r#"{"sampledAt":5,"tx_inserted":1,"backfillUpdates":[1],"procIO":"x","writer_perf":{"a":3},
           "source_statuses":{"x":1},"source_liveness":7,"watchdogLastTickUnix":"now"}"#,
    );
    assert_eq!(file.counters, [("tx_inserted".into(), 1)]);
    assert!(file.backfills.is_empty() && file.sources.is_empty() && file.liveness.is_empty());
    assert_eq!(file.writer_perf, [("a".into(), WriterPerf::default())]);
    assert!(parsed(r#"{"backfillUpdates":null}"#).backfills.is_empty());
    assert_eq!(parsed(r#"{"backfillUpdates":{"p":-4,"q":2}}"#).backfills, [("q".into(), 2)]);
}

#[test]
fn what_is_no_object_says_so_without_quoting_it() {
    let text = |bytes: &[u8]| parse(bytes).unwrap_err().text;
    assert_eq!(text(b""), "is empty");
    assert!(text(b"[]").starts_with("is no JSON object: line 1 column"));
    assert!(text(b"null").starts_with("is no JSON object"));
    assert!(text(&FULL[..700]).starts_with("ends in the middle of its JSON: line 1 column 700"));
    assert!(text(b"{\"a\":NaN}").starts_with("is no valid JSON"));
    assert!(text(b"{} {}").starts_with("is no valid JSON"));
    assert!(!text(b"\"mqtt://u:secret@h\"").contains("secret"));
    assert!(text(&[0xff; 9]).starts_with("is no valid JSON"));
}

#[test]
fn depth_is_no_danger() {
    let deep = |levels: usize| format!("{{\"a\":{}1{},\"b\":2}}", "[".repeat(levels), "]".repeat(levels));
    assert_eq!(parsed(&deep(100)).counters, [("b".into(), 2)]);
    let _ = parse(deep(100_000).as_bytes());
    let _ = parse("[".repeat(500_000).as_bytes());
}

#[test]
fn lists_are_bounded() {
    let mut json = "{\"tx_inserted\":1,\"backfillUpdates\":{".to_owned();
    for n in 0..10_000 {
        write!(json, "\"b{n}\":{n},").unwrap();
    }
    json.push_str("\"last\":1}}");
    let file = parsed(&json);
    assert_eq!(file.counters.len() + file.backfills.len(), MAX_COUNTERS);
    assert_eq!(file.left_out, 10_002 - MAX_COUNTERS as u32);
    let many =
        format!("{{{}\"z\":1}}", (0..2000).fold(String::new(), |all, n| all + &format!("\"c{n}\":1,")));
    assert_eq!((parsed(&many).counters.len(), parsed(&many).left_out), (MAX_COUNTERS, 977));
    let sources = format!("{{\"source_statuses\":[{}{{}}]}}", "{},".repeat(300));
    assert_eq!(parsed(&sources).sources.len(), MAX_SOURCES);
}

#[test]
fn names_are_cleaned_masked_and_kept_apart() {
    let url = "mqtt://bob:hunter2@broker:1883";
    let json = format!(
        r#"{{"source_statuses":[{{"name":"{url}","broker":"{url}","lastError":"dial {url}: no"}},{{"broker":"{url}"}}],
            "source_liveness":{{"{url}":{{"lastReceiptUnix":0}}}},"backfillUpdates":{{"{url}":1}},"{url}":2}}"#
    );
    let file = parsed(&json);
    assert!(!format!("{file:?}").contains("hunter2"));
    assert_eq!(file.sources[1].name.as_ref(), "mqtt://***@broker:1883");
    assert_eq!(file.liveness[0].1.last_receipt, None);
    let long = "n".repeat(4096);
    let file = parsed(&format!(r#"{{"{long}a":1,"{long}b":2,"":3,"\u001b[31mred":4}}"#));
    assert!(names(&file.counters).iter().all(|name| name.width() <= 80));
    assert_ne!(file.counters[0].0, file.counters[1].0);
    assert_eq!(names(&file.counters)[2..], ["(unnamed)", "[31mred"]);
}

#[test]
fn times_far_off_are_no_times() {
    for bad in ["0", "-1", "1795359571000", "1.5", "\"x\""] {
        assert_eq!(parsed(&format!("{{\"watchdogLastTickUnix\":{bad}}}")).watchdog_last_tick, None);
    }
    for bad in ["", "yesterday", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"] {
        assert_eq!(parsed(&format!("{{\"sampledAt\":\"{bad}\"}}")).sampled_at, None, "{bad}");
    }
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = parse(&bytes);
    }

    #[test]
    fn a_bent_file_never_panics(at in 0..FULL.len(), value: u8) {
        let mut bytes = FULL.to_vec();
        bytes[at] = value;
        if let Ok(file) = parse(&bytes) {
            prop_assert!(file.counters.iter().all(|(name, count)| name.width() <= 80 && *count >= 0));
        }
    }

    #[test]
    fn a_cut_file_is_refused(end in 0..FULL.len()) {
        prop_assert!(parse(&FULL[..end]).is_err());
    }
}
