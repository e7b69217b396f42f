//! A filesystem whose server takes requests and never answers them. Who asked it can't be ended, not even
//! by SIGKILL, until it does (`request_wait_answer` in `fs/fuse/dev.c`): such a wait must not be ours.

use std::fs::File;
use std::io::{Read, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::hanging::Dead;
use crate::terminal::PROGRAM;

/// `FUSE_INIT`, the one request that is answered.
const INIT: u32 = 26;

struct Taking<'a>(&'a Path);

impl<'a> Taking<'a> {
    fn over(folder: &'a Path) -> Self {
        let device = File::options().read(true).write(true).open("/dev/fuse").unwrap();
        let options = "fd=0,rootmode=40000,user_id=0,group_id=0,allow_other";
        let mounted = Command::new("mount")
            .args(["-i", "-t", "fuse", "-o", options, "none"])
            .arg(folder)
            .stdin(Stdio::from(device.try_clone().unwrap()))
            .status();
        assert!(mounted.unwrap().success());
        thread::spawn(move || serve(device));
        Self(folder)
    }
}

impl Drop for Taking<'_> {
    fn drop(&mut self) {
        // The last one who has it open ends the server's reading, too, and with it every wait.
        let _ = Command::new("umount").arg("-f").arg(self.0).stderr(Stdio::null()).status();
        let _ = Command::new("umount").arg("-l").arg(self.0).stderr(Stdio::null()).status();
    }
}

/// Reads what is asked until the mount is gone.
fn serve(mut device: File) {
    let mut request = vec![0; 1 << 18];
    while let Ok(40..) = device.read(&mut request) {
        let word = |at: usize| u32::from_ne_bytes(request[at..at + 4].try_into().unwrap());
        if word(4) == INIT {
            // Version 7.31, 64 KB of read-ahead and of a write; the rest is 0.
            let mut answer = [80_u32, 0, word(8), word(12), 7, 31, 65_536, 0, 0x9_000c, 65_536, 1].to_vec();
            answer.resize(20, 0);
            let bytes: Vec<u8> = answer.iter().flat_map(|word| word.to_ne_bytes()).collect();
            device.write_all(&bytes).unwrap();
        }
    }
}

#[test]
fn the_doctor_ends_although_its_look_never_will() {
    if !Dead::possible() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let taking = Taking::over(folder.path());
    let since = Instant::now();
    // Read to its end, as a pipe into a pager would.
    let output = Command::new(PROGRAM)
        .args(["doctor", "--db"])
        .arg(folder.path().join("m.db"))
        .env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"))
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(since.elapsed() < Duration::from_secs(6), "{:?}", since.elapsed());
    assert_eq!(output.status.code(), Some(1), "{text}");
    assert!(text.contains("the database has not answered for"), "{text}");
    drop(taking);
}
