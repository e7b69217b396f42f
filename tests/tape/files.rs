//! Recordings at their full length.

use std::sync::Arc;

use corescope_top::model::input::Input;
use corescope_top::tape::Tape;

use crate::format::write;

#[test]
fn a_million_samples_open() {
    // Small ones: what counts here is their number.
    let sample = |second: i64| {
        let at = corescope_top::units::Wall::from_secs(1_795_359_500 + second);
        let mono = corescope_top::units::Mono(second as u64 * 1_000_000_000);
        Input::Sample(Arc::new(corescope_top::sample::Sample { at, mono, ..Default::default() }))
    };
    let folder = tempfile::tempdir().unwrap();
    for name in ["x", "x.zst"] {
        let path = folder.path().join(name);
        write(&path, &(0..1_000_000).map(sample).collect::<Vec<_>>());
        let tape = Tape::open(&path).unwrap();
        assert_eq!((tape.samples(), tape.cut()), (1_000_000, None));
        let last = tape.chunks().len() - 1;
        assert_eq!(tape.read(last).unwrap().last(), Some(&sample(999_999)));
    }
}
