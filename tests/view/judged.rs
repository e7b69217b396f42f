//! Verdicts, the log of events and a recording on the screen.

use corescope_top::model::log::EventLog;
use corescope_top::model::snapshot::Learning;
use corescope_top::model::verdict::{Event, Severity, Verdict, VerdictId};
use corescope_top::ui::replay::Replay;
use corescope_top::units::{Mono, Wall};
use corescope_top::view::Theme;

use super::scenes::World;
use super::{check, drawn, text};

const LOOP: &str = "backfill_path_json rewrites rows that are done: 1,024/s against 5.02/s live transactions, \
    61,440 rows written where 410 were left to do";

fn verdict(id: VerdictId, severity: Severity, text: &str) -> Verdict {
    Verdict {
        id,
        subject: "x".into(),
        severity,
        since: Wall::from_secs(1_795_440_000),
        since_mono: Mono(100_000_000_000),
        text: text.to_owned(),
        remedy: "disable backfill_path_json, or restart the ingestor with a build that remembers".to_owned(),
        evidence: Vec::new(),
        effects: vec!["3.1 MB/s written where 0.2 MB/s are normal".to_owned()],
    }
}

fn event(id: VerdictId, severity: Severity, began: u64, lasted: Option<f64>, text: &str) -> Event {
    Event {
        id,
        subject: "x".into(),
        severity,
        began: Wall::from_secs(1_795_440_000 + began as i64),
        began_mono: Mono(began * 1_000_000_000),
        lasted,
        peak: "1,204/s".to_owned(),
        text: text.to_owned(),
    }
}

/// A loop that lasts, after two things that are over.
fn judged() -> World {
    let mut world = World::backfill_loop();
    if let Some(snapshot) = &mut world.snapshot {
        snapshot.verdicts = vec![
            verdict(VerdictId::BackfillLoop, Severity::Critical, LOOP),
            verdict(VerdictId::WalHighWater, Severity::Notice, "the log's file is 91.0 MB and empty"),
        ];
    }
    let (pinned, high) = ("server[4391] pins the log since 60 s", "the log's file is 91.0 MB and empty");
    let mut log = EventLog::default();
    log.add(20, &event(VerdictId::WalPinned, Severity::Warning, 20, None, pinned));
    log.add(70, &event(VerdictId::WalPinned, Severity::Warning, 20, Some(50.0), pinned));
    log.add(90, &event(VerdictId::WalHighWater, Severity::Notice, 90, Some(4.5), high));
    log.add(150, &event(VerdictId::BackfillLoop, Severity::Critical, 150, None, LOOP));
    world.events = log;
    world
}

fn played() -> World {
    let mut world = judged();
    world.now = world.snapshot.as_ref().unwrap().mono;
    world.ui.replay = Some(Replay {
        at: 160,
        samples: 400,
        judged: 400,
        begin: Wall::from_secs(1_795_440_000),
        end: Wall::from_secs(1_795_440_400),
        playing: true,
        speed: 8,
        ..Replay::default()
    });
    world
}

#[test]
fn the_worst_verdict_is_the_line_under_the_header() {
    let mut world = judged();
    for (columns, rows) in [(120, 40), (80, 24), (40, 10), (20, 5)] {
        check(&format!("verdict_{columns}x{rows}"), &world, columns, rows);
    }
    assert!(!text(&drawn(&world, 80, 24)).contains("disable"));
    world.ui.zoom = true;
    check("verdict_zoom_80x24", &world, 80, 24);
}

#[test]
fn what_is_learned_is_said() {
    let mut world = World::quiet();
    let mut said = |secs, deviates| {
        world.snapshot.as_mut().unwrap().learning = Learning { secs, needed: 600.0, deviates };
        text(&drawn(&world, 120, 30)).lines().nth(1).unwrap().to_owned()
    };
    assert!(said(200.0, None).contains("learning, 3 of 10 min"));
    assert!(said(900.0, Some(750.0)).contains("another level for 12 m: a accepts"));
    assert!(!said(900.0, None).contains("learning"));
}

#[test]
fn the_log_of_events() {
    let mut world = judged();
    world.ui.log = Some(0);
    for (columns, rows) in [(120, 30), (80, 24), (40, 10), (20, 5)] {
        check(&format!("events_{columns}x{rows}"), &world, columns, rows);
    }
    world.events = EventLog::default();
    assert!(text(&drawn(&world, 80, 24)).contains("nothing has begun to be wrong"));
}

#[test]
fn a_recording_at_every_size() {
    let mut world = played();
    for (columns, rows) in [(200, 50), (120, 40), (80, 24), (40, 10), (20, 5)] {
        check(&format!("replay_{columns}x{rows}"), &world, columns, rows);
    }
    world.theme = Theme::new(false, true);
    check("replay_ascii_80x24", &world, 80, 24);
    for (columns, rows) in (1..60).map(|n| (n, 61 - n)) {
        drawn(&world, columns, rows);
    }
}

#[test]
fn a_recording_that_is_judged_still_and_is_cut() {
    let mut world = played();
    let replay = world.ui.replay.as_mut().unwrap();
    (replay.judged, replay.waiting, replay.playing) = (170, true, false);
    replay.cut = Some("line 402 is cut".into());
    replay.typed = Some("14:0".to_owned());
    check("replay_judging_120x30", &world, 120, 30);
    let replay = world.ui.replay.as_mut().unwrap();
    (replay.judged, replay.waiting, replay.typed) = (400, false, None);
    assert!(text(&drawn(&world, 120, 30)).contains("ends early: line 402 is cut"));
    assert!(text(&drawn(&world, 80, 24)).contains(" cut"));
    check("replay_paused_80x24", &world, 80, 24);
}
