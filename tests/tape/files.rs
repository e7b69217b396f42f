//! Recordings at their full length.

use std::fmt::Write as _;

use corescope_top::tape::{Header, Tape};

#[test]
fn a_million_samples_open() {
    let mut text = String::from_utf8(Header::now(1.0).line()).unwrap();
    // Small ones: what counts here is their number.
    for second in 0..1_000_000_u64 {
        let at = 1_795_359_500_000_000_000 + second * 1_000_000_000;
        writeln!(text, r#"{{"at":{at},"mono":{second}000000000,"interval":1.0}}"#).unwrap();
    }
    text.push_str("{\"end\":\"done\"}\n");
    let folder = tempfile::tempdir().unwrap();
    for compressed in [false, true] {
        let bytes =
            if compressed { zstd::encode_all(text.as_bytes(), 1).unwrap() } else { text.clone().into() };
        let path = folder.path().join("x");
        std::fs::write(&path, bytes).unwrap();
        let tape = Tape::open(&path).unwrap();
        assert_eq!((tape.samples(), tape.cut()), (1_000_000, None));
        let last = tape.chunks().len() - 1;
        assert_eq!((tape.chunks()[last].first, tape.chunks()[last].mono.secs()), (999_936, 999_936.0));
        assert_eq!(tape.read(last).unwrap().len(), 64);
    }
}
