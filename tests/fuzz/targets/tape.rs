//! A recording, opened, read and played to the end: any bytes; and, where the first byte is odd, the rest
//! compressed first, because a fuzzer seldom finds a checksum.

#![no_main]

use std::io::Write;

use corescope_top::model::Model;
use corescope_top::output::json;
use corescope_top::tape::{Tape, clean, line};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    let _ = (line::stamp(rest), line::decode(rest), clean::cleaned(rest));
    play(rest);
    if first % 2 == 1 {
        let packed = zstd::bulk::compress(rest, 1).expect("compressed");
        play(&packed);
        // Cut somewhere, too.
        play(&packed[..packed.len() * usize::from(*first) / 256]);
    }
});

fn play(bytes: &[u8]) {
    let mut file = tempfile::NamedTempFile::new().expect("a file");
    file.write_all(bytes).expect("room");
    let Ok(tape) = Tape::open(file.path()) else { return };
    let mut model = Model::new(tape.header().limits);
    let mut samples = 0;
    for number in 0..tape.chunks().len() {
        let read = tape.read_until_damage(number).expect("a chunk");
        for input in &read.inputs {
            if let Some(snapshot) = model.feed(input) {
                samples += 1;
                let line = json::line(&snapshot);
                serde_json::from_str::<serde_json::Value>(&line).expect("a line of JSON");
            }
        }
        if read.damage.is_some() {
            assert!(samples <= tape.samples());
            return;
        }
    }
    assert_eq!(samples, tape.samples());
}
