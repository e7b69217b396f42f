use clap::CommandFactory;

use std::time::Duration;

use super::*;
use crate::model::limits::NAMES;
use crate::tape::recorder;
use crate::units::MB;

#[test]
fn the_definition_is_sound() {
    Cli::command().debug_assert();
}

#[test]
fn options_may_stand_before_and_after_demo() {
    for line in ["corescope-top -n 2 demo --json", "corescope-top demo -n 2 --json --count 3"] {
        let cli = Cli::try_parse_from(line.split(' ')).unwrap();
        assert!((cli.monitor.interval - 2.0).abs() < 1e-9);
        assert!(cli.monitor.json);
    }
}

#[test]
fn targets_may_stand_before_and_after_doctor() {
    let line = "x --ingestor 7 --match a doctor --match b --db /m.db --ingestor 8 --json";
    let cli = Cli::try_parse_from(line.split(' ')).unwrap();
    let Some(Command::Doctor(args)) = &cli.command else { panic!("{cli:?}") };
    let target = args.target.or(&cli.target);
    assert_eq!((target.ingestor, target.matches), (Some(8), vec!["a".to_owned(), "b".to_owned()]));
    assert_eq!((target.db, cli.monitor.json), (Some("/m.db".into()), true));
}

#[test]
fn nonsense_is_refused() {
    for line in ["record", "replay", "--record-max 5KB", "--record-keep 0", "record x --for 1fortnight"] {
        let words = std::iter::once("corescope-top").chain(line.split(' '));
        assert!(Cli::try_parse_from(words).is_err(), "{line}");
    }
    for line in ["-n 0", "-n 61", "-n nan", "--limit wal=1", "--count 3", "--ingestor 0", "--color maybe"] {
        let words = std::iter::once("corescope-top").chain(line.split(' '));
        assert!(Cli::try_parse_from(words).is_err(), "{line}");
    }
}

#[test]
fn recordings_are_bounded_as_people_write_it() {
    let line = "x --record a.zst --record-max 200MB --record-keep 24h demo --force";
    let cli = Cli::try_parse_from(line.split(' ')).unwrap();
    let (max, keep) = (Some(200 * MB), Some(Duration::from_hours(24)));
    let target = recorder::Target { path: "a.zst".into(), force: true, max, keep };
    assert_eq!(cli.monitor.recording.target(), Some(target));
    let cli = Cli::try_parse_from("x record a --for 2h --db /m.db".split(' ')).unwrap();
    let Some(Command::Record(args)) = &cli.command else { panic!("{cli:?}") };
    assert_eq!((args.span, args.target.db.clone()), (Some(Duration::from_hours(2)), Some("/m.db".into())));
}

#[test]
fn limits_are_applied_in_order() {
    let cli = Cli::try_parse_from(["x", "--limit", "wal-size=1MB", "--limit", "wal-size=2MB"]).unwrap();
    assert!((cli.monitor.limits().unwrap().wal_size - 2_097_152.0).abs() < 1e-9);
}

#[test]
fn the_help_names_every_limit() {
    assert!(NAMES.into_iter().all(|(name, _)| AFTER_HELP.contains(name)));
}

#[test]
fn locales() {
    assert!(utf8_locale([None, None, Some("en_GB.UTF-8")]));
    assert!(!utf8_locale([Some("C"), None, Some("en_GB.UTF-8")]));
    assert!(utf8_locale([Some(""), Some("C.utf8"), None]));
    assert!(!utf8_locale([None, None, None]));
}

#[test]
fn colours() {
    let monitor = |words: &[&str]| Cli::try_parse_from([&["x"], words].concat()).unwrap().monitor;
    assert!(monitor(&[]).colored(None));
    assert!(monitor(&[]).colored(Some("")));
    assert!(!monitor(&[]).colored(Some("1")));
    assert!(monitor(&["--color", "always"]).colored(Some("1")));
    assert!(!monitor(&["--color", "never"]).colored(None));
}
