//! What recording costs per sample, and how fast a recording of a day opens and jumps.

#![allow(missing_docs)]

use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use corescope_top::model::input::Input;
use corescope_top::model::state::State;
use corescope_top::tape::ring::Ring;
use corescope_top::tape::sink::Sink;
use corescope_top::tape::{Header, Tape, create, line};
use criterion::{BatchSize, Criterion, criterion_group, criterion_main};

#[path = "../tape/samples.rs"]
mod samples;

use samples::Target;

/// Seconds in a day.
const DAY: u64 = 86_400;

fn inputs(count: usize) -> Vec<Input> {
    let mut target = Target::new(1);
    (0..count).map(|_| Input::Sample(target.next())).collect()
}

/// A recording of a day, at a sample a second.
fn day(folder: &Path, name: &str) -> Option<PathBuf> {
    let path = folder.join(name);
    let mut sink = Sink::new(create::create(&path, false).ok()?, create::compressed(&path)).ok()?;
    let mut target = Target::new(1);
    sink.line(&Header::now(1.0).line(), false).ok()?;
    for second in 0..DAY {
        sink.line(&line::encode(&Input::Sample(target.next())), true).ok()?;
        if second % 8 == 0 {
            sink.flush().ok()?;
        }
    }
    sink.line(&line::end("done"), false).ok()?;
    let bytes = sink.finish().ok()?;
    println!("{name}: {} bytes a sample, {} MB a day", bytes / DAY, bytes >> 20);
    Some(path)
}

fn writing(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("record");
    let inputs = inputs(4096);
    let mut next = inputs.iter().cycle();
    group.bench_function("a sample to a line", |b| b.iter(|| next.next().map(line::encode)));
    let lines: Vec<Vec<u8>> = inputs.iter().map(line::encode).collect();
    group.bench_function("a line compressed into a file", |b| {
        let Ok(Ok(mut sink)) = tempfile::tempfile().map(|file| Sink::new(file, true)) else { return };
        let mut next = lines.iter().cycle().enumerate();
        b.iter(|| {
            let Some((number, line)) = next.next() else { return };
            let _ = sink.line(line, true);
            if number % 8 == 0 {
                let _ = sink.flush();
            }
        });
    });
    let mut ring = Ring::new(Header::now(1.0));
    let mut target = Target::new(1);
    group.bench_function("a sample into the last hour", |b| {
        b.iter_batched(
            || Input::Sample(target.next()),
            |input| ring.note(&input, State::default),
            BatchSize::SmallInput,
        );
    });
    let mut ring = Ring::new(Header::now(1.0));
    for _ in 0..4000 {
        ring.note(&Input::Sample(target.next()), State::default);
    }
    println!("the last hour: {} KB", ring.bytes() >> 10);
    group.finish();
}

fn reading(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("replay");
    group.sample_size(10).measurement_time(Duration::from_secs(3));
    let text = line::encode(&Input::Sample(Target::new(1).next()));
    group.bench_function("a line to a sample", |b| b.iter(|| line::decode(black_box(&text))));
    let Ok(folder) = tempfile::tempdir() else { return };
    for name in ["day.ndjson", "day.zst"] {
        let Some(path) = day(folder.path(), name) else { continue };
        group.bench_function(format!("open {name}, 86,400 samples"), |b| b.iter(|| Tape::open(&path)));
        let Ok(tape) = Tape::open(&path).map(Arc::new) else { continue };
        let mut number = 0;
        group.bench_function(format!("a chunk of {name}, 256 samples"), |b| {
            b.iter(|| {
                number = (number + 97) % tape.chunks().len();
                tape.read(number)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, writing, reading);
criterion_main!(benches);
