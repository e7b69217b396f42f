//! The format: what is written is read back to the last bit, and is small.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use corescope_top::model::input::Input;
use corescope_top::tape::sink::Sink;
use corescope_top::tape::{Header, Tape, line};
use corescope_top::ui::Labels;

use crate::samples::Target;

/// Writes a recording as the recorder does, flushed every ten samples.
pub fn write(path: &Path, inputs: &[Input]) -> u64 {
    let compressed = path.extension().is_some_and(|it| it == "zst");
    let mut sink = Sink::new(File::create(path).unwrap(), compressed).unwrap();
    sink.line(&Header::now(1.0).line(), false).unwrap();
    for (number, input) in inputs.iter().enumerate() {
        sink.line(&line::encode(input), matches!(input, Input::Sample(_))).unwrap();
        if number % 10 == 9 {
            sink.flush().unwrap();
        }
    }
    sink.line(&line::end("done"), false).unwrap();
    sink.finish().unwrap()
}

pub fn samples(count: usize) -> Vec<Input> {
    let mut target = Target::new(1);
    (0..count).map(|_| Input::Sample(target.next())).collect()
}

/// All inputs of a recording.
pub fn read(tape: &Tape) -> Vec<Input> {
    (0..tape.chunks().len()).flat_map(|chunk| tape.read(chunk).unwrap()).collect()
}

#[test]
fn what_is_written_is_read_back_and_is_small() {
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = samples(700);
    inputs.insert(0, Input::State(Arc::default()));
    inputs.insert(257, Input::Accept);
    inputs.insert(400, Input::Attach(Labels { db: Some("/m.db".into()), ..Labels::default() }.into()));
    inputs.push(Input::Accept);
    for (name, limit) in [("x", 2500.0), ("x.zst", 250.0)] {
        let path = folder.path().join(name);
        let bytes = write(&path, &inputs);
        let tape = Tape::open(&path).unwrap();
        assert_eq!((tape.samples(), tape.cut()), (700, None));
        assert_eq!(tape.chunks().iter().map(|chunk| chunk.samples).collect::<Vec<_>>(), [256, 256, 188]);
        assert_eq!(tape.chunks().iter().map(|chunk| chunk.first).collect::<Vec<_>>(), [0, 256, 512]);
        assert!(tape.read(3).is_err());
        assert_eq!(read(&tape), inputs);
        let Some(Input::Sample(first)) = &inputs.get(257 + 1) else { panic!() };
        assert_eq!((tape.chunks()[1].at, tape.chunks()[1].mono), (first.at, first.mono));
        let each = bytes as f64 / 700.0;
        assert!(each < limit, "{name}: {each} bytes a sample");
    }
}

#[test]
fn what_other_programs_wrote_anew_opens_too() {
    let folder = tempfile::tempdir().unwrap();
    let inputs = samples(300);
    write(&folder.path().join("x"), &inputs);
    let plain = std::fs::read_to_string(folder.path().join("x")).unwrap();
    // As python's json writes it, in another order; and one frame, or many that end within lines.
    let spaced: String = plain
        .lines()
        .map(|line| {
            serde_json::from_str::<serde_json::Value>(line).unwrap().to_string().replace("\":", "\": ") + "\n"
        })
        .collect();
    let frames: Vec<u8> =
        plain.as_bytes().chunks(5000).flat_map(|part| zstd::encode_all(part, 1).unwrap()).collect();
    let one = zstd::encode_all(plain.as_bytes(), 19).unwrap();
    for (name, bytes) in [("spaced", spaced.into_bytes()), ("frames", frames), ("one", one)] {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        let tape = Tape::open(&path).unwrap();
        assert_eq!((tape.samples(), tape.cut()), (300, None), "{name}");
        assert_eq!(read(&tape).len(), 300);
        if name != "spaced" {
            assert_eq!(read(&tape), inputs, "{name}");
        }
    }
}

#[test]
fn a_file_of_a_newer_program_opens_and_one_of_a_newer_format_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    write(&path, &samples(3));
    let plain = std::fs::read_to_string(&path).unwrap();
    let newer = plain
        .replace("\"ingestor\":{", "\"ingestor\":{\"cgroup\":{\"a\":[1,null]},")
        .replace("\"watch\":true", "\"watch\":true,\"fans\":[1,2]")
        + "{\"comment\":\"words\"}\n{\"end\":\"done\"}\n";
    std::fs::write(&path, newer).unwrap();
    let tape = Tape::open(&path).unwrap();
    assert_eq!(read(&tape), samples(3));
    std::fs::write(&path, plain.replace("\"version\":1", "\"version\":2")).unwrap();
    assert!(Tape::open(&path).unwrap_err().to_string().contains("format version 2"));
}

#[test]
fn a_tape_may_be_read_on_another_thread() {
    fn sent<T: Send + Sync>() {}
    sent::<Tape>();
}
