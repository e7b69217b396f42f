//! What a recording of a day costs: opening it, judging all of it, going anywhere in it.

#![allow(missing_docs)]

mod made;

use std::hint::black_box;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use corescope_top::model::input::Input;
use corescope_top::model::limits::Limits;
use corescope_top::parse::stats;
use corescope_top::run::player::deck::{Checkpoint, Deck};
use corescope_top::run::player::scan::{Checkpoints, scan};
use corescope_top::tape::sink::Sink;
use corescope_top::tape::{Header, Tape, line};
use criterion::{Criterion, criterion_group, criterion_main};
use made::{sample, stats_json};

/// A day, a sample a second.
const DAY: u64 = 86_400;

/// Writes a recording as the recorder does.
fn record(path: &Path, samples: u64, compressed: bool) -> std::io::Result<()> {
    let file = stats::parse(&stats_json(3)).unwrap_or_default();
    let mut sink = Sink::new(std::fs::File::create(path)?, compressed)?;
    sink.line(&Header::now(1.0).line(), false)?;
    for second in 1..=samples {
        sink.line(&line::encode(&Input::Sample(Arc::new(sample(second, &file)))), true)?;
    }
    sink.line(&line::end("done"), false)?;
    sink.finish().map(drop)
}

/// Memory of this process, MB: now, and the most that it was.
fn memory() -> String {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let lines = status.lines().filter(|line| line.starts_with("VmRSS") || line.starts_with("VmHWM"));
    lines.collect::<Vec<_>>().join(" ")
}

fn day(criterion: &mut Criterion) {
    let Ok(folder) = tempfile::tempdir() else { return };
    let mut group = criterion.benchmark_group("a day");
    group.sample_size(10).measurement_time(Duration::from_secs(5));
    for name in ["plain", "x.zst"] {
        let path = folder.path().join(name);
        if record(&path, DAY, name == "x.zst").is_err() {
            return;
        }
        let size = path.metadata().map_or(0, |meta| meta.len());
        let mut out = std::io::stderr();
        let _ = writeln!(out, "{name}: {size} bytes, {} a sample; {}", size / DAY, memory());
        group.bench_function(format!("{name}: open"), |b| b.iter(|| Tape::open(black_box(&path)).is_ok()));
        let Ok(tape) = Tape::open(&path) else { return };
        let tape = Arc::new(tape);
        let begun = Instant::now();
        let checkpoints = Checkpoints::new(Checkpoint::beginning(&tape, Limits::default()));
        scan(&tape, Limits::default(), &checkpoints, |_| true);
        let (took, count) = (begun.elapsed(), checkpoints.count());
        let _ = writeln!(out, "{name}: judged in {took:?}, {count} checkpoints; {}", memory());
        let mut deck = Deck::new(Arc::clone(&tape), Limits::default());
        let (mut worst, mut at) = (Duration::ZERO, 0);
        group.bench_function(format!("{name}: jump anywhere"), |b| {
            b.iter(|| {
                at = (at + 31_337) % DAY;
                let begun = Instant::now();
                go(&mut deck, &checkpoints, at);
                worst = worst.max(begun.elapsed());
            });
        });
        group.bench_function(format!("{name}: a sample back"), |b| {
            b.iter(|| {
                at = if at < 3000 { DAY - 1 } else { at - 1 };
                go(&mut deck, &checkpoints, at);
            });
        });
        let _ = writeln!(out, "{name}: the longest jump took {worst:?}; {}", memory());
    }
    group.finish();
}

fn go(deck: &mut Deck, checkpoints: &Checkpoints, number: u64) {
    let lead_in = deck.lead_in(number);
    let (from, _) = checkpoints.nearest(lead_in);
    deck.go(number, from.as_ref());
}

criterion_group!(benches, day);
criterion_main!(benches);
