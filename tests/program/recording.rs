//! Recording beside the screen, and the last hour on demand.

use std::path::PathBuf;

use corescope_top::model::input::Input;
use corescope_top::tape::Tape;
use tempfile::TempDir;

use crate::target::Target;
use crate::terminal::{PROGRAM, Terminal};

/// The monitor on `target`, started in `folder`.
fn watch_in(folder: &TempDir, target: &Target, more: &str) -> Terminal {
    let script = format!(
        "cd '{}' && exec '{PROGRAM}' {} {more}",
        folder.path().display(),
        target.arguments().join(" ")
    );
    Terminal::run("sh", &["-c", &script], &[], 100, 30)
}

fn files(folder: &TempDir) -> Vec<PathBuf> {
    std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect()
}

#[test]
fn w_writes_the_last_hour_and_says_where() {
    let (target, folder) = (Target::start(), tempfile::tempdir().unwrap());
    let mut terminal = watch_in(&folder, &target, "-n 0.2");
    terminal.see("tx_inserted");
    terminal.see("KB/s");
    terminal.type_keys("w");
    let text = terminal.see("wrote corescope-top-");
    assert!(text.contains(" sample"), "{text}");
    // The next key has the line again.
    terminal.type_keys("s");
    terminal.wait("key hints", |text| !text.contains("wrote corescope-top-") && text.contains("q quit"));
    // A file that is being written is finished before the program ends.
    terminal.type_keys("wq");
    terminal.ends_with(0);
    let files = files(&folder);
    assert_eq!(files.len(), 2, "{files:?}");
    for file in files {
        let tape = Tape::open(&file).unwrap();
        assert!(tape.samples() >= 1 && tape.cut().is_none());
        assert_eq!(tape.header().target.db.as_deref(), target.db().to_str());
        let inputs = tape.read(0).unwrap();
        let Input::Sample(last) = inputs.last().unwrap() else { panic!("{inputs:?}") };
        assert_eq!(last.ingestor.good().unwrap().pid, target.pid());
    }
}

#[test]
fn w_says_so_when_it_is_recorded_already_and_when_it_can_not_write() {
    let (target, folder) = (Target::start(), tempfile::tempdir().unwrap());
    let mut terminal = watch_in(&folder, &target, "--record x.zst");
    terminal.see("tx_inserted");
    terminal.type_keys("w");
    terminal.see("recording already: x.zst: ");
    terminal.type_keys("q");
    terminal.ends_with(0);
    terminal.see("x.zst: ");
    let tape = Tape::open(&folder.path().join("x.zst")).unwrap();
    assert!(tape.samples() > 0 && tape.cut().is_none());
    // A folder that is gone takes no file.
    let folder = tempfile::tempdir().unwrap();
    let mut terminal = watch_in(&folder, &target, "");
    terminal.see("tx_inserted");
    folder.close().unwrap();
    terminal.type_keys("w");
    terminal.see("nothing was written: ");
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn a_screen_that_cannot_record_does_not_begin() {
    let (target, folder) = (Target::start(), tempfile::tempdir().unwrap());
    std::fs::write(folder.path().join("x"), "precious").unwrap();
    let mut terminal = watch_in(&folder, &target, "--record x");
    terminal.ends_with(1);
    terminal.see("x exists: --force overwrites it");
}
