//! Files that are cut, bent or hostile.

use std::io::Read as _;
use std::path::Path;

use corescope_top::model::input::Input;
use corescope_top::tape::Tape;
use proptest::prelude::*;

use crate::format::{read, samples, write};

fn bytes_of(name: &str, inputs: &[Input]) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    write(&path, inputs);
    std::fs::read(path).unwrap()
}

fn open(path: &Path, bytes: &[u8]) -> anyhow::Result<Tape> {
    std::fs::write(path, bytes).unwrap();
    Tape::open(path)
}

#[test]
fn a_file_cut_at_any_of_its_last_bytes_opens_and_says_so() {
    let inputs = samples(30);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("cut");
    for name in ["x", "x.zst"] {
        let bytes = bytes_of(name, &inputs);
        for cut in 1..=2000 {
            let left = &bytes[..bytes.len() - cut];
            let tape = open(&path, left).unwrap();
            assert!(tape.cut().is_some(), "{name} without its last {cut} bytes");
            let read = read(&tape);
            assert_eq!(read, inputs[..read.len()], "{name} without its last {cut} bytes");
            // What stood whole before the cut is there: lines in a plain file, what was flushed in the other.
            let whole = left.split(|byte| *byte == b'\n').count() - 2;
            let expected = if name == "x" { whole.min(30) } else { 10 };
            assert!(read.len() >= expected, "{name} without its last {cut} bytes: {} samples", read.len());
        }
    }
}

#[test]
fn what_is_no_recording_is_refused_in_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let bomb = zstd::encode_all(std::io::repeat(b'\n').take(1 << 25), 1).unwrap();
    let mut header = bytes_of("x", &[]);
    header.truncate(header.iter().position(|byte| *byte == b'\n').unwrap() + 1);
    let bomb_after = [zstd::encode_all(&*header, 1).unwrap(), bomb.clone()].concat();
    for (what, bytes) in [
        ("is no recording", Vec::new()),
        ("is no recording", b"{}\n".to_vec()),
        ("is no recording", vec![0; 9 << 20]),
        ("is no recording", bomb),
        ("ends within its first line", header[..40].to_vec()),
        ("can't be read", zstd::encode_all(&*header, 1).unwrap()[..20].to_vec()),
    ] {
        let error = open(&path, &bytes).unwrap_err().to_string();
        assert!(error.contains(what), "{error}");
    }
    assert!(open(&path, &bomb_after).unwrap().cut().unwrap().contains("far more"));
    assert!(Tape::open(folder.path()).unwrap_err().to_string().contains("a folder"));
    let fifo = folder.path().join("fifo");
    rustix::fs::mkfifoat(rustix::fs::CWD, &fifo, rustix::fs::Mode::RWXU).unwrap();
    std::os::unix::fs::symlink(&fifo, folder.path().join("link")).unwrap();
    for name in ["fifo", "link"] {
        let error = Tape::open(&folder.path().join(name)).unwrap_err().to_string();
        assert!(error.contains("a FIFO"), "{error}");
    }
    assert!(Tape::open(Path::new("/nonexistent/x")).unwrap_err().to_string().contains("no recording at"));
}

#[test]
fn a_damaged_line_ends_its_chunk_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let inputs = samples(20);
    let text = String::from_utf8(bytes_of("x", &inputs)).unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let bent = lines[11].replacen("\"interval\":", "\"interval\":x", 1);
    let tape = open(&path, text.replace(lines[11], &bent).as_bytes()).unwrap();
    assert_eq!(tape.samples(), 20);
    let read = tape.read_until_damage(0).unwrap();
    assert_eq!(read.inputs, inputs[..10]);
    assert!(read.damage.unwrap().contains("line 12"));
    assert!(tape.read(0).is_err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn any_bytes_open_or_are_refused(bytes in proptest::collection::vec(any::<u8>(), 0..4000)) {
        let folder = tempfile::tempdir().unwrap();
        let _ = open(&folder.path().join("x"), &bytes);
    }

    #[test]
    fn a_file_bent_in_one_place_yields_a_prefix(place in any::<prop::sample::Index>(), bit in 0..8_u8, packed: bool) {
        static INPUTS: std::sync::OnceLock<(Vec<Input>, [Vec<u8>; 2])> = std::sync::OnceLock::new();
        let (inputs, files) = INPUTS.get_or_init(|| {
            let inputs = samples(280);
            let files = [bytes_of("x", &inputs), bytes_of("x.zst", &inputs)];
            (inputs, files)
        });
        let mut bytes = files[usize::from(packed)].clone();
        let place = place.index(bytes.len());
        bytes[place] ^= 1 << bit;
        let folder = tempfile::tempdir().unwrap();
        let Ok(tape) = open(&folder.path().join("x"), &bytes) else { return Ok(()) };
        let read: Vec<_> = (0..tape.chunks().len()).map(|chunk| tape.read_until_damage(chunk).unwrap()).collect();
        let read: Vec<Input> = read.into_iter().flat_map(|read| read.inputs).collect();
        let same = read.iter().zip(inputs).take_while(|(read, input)| read == input).count();
        if packed {
            // Frames carry checksums: what is bent is not read at all.
            prop_assert_eq!(read.len(), same);
            prop_assert!(same == 280 || tape.cut().is_some());
        } else {
            let before = crate::lines(&bytes[..place]).saturating_sub(1);
            prop_assert!(same >= before.min(280), "{} of {}", same, before);
        }
    }
}
