//! The format: what is written is read back to the last bit, and is small.

use std::fs::File;

use corescope_top::model::input::Input;
use corescope_top::tape::{Header, Tape, line, sink::Sink};
use corescope_top::ui::Labels;

use crate::samples::Target;

fn header() -> Header {
    Header { format: line::FORMAT.to_owned(), version: line::VERSION, ..Header::default() }
}

fn write(path: &std::path::Path, inputs: &[Input]) -> u64 {
    let compressed = path.extension().is_some_and(|it| it == "zst");
    let mut sink = Sink::new(File::create(path).unwrap(), compressed).unwrap();
    sink.line(&header().line(), false).unwrap();
    for (number, input) in inputs.iter().enumerate() {
        sink.line(&line::encode(input), matches!(input, Input::Sample(_))).unwrap();
        if number % 10 == 9 {
            sink.flush().unwrap();
        }
    }
    sink.line(&line::end("done"), false).unwrap();
    sink.finish().unwrap()
}

#[test]
fn what_is_written_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    let mut target = Target::new(1);
    let mut inputs: Vec<Input> = (0..700).map(|_| Input::Sample(target.next())).collect();
    inputs.insert(0, Input::State(std::sync::Arc::default()));
    inputs.insert(257, Input::Accept);
    inputs.insert(400, Input::Attach(Labels { db: Some("/m.db".into()), ..Labels::default() }.into()));
    for (name, limit) in [("x", 2560.0), ("x.zst", 250.0)] {
        let path = folder.path().join(name);
        let bytes = write(&path, &inputs);
        let tape = Tape::open(&path).unwrap();
        assert_eq!((tape.samples(), tape.cut()), (700, None));
        assert_eq!(tape.chunks().iter().map(|chunk| chunk.samples).collect::<Vec<_>>(), [256, 256, 188]);
        let read: Vec<Input> = (0..3).flat_map(|chunk| tape.read(chunk).unwrap()).collect();
        assert_eq!(read, inputs);
        let each = bytes as f64 / 700.0;
        assert!(each < limit, "{name}: {each} bytes a sample");
    }
}
