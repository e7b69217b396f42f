//! A terminal for tests: a pty, an emulator that reads it, and patience with a deadline.

use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};

/// How long anything may take before the test fails.
pub const DEADLINE: Duration = Duration::from_secs(20);

pub const PROGRAM: &str = env!("CARGO_BIN_EXE_corescope-top");

struct Shared {
    parser: vt100::Parser,
    raw: Vec<u8>,
}

pub struct Terminal {
    pub child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    shared: Arc<Mutex<Shared>>,
    gone: Arc<AtomicBool>,
    reader: Option<JoinHandle<()>>,
}

fn size(columns: u16, rows: u16) -> PtySize {
    PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 }
}

fn cells(count: u16) -> NonZeroU16 {
    NonZeroU16::new(count).unwrap_or(NonZeroU16::MIN)
}

impl Terminal {
    /// Runs `program` with `arguments` and `environment` in a terminal of the given size.
    pub fn run(
        program: &str,
        arguments: &[&str],
        environment: &[(&str, &str)],
        columns: u16,
        rows: u16,
    ) -> Self {
        let pair = native_pty_system().openpty(size(columns, rows)).unwrap();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        for name in ["NO_COLOR", "LC_ALL", "LC_CTYPE", "CORESCOPE_INGESTOR_STATS"] {
            command.env_remove(name);
        }
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
        for (name, value) in environment {
            command.env(name, value);
        }
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let shared = Arc::new(Mutex::new(Shared {
            parser: vt100::Parser::new(cells(rows), cells(columns), 0),
            raw: Vec::new(),
        }));
        let mut reader = pair.master.try_clone_reader().unwrap();
        let writer = pair.master.take_writer().unwrap();
        let sink = Arc::clone(&shared);
        let gone = Arc::new(AtomicBool::new(false));
        let stop = Arc::clone(&gone);
        let reader = thread::spawn(move || {
            let mut buffer = vec![0; 65536];
            while let Ok(count @ 1..) = reader.read(&mut buffer) {
                if stop.load(Ordering::Relaxed) {
                    return;
                }
                let mut shared = sink.lock().unwrap();
                shared.raw.extend_from_slice(&buffer[..count]);
                shared.parser.process(&buffer[..count]);
            }
        });
        Self { child, master: Some(pair.master), writer: Some(writer), shared, gone, reader: Some(reader) }
    }

    /// The screen as text, a line per row.
    pub fn text(&self) -> String {
        self.shared.lock().unwrap().parser.screen().contents()
    }

    /// Every byte that the program wrote.
    pub fn raw(&self) -> Vec<u8> {
        self.shared.lock().unwrap().raw.clone()
    }

    /// Whether the alternate screen is on, and whether the cursor is hidden.
    pub fn modes(&self) -> (bool, bool) {
        let shared = self.shared.lock().unwrap();
        let screen = shared.parser.screen();
        (screen.alternate_screen(), screen.hide_cursor())
    }

    /// What `look` makes of the screen.
    pub fn with_screen<T>(&self, look: impl Fn(&vt100::Screen) -> T) -> T {
        look(self.shared.lock().unwrap().parser.screen())
    }

    /// Waits until the screen satisfies `condition`.
    pub fn wait(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        self.wait_until(Instant::now() + DEADLINE, what, condition)
    }

    /// The same with minutes of patience.
    pub fn wait_long(&self, what: &str, condition: impl Fn(&str) -> bool) -> String {
        self.wait_until(Instant::now() + DEADLINE * 6, what, condition)
    }

    fn wait_until(&self, end: Instant, what: &str, condition: impl Fn(&str) -> bool) -> String {
        loop {
            let text = self.text();
            if condition(&text) {
                return text;
            }
            assert!(Instant::now() < end, "no {what} in time; the screen:\n{text}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Waits until the screen shows `words`.
    pub fn see(&self, words: &str) -> String {
        self.wait(words, |text| text.contains(words))
    }

    /// Types `keys`.
    pub fn type_keys(&mut self, keys: &str) {
        let writer = self.writer.as_mut().unwrap();
        writer.write_all(keys.as_bytes()).unwrap();
        writer.flush().unwrap();
    }

    /// Changes the terminal's size.
    pub fn resize(&self, columns: u16, rows: u16) {
        // The emulator first: what the program draws for the new size must find it there.
        self.shared.lock().unwrap().parser.screen_mut().set_size(cells(rows), cells(columns));
        self.master.as_ref().unwrap().resize(size(columns, rows)).unwrap();
    }

    /// Sends the program a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = i32::try_from(self.child.process_id().unwrap()).unwrap();
        rustix::process::kill_process(rustix::process::Pid::from_raw(pid).unwrap(), signal).unwrap();
    }

    /// Takes the terminal away, as soon as the program has written once more.
    pub fn hang_up(&mut self) {
        self.writer = None;
        self.master = None;
        self.gone.store(true, Ordering::Relaxed);
        self.reader.take().unwrap().join().unwrap();
    }

    /// Waits for the end and gives the exit status.
    pub fn end(&mut self) -> ExitStatus {
        let end = Instant::now() + DEADLINE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status;
            }
            assert!(Instant::now() < end, "still running after {DEADLINE:?}; the screen:\n{}", self.text());
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Waits for the end; the status must be `status` and the terminal as it was.
    pub fn ends_with(&mut self, status: u32) {
        assert_eq!(self.end().exit_code(), status, "the screen:\n{}", self.text());
        // The last bytes may still be on their way to the emulator.
        self.wait("restored terminal", |_| self.modes() == (false, false));
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
