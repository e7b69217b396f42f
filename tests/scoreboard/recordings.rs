//! Labelled recordings in `tests/recordings`: the demo, which is a real ingestor with a real database,
//! recorded by the real program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;
use std::time::SystemTime;

use corescope_top::model::input::Input;
use corescope_top::model::verdict::VerdictId;
use corescope_top::tape::sink::Sink;
use corescope_top::tape::{Header, Tape, line};
use serde_json::{Value, json};

use crate::case::{Case, Knowing};
use crate::cases::definition;
use crate::score;
use crate::table::Result;

/// Seconds of quiet at the beginning of every scenario.
const QUIET: f64 = 14.0;

/// A scenario of the demo, seconds of a recording, what is to be said of it, the seconds after its beginning at
/// which that begins and ends, and the seconds that its definition takes.
type Scenario = (&'static str, u32, Option<(VerdictId, f64, f64, f64)>);

fn scenarios() -> [Scenario; 8] {
    use VerdictId as V;
    let due = definition;
    [
        ("quiet", 40, None),
        ("backfill-loop", 56, Some((V::BackfillLoop, 0.0, 25.0, 0.0))),
        // The demo's `storm-patience`.
        ("write-burst", 56, Some((V::WriteStorm, 0.0, 25.0, 12.0))),
        ("wal-growth", 76, Some((V::WalPinned, 0.0, 45.0, due(V::WalPinned)))),
        // The file grows for 18 s behind a reader; for half a minute more its growth is no history.
        ("wal-high-water", 96, Some((V::WalHighWater, 18.0, 65.0, 30.0))),
        ("writer-held", 53, Some((V::WriterHeld, 0.0, 22.0, due(V::WriterHeld)))),
        ("stats-stall", 56, Some((V::StatsWedged, 0.0, 25.0, due(V::StatsWedged)))),
        ("restart", 56, None),
    ]
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// Every recording, scored by its label.
pub fn score() -> Vec<Result> {
    let labels = fs::read_to_string(folder().join("labels.json")).unwrap_or_default();
    let labels: Vec<Value> = serde_json::from_str(&labels).unwrap_or_default();
    labels.iter().filter_map(of_label).collect()
}

fn of_label(label: &Value) -> Option<Result> {
    let file = label["file"].as_str()?;
    let (header, inputs) = read(&folder().join(file));
    let name = format!("{file}, {}", label["verdict"].as_str().unwrap_or("nothing"));
    let mut case =
        Case::new("recordings of the demo", name, false, Knowing::Nothing, label["secs"].as_f64()?);
    if let Some(id) = VerdictId::ALL.into_iter().find(|id| label["verdict"] == id.name()) {
        let secs = |key: &str| label[key].as_f64();
        case = case.truth(&[id], secs("from")?, secs("to")?, secs("due")?);
    }
    let (ours, perf) = score::replay(&inputs, header.limits, &case.truths);
    Some(Result { case, ours, perf })
}

fn read(path: &Path) -> (Header, Vec<Input>) {
    let tape = Tape::open(path).unwrap_or_else(|error| panic!("{error}"));
    let inputs = (0..tape.chunks().len()).flat_map(|number| tape.read(number).unwrap_or_default());
    (tape.header().clone(), inputs.collect())
}

/// Makes all of them anew, at once.
pub fn make() {
    fs::create_dir_all(folder()).unwrap();
    let labels: Vec<Value> = thread::scope(|scope| {
        let threads: Vec<_> = scenarios().into_iter().map(|it| scope.spawn(move || record(it))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let text = serde_json::to_string_pretty(&labels).unwrap();
    fs::write(folder().join("labels.json"), text + "\n").unwrap();
}

/// Records one scenario and says what is true of it, in seconds after its first sample.
fn record((scenario, secs, truth): Scenario) -> Value {
    let temporary = tempfile::tempdir().unwrap();
    let raw = temporary.path().join("raw.zst");
    let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs_f64();
    let status = Command::new(env!("CARGO_BIN_EXE_corescope-top"))
        .args([
            "demo",
            "--scenario",
            scenario,
            "--json",
            "--no-state",
            "--count",
            &secs.to_string(),
            "--record",
        ])
        .arg(&raw)
        .stdout(Stdio::null())
        .status();
    assert!(status.unwrap().success(), "{scenario}");
    let (header, inputs) = read(&raw);
    let file = format!("{scenario}.zst");
    write(&folder().join(&file), &Header { host: "demo".to_owned(), ..header }, &inputs);
    let first = inputs.iter().find_map(|input| match input {
        Input::Sample(sample) => Some(sample.at.0 as f64 / 1e9),
        _ => None,
    });
    let onset = began + QUIET - first.unwrap();
    let Some((id, from, to, due)) = truth else {
        return json!({ "file": file, "verdict": null, "secs": secs });
    };
    let tenths = |secs: f64| (secs * 10.0).round() / 10.0;
    json!({
        "file": file, "verdict": id.name(), "secs": secs,
        "from": tenths(onset + from), "to": tenths(onset + to), "due": due,
    })
}

/// Without the name of the host that it was made on.
fn write(path: &Path, header: &Header, inputs: &[Input]) {
    let mut sink = Sink::new(fs::File::create(path).unwrap(), true).unwrap();
    sink.line(&header.line(), false).unwrap();
    for input in inputs {
        sink.line(&line::encode(input), matches!(input, Input::Sample(_))).unwrap();
    }
    sink.line(&line::end("done"), false).unwrap();
    sink.finish().unwrap();
}
