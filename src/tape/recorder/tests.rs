use std::fs::{File, OpenOptions};

use super::*;
use crate::sample::Sample;
use crate::tape::Tape;
use crate::tape::sink::Sink;
use crate::units::{Mono, Wall};

fn sample(second: u64) -> Input {
    let at = Wall::from_secs(1_795_359_500 + second as i64);
    Input::Sample(Arc::new(Sample {
        at,
        mono: Mono(second * 1_000_000_000),
        interval: 1.0,
        ..Sample::default()
    }))
}

fn target(path: &Path) -> Target {
    Target { path: path.to_owned(), ..Target::default() }
}

/// Waits until the thread has done what was asked of it.
fn until(what: &str, mut done: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !done() {
        assert!(Instant::now() < deadline, "{what}");
        thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn a_full_disk_stops_the_recording_and_says_so() {
    for compressed in [false, true] {
        let full: File = OpenOptions::new().write(true).open("/dev/full").unwrap();
        let rotation = Rotation::with(target(Path::new("x")), Sink::new(full, compressed).unwrap());
        let recorder = Recorder::with(rotation, "x".into(), Header::now(1.0)).unwrap();
        let mut second = 0;
        until("no trouble", || {
            second += 1;
            recorder.note(&sample(second), State::default);
            recorder.trouble().is_some_and(|text| text.starts_with("recording stopped: x can't be written"))
        });
        let summary = recorder.finish();
        assert!(summary.trouble.is_some_and(|text| text.contains("No space left")));
    }
}

#[test]
fn a_disk_that_hangs_loses_samples_and_stops_nobody() {
    // A pipe that nobody reads takes 64 KB, then writing hangs.
    let (reader, writer) = std::io::pipe().unwrap();
    let file = File::from(std::os::fd::OwnedFd::from(writer));
    let rotation = Rotation::with(target(Path::new("x")), Sink::new(file, false).unwrap());
    let recorder = Recorder::with(rotation, "x".into(), Header::now(1.0)).unwrap();
    let mut second = 0;
    until("nothing was lost", || {
        for _ in 0..100 {
            second += 1;
            recorder.note(&sample(second), State::default);
        }
        recorder.trouble().is_some_and(|text| text.contains("not recorded"))
    });
    drop(reader);
    assert!(recorder.finish().lost > 0);
}

#[test]
fn files_rotate_each_opens_by_itself_and_the_total_is_bounded() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["x", "x.zst"] {
        let path = folder.path().join(name);
        let max = if name == "x" { 64 << 10 } else { 32 << 10 };
        let recorder = Recorder::start(Target { max: Some(max), ..target(&path) }, Header::now(1.0)).unwrap();
        let mut second = 0;
        until("no files were removed", || {
            for _ in 0..QUEUE / 2 {
                second += 1;
                recorder.note(&sample(second), State::default);
            }
            let wanted = second;
            until("the thread is behind", || recorder.summary().samples + recorder.summary().lost >= wanted);
            recorder.summary().files > 14
        });
        let summary = recorder.finish();
        assert_eq!((summary.trouble, summary.lost, summary.samples), (None, 0, second));
        let files = [vec![path.clone()], create_older(&path)].concat();
        let total: u64 = files.iter().map(|path| path.metadata().unwrap().len()).sum();
        assert!(total <= max + max / 8, "{total} bytes in {} files", files.len());
        assert!((4..=9).contains(&files.len()), "{} files", files.len());
        let mut newest = second;
        for file in files {
            let tape = Tape::open(&file).unwrap();
            assert_eq!(tape.cut(), None, "{}", file.display());
            let inputs: Vec<Input> =
                (0..tape.chunks().len()).flat_map(|chunk| tape.read(chunk).unwrap()).collect();
            assert_eq!(inputs.last(), Some(&sample(newest)).filter(|_| tape.samples() > 0));
            assert!(tape.samples() == 0 || matches!(inputs[0], Input::State(_)));
            newest -= tape.samples();
        }
    }
}

fn create_older(path: &Path) -> Vec<PathBuf> {
    crate::tape::create::older(path)
}

#[test]
fn old_files_go_when_they_are_too_old() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let keep = Some(Duration::from_millis(800));
    let recorder = Recorder::start(Target { keep, ..target(&path) }, Header::now(1.0)).unwrap();
    let mut second = 0;
    until("no file is old enough", || {
        second += 1;
        recorder.note(&sample(second), State::default);
        thread::sleep(Duration::from_millis(5));
        recorder.summary().files >= 20
    });
    assert_eq!(recorder.finish().trouble, None);
    let files = create_older(&path).len();
    assert!((2..18).contains(&files), "{files} files");
}

#[test]
fn what_stands_there_already_is_not_rotated_away() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    std::fs::write(folder.path().join("x.1"), "precious").unwrap();
    let start = |force, max| {
        Recorder::start(Target { force, max, ..target(&path) }, Header::now(1.0)).map(Recorder::finish)
    };
    assert!(start(false, Some(1 << 20)).unwrap_err().contains("x.1 exists"));
    assert_eq!(start(false, None).unwrap().trouble, None);
    // Nothing was recorded: nothing is left.
    assert!(!path.exists());
    assert_eq!(std::fs::read(folder.path().join("x.1")).unwrap(), b"precious");
}

#[test]
fn samples_that_were_lost_leave_a_mark() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x");
    let recorder = Recorder::start(target(&path), Header::now(1.0)).unwrap();
    recorder.status.lost.store(3, Ordering::Relaxed);
    recorder.note(&sample(1), State::default);
    assert_eq!(recorder.finish().lost, 3);
    let text = std::fs::read_to_string(&path).unwrap();
    assert_eq!(text.lines().nth(1), Some("{\"lost\":3}"));
    assert_eq!(Tape::open(&path).unwrap().samples(), 1);
}
