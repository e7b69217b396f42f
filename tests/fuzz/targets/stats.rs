//! Two versions of a stats file, one after the other, all the way to a line of JSON and to a screen.
//!
//! The two files are parted by a 0xff byte, which no JSON holds; without one the file is taken twice.

#![no_main]

use std::cell::RefCell;
use std::sync::Arc;

use corescope_top::app::guide::guide;
use corescope_top::model::Model;
use corescope_top::model::history::History;
use corescope_top::model::limits::Limits;
use corescope_top::model::log::EventLog;
use corescope_top::output::json;
use corescope_top::parse::stats;
use corescope_top::sample::{Fault, Reading, Sample, StatsFile, StatsSample};
use corescope_top::ui::{Labels, Panel, Ui};
use corescope_top::units::{Mono, Wall};
use corescope_top::view::{self, Scene, Theme};
use libfuzzer_sys::fuzz_target;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

const START: i64 = 1_795_359_500;
/// No input is longer than this by far.
const SLOW: usize = 1 << 16;

thread_local! {
    // Making a terminal costs more than drawing on it.
    static SCREEN: RefCell<Option<Terminal<TestBackend>>> = const { RefCell::new(None) };
}

fuzz_target!(|bytes: &[u8]| {
    if bytes.len() > SLOW {
        return;
    }
    let at = bytes.iter().position(|b| *b == 0xff);
    let (first, second) = at.map_or((bytes, bytes), |at| (&bytes[..at], &bytes[at + 1..]));
    let mut model = Model::new(Limits::default());
    let mut history = History::default();
    let mut last = None;
    for (number, file) in [stats::parse(first), stats::parse(second)].into_iter().enumerate() {
        if let Ok(file) = &file {
            check(file);
        }
        let snapshot = model.push(&sample(number as u64 + 1, file));
        history.push(&snapshot);
        let line = json::line(&snapshot);
        let value: serde_json::Value = serde_json::from_str(&line).expect("a line of JSON");
        assert!(value.get("writeSources").is_some(), "{line}");
        assert!(!line.contains('\n') && !line.contains('\u{1b}'), "{line}");
        last = Some(snapshot);
    }
    // The zoomed panel shows the rest of the table: what fits on the whole screen at once is little.
    for zoom in [false, true] {
        let ui = Ui { interval: 1.0, zoom, focus: Panel::Sources, ..Ui::default() };
        let keys = guide(&ui, last.as_ref());
        let scene = Scene {
            snapshot: last.as_ref(),
            history: &history,
            events: &EventLog::default(),
            limits: &Limits::default(),
            ui: &ui,
            labels: &Labels::default(),
            theme: &Theme::new(true, false),
            now: Mono(3_000_000_000),
            keys: &keys,
        };
        SCREEN.with_borrow_mut(|screen| {
            let screen = screen
                .get_or_insert_with(|| Terminal::new(TestBackend::new(80, 24)).expect("a screen in memory"));
            screen.draw(|frame| {
                view::draw(frame, &scene);
            }).expect("a screen in memory");
        });
    }
});

/// What the parser promises of every name: fit for a screen, and no two alike.
fn check(file: &StatsFile) {
    for names in [
        file.counters.iter().map(|(name, _)| name).collect::<Vec<_>>(),
        file.backfills.iter().map(|(name, _)| name).collect(),
        file.writer_perf.iter().map(|(name, _)| name).collect(),
        file.liveness.iter().map(|(name, _)| name).collect(),
    ] {
        let mut sorted = names.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), names.len(), "{names:?}");
        for name in names {
            assert!(!name.is_empty() && name.chars().count() <= 81, "{name:?}");
            assert!(!name.chars().any(char::is_control), "{name:?}");
        }
    }
    for source in &file.sources {
        let texts = [Some(&source.name), Some(&source.broker), source.last_error.as_ref()];
        for text in texts.into_iter().flatten() {
            assert!(!text.chars().any(char::is_control), "{text:?}");
        }
    }
}

fn sample(second: u64, file: Result<StatsFile, Fault>) -> Sample {
    let at = Wall::from_secs(START + second as i64);
    let mono = Mono(second * 1_000_000_000);
    let file = file.map(|file| StatsSample { mono, mtime: at, ino: second, file: Arc::new(file) });
    Sample { at, mono, interval: 1.0, stats: file.into(), watch: Reading::Good(()), ..Sample::default() }
}
