//! Terminals that are slow, and one whose size changes under the fingers.

use std::io::{Read, Write};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, PtySize, native_pty_system};

use crate::patient::Patient;
use crate::terminal::{PROGRAM, Terminal};
use crate::until;

/// A terminal that takes 200 bytes a second until it is told to hurry.
struct Slow {
    child: Box<dyn Child + Send + Sync>,
    writer: Box<dyn Write + Send>,
    hurry: Arc<AtomicBool>,
    parser: Arc<Mutex<vt100::Parser>>,
    _master: Box<dyn portable_pty::MasterPty + Send>,
}

impl Slow {
    fn run(arguments: &[String]) -> Self {
        let size = PtySize { rows: 50, cols: 160, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(PROGRAM);
        command.args(arguments);
        command.env("TERM", "xterm-256color");
        command.env("LC_ALL", "C.UTF-8");
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let cells = |count| std::num::NonZeroU16::new(count).unwrap();
        let parser = Arc::new(Mutex::new(vt100::Parser::new(cells(50), cells(160), 0)));
        let hurry = Arc::new(AtomicBool::new(true));
        let (mut reader, writer) =
            (pair.master.try_clone_reader().unwrap(), pair.master.take_writer().unwrap());
        let (sink, fast) = (Arc::clone(&parser), Arc::clone(&hurry));
        std::thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            loop {
                let slow = !fast.load(Ordering::Relaxed);
                let room = if slow { 20 } else { buffer.len() };
                let Ok(count @ 1..) = reader.read(&mut buffer[..room]) else { return };
                sink.lock().unwrap().process(&buffer[..count]);
                if slow {
                    std::thread::sleep(Duration::from_millis(100));
                }
            }
        });
        Self { child, writer, hurry, parser, _master: pair.master }
    }

    fn text(&self) -> String {
        self.parser.lock().unwrap().screen().contents()
    }

    fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    /// Resident memory in KB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_ascii_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Slow {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The age of the target in seconds, as the header has it.
fn uptime(text: &str) -> Option<u64> {
    text.split("up ").nth(1)?.split(' ').next()?.parse().ok()
}

#[test]
fn a_reader_of_200_bytes_a_second_gets_the_present_and_no_queue() {
    let patient = Patient::start();
    let started = Instant::now();
    let mut arguments = patient.with_stats(&patient.stats());
    arguments.extend(["-n", "0.1"].map(str::to_owned));
    let mut terminal = Slow::run(&arguments);
    until("rates", || terminal.text().contains("tx_inserted") && terminal.text().contains("KB/s"));
    // Whatever grows once, such as the buffers of a frame, has grown.
    let since = Instant::now();
    until("some frames", || since.elapsed() > Duration::from_secs(2));
    let before = terminal.memory();
    terminal.hurry.store(false, Ordering::Relaxed);
    let since = Instant::now();
    until("ten seconds", || since.elapsed() > Duration::from_secs(10));
    let grown = terminal.memory().saturating_sub(before);
    assert!(grown < 1024, "{grown} KB more");
    terminal.hurry.store(true, Ordering::Relaxed);
    let since = Instant::now();
    until("the present", || {
        let age = started.elapsed().as_secs();
        uptime(&terminal.text()).is_some_and(|shown| shown + 2 >= age)
    });
    assert!(since.elapsed() < Duration::from_secs(2), "{:?}", since.elapsed());
    terminal.writer.write_all(b"q").unwrap();
    let since = Instant::now();
    until("its end", || terminal.child.try_wait().unwrap().is_some());
    assert!(since.elapsed() < Duration::from_secs(1), "{:?}", since.elapsed());
}

#[test]
fn the_first_key_after_a_resize_is_not_lost() {
    let patient = Patient::start();
    let arguments = patient.with_stats(&patient.stats());
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let mut terminal = Terminal::run(PROGRAM, &arguments, &[], 90, 30);
    terminal.see("tx_inserted");
    for columns in [100, 110, 120, 130] {
        terminal.resize(columns, 30);
        terminal.wait("the new width", |text| {
            text.lines().any(|line| line.chars().count() >= usize::from(columns) - 1)
        });
        terminal.type_keys("?");
        terminal.see("next, previous panel");
        terminal.type_keys("?");
        terminal.wait("closed help", |text| !text.contains("next, previous panel"));
    }
    terminal.type_keys("q");
    terminal.ends_with(0);
}
