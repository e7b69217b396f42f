//! What a sample and a frame cost: parsing each source, one whole tick, one frame.

#![allow(missing_docs)]

mod made;

use std::fmt::Write as _;
use std::hint::black_box;

use corescope_top::app::guide::guide;
use corescope_top::model::Model;
use corescope_top::model::history::History;
use corescope_top::model::limits::Limits;
use corescope_top::model::log::EventLog;
use corescope_top::parse::{db_header, locks, process, stats, wal_index};
use corescope_top::ui::{Labels, Ui};
use corescope_top::units::Mono;
use corescope_top::view::{self, Scene, Theme};
use criterion::{Criterion, criterion_group, criterion_main};
use made::{sample, stats_json};
use procfs::FromBufRead;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn lock_table(lines: usize) -> Vec<u8> {
    let mut table = String::new();
    for index in 0..lines {
        let _ =
            writeln!(table, "{index}: POSIX  ADVISORY  READ {index} fe:00:{} 124 124", 10_000_000 + index);
    }
    table.into_bytes()
}

fn wal_index_bytes() -> Vec<u8> {
    let mut copy = Vec::new();
    for word in [3_007_000u32, 0, 9, 1 | 4096 << 16, 500, 10, 1, 2, 3, 4, 5, 6] {
        copy.extend(word.to_ne_bytes());
    }
    let mut bytes = [copy.clone(), copy].concat();
    for word in [100u32, 0, 213, u32::MAX, u32::MAX, u32::MAX, 0, 0, 100, 0] {
        bytes.extend(word.to_ne_bytes());
    }
    bytes
}

fn parsers(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("parse");
    for sources in [20, 1000] {
        let json = stats_json(sources);
        group.bench_function(format!("stats file, {sources} backfills"), |b| {
            b.iter(|| stats::parse(black_box(&json)));
        });
    }
    let index = wal_index_bytes();
    group.bench_function("wal-index", |b| b.iter(|| wal_index::parse(black_box(&index))));
    let mut header = b"SQLite format 3\0".to_vec();
    header.extend([16, 0, 2, 2, 0, 64, 32, 32]);
    header.resize(100, 0);
    group.bench_function("database header", |b| b.iter(|| db_header::parse(black_box(&header))));
    let io: &[u8] = b"rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n\
        cancelled_write_bytes: 7\n";
    group.bench_function("/proc/PID/io", |b| b.iter(|| procfs::process::Io::from_buf_read(black_box(io))));
    let stat = b"4382 (corescope-inges) S 1 4382 4382 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 123456 1 2\n";
    group.bench_function("/proc/PID/stat", |b| b.iter(|| process::stat(black_box(stat))));
    for lines in [20, 10_000] {
        let table = lock_table(lines);
        group.bench_function(format!("/proc/locks, {lines} lines"), |b| {
            b.iter(|| locks::of_inodes(black_box(&table), &[10_000_007, 1]));
        });
    }
    group.finish();
}

fn ticks(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("tick");
    for sources in [20, 1000] {
        let file = stats::parse(&stats_json(sources)).unwrap_or_default();
        let mut model = Model::new(Limits::default());
        let mut history = History::default();
        let mut second = 0;
        group.bench_function(format!("sample to snapshot to history, {sources} backfills"), |b| {
            b.iter_batched(
                || {
                    second += 1;
                    sample(second, &file)
                },
                |sample| history.push(&model.push(&sample)),
                criterion::BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn frames(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("frame");
    for (columns, rows) in [(80, 24), (200, 50)] {
        for sources in [20, 1000] {
            let file = stats::parse(&stats_json(sources)).unwrap_or_default();
            let mut model = Model::new(Limits::default());
            let mut history = History::default();
            let snapshots: Vec<_> = (1..=600).map(|second| model.push(&sample(second, &file))).collect();
            for snapshot in &snapshots {
                history.push(snapshot);
            }
            let (limits, ui) = (Limits::default(), Ui { interval: 1.0, ..Ui::default() });
            let (labels, theme) = (Labels::default(), Theme::new(true, false));
            let Ok(mut terminal) = Terminal::new(TestBackend::new(columns, rows));
            group.bench_function(format!("{columns}x{rows}, {sources} backfills"), |b| {
                b.iter(|| {
                    let keys = guide(&ui, snapshots.last());
                    let scene = Scene {
                        snapshot: snapshots.last(),
                        history: &history,
                        events: &EventLog::default(),
                        limits: &limits,
                        ui: &ui,
                        labels: &labels,
                        theme: &theme,
                        now: Mono(600_500_000_000),
                        keys: &keys,
                    };
                    let Ok(_) = terminal.draw(|frame| view::draw(frame, &scene));
                });
            });
        }
    }
    group.finish();
}

criterion_group!(benches, parsers, ticks, frames);
criterion_main!(benches);
