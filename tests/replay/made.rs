//! Recordings made up: an ingestor that writes, stalls, restarts and is exchanged for another.

use std::io::Write;
use std::sync::Arc;

use corescope_top::model::input::Input;
use corescope_top::sample::{
    DbSample, FileStat, IoCounters, ProcSample, Reading, Sample, StatsFile, StatsSample, WalIndex,
};
use corescope_top::tape::{Header, Tape, line as lines};
use corescope_top::ui::Labels;
use corescope_top::units::{Bytes, Mono, Wall};
use tempfile::NamedTempFile;

const START: i64 = 1_795_359_500;

/// Numbers that look random and are always the same (`SplitMix64`).
pub fn numbers(seed: u64) -> impl Iterator<Item = u64> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    })
}

/// The wall-clock time of a sample.
pub fn time_of(number: u64) -> Wall {
    Wall::from_secs(START + number as i64)
}

/// The line of an input in a file.
pub fn line(input: &Input) -> Vec<u8> {
    lines::encode(input)
}

/// Whether an input is another target.
pub fn attaches(input: &Input) -> bool {
    matches!(input, Input::Attach(_))
}

pub struct Made {
    pub inputs: Vec<Input>,
}

impl Made {
    /// A second a sample; in the middle another target is watched, now and then a level is accepted.
    pub fn new(samples: u64, seed: u64) -> Self {
        let (mut inputs, mut totals) = (Vec::new(), [0; 3]);
        let labels = |db: &str| Input::Attach(Arc::new(Labels { db: Some(db.into()), ..Labels::default() }));
        inputs.push(labels("/first.db"));
        for (number, random) in (0..samples).zip(numbers(seed)) {
            if number == samples / 2 {
                inputs.push(labels("/second.db"));
            }
            if number % 700 == 650 {
                inputs.push(Input::Accept);
            }
            let grown = [5 + random % 7, random >> 8 & 0xf_ffff, 20 + (random >> 32) % 9];
            for (total, grown) in totals.iter_mut().zip(grown) {
                *total += grown;
            }
            // A restart: the counters begin anew.
            if number % 900 == 899 {
                totals = [0; 3];
            }
            inputs.push(Input::Sample(Arc::new(sample(number, random, totals))));
        }
        Self { inputs }
    }

    pub fn sample(&self, number: u64) -> &Sample {
        let samples = self.inputs.iter().filter_map(|input| match input {
            Input::Sample(sample) => Some(sample),
            _ => None,
        });
        samples.skip(number as usize).map(|sample| &**sample).next().unwrap()
    }

    fn lines(&self) -> Vec<Vec<u8>> {
        let header = Header::now(1.0).line();
        let end = lines::end("done");
        std::iter::once(header).chain(self.inputs.iter().map(lines::encode)).chain([end]).collect()
    }

    pub fn file(&self) -> NamedTempFile {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(&self.lines().concat()).unwrap();
        file
    }

    /// The recording; its file is gone once it is open.
    pub fn tape(&self) -> Arc<Tape> {
        Arc::new(Tape::open(self.file().path()).unwrap())
    }

    /// A file in which sample `number` makes no sense.
    pub fn damaged(&self, number: usize) -> NamedTempFile {
        let mut lines = self.lines();
        let mut samples = lines.iter_mut().filter(|line| line.starts_with(b"{\"at\""));
        let line = samples.nth(number).unwrap();
        let middle = line.len() / 2;
        line[middle..].fill(b'x');
        *line.last_mut().unwrap() = b'\n';
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(&lines.concat()).unwrap();
        file
    }
}

fn sample(number: u64, random: u64, [tx, written, commits]: [u64; 3]) -> Sample {
    let mono = Mono((number + 100) * 1_000_000_000);
    let at = time_of(number);
    let named = |name: &str, total: u64| (name.into(), total as i64);
    let file = StatsFile {
        sampled_at: Some(at),
        counters: vec![named("tx_inserted", tx), named("walCommits", commits)],
        backfills: vec![named("path_json", tx * (1 + number / 1000))],
        ..StatsFile::default()
    };
    let size = |bytes| Reading::Good(FileStat { size: Bytes(bytes), dev: 1, ino: 1 });
    let process = ProcSample {
        mono,
        pid: 4382,
        start: number / 900,
        uptime: (number % 900) as f64,
        name: "corescope-ingestor".into(),
        io: Reading::Good(IoCounters { write_bytes: written, ..IoCounters::default() }),
    };
    let index = WalIndex {
        page_size: 4096,
        mx_frame: number as u32 % 1000,
        salts: [1, (number / 1000) as u32],
        read_marks: [Some(0), None, None, None, None],
        ..WalIndex::default()
    };
    // Now and then the stats file is not there.
    let stats = StatsSample { mono, mtime: at, ino: number, file: Arc::new(file) };
    Sample {
        at,
        mono,
        interval: 1.0,
        ingestor: Reading::Good(process),
        stats: if random.is_multiple_of(50) { Reading::Unwatched } else { Reading::Good(stats) },
        db: Reading::Good(DbSample {
            mono,
            db: size(5 << 30),
            wal: size((number % 1000) * 4120),
            wal_index: Reading::Good(index),
            ..DbSample::default()
        }),
        ..Sample::default()
    }
}
