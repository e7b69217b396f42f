//! The monitor with `--json`, all of whose lines are kept.

use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Instant;

use serde_json::Value;

use crate::terminal::{DEADLINE, PROGRAM};

pub struct Monitor {
    child: Child,
    lines: Receiver<String>,
    /// Every line so far, as it came.
    pub raw: Vec<String>,
}

impl Monitor {
    /// The program with `--json`, a short interval and `arguments`.
    pub fn start(arguments: &[String]) -> Self {
        let mut command = Command::new(PROGRAM);
        command.args(["--json", "-n", "0.1"]).args(arguments);
        command.env("XDG_STATE_HOME", env!("CARGO_TARGET_TMPDIR"));
        Self::run(command)
    }

    /// Whatever prints the lines.
    pub fn run(command: Command) -> Self {
        Self::run_with(command, Stdio::null())
    }

    /// The same with something on standard input.
    pub fn run_with(mut command: Command, stdin: Stdio) -> Self {
        command.env_remove("CORESCOPE_INGESTOR_STATS");
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let stdout = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        thread::spawn(move || {
            for line in stdout.lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Self { child, lines, raw: Vec::new() }
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The next line that has not been looked at yet.
    pub fn next(&mut self) -> Value {
        match self.lines.recv_timeout(DEADLINE) {
            Ok(line) => {
                let value = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
                self.raw.push(line);
                value
            }
            Err(error) => panic!("no further line ({error}); the last: {:?}", self.raw.last()),
        }
    }

    /// Reads lines until one satisfies `condition`.
    pub fn until(&mut self, what: &str, condition: impl Fn(&Value) -> bool) -> Value {
        let end = Instant::now() + DEADLINE;
        // What was printed before the question doesn't answer it.
        self.raw.extend(self.lines.try_iter());
        loop {
            let line = self.next();
            if condition(&line) {
                return line;
            }
            assert!(Instant::now() < end, "no {what} in time; the last line: {line}");
        }
    }

    /// Waits for a fault of `source` whose text has `words`.
    pub fn fault(&mut self, source: &str, words: &str) -> Value {
        self.until(&format!("fault of {source} with {words:?}"), |line| has_fault(line, source, words))
    }

    /// Every line so far, decoded.
    pub fn values(&mut self) -> Vec<Value> {
        self.raw.extend(self.lines.try_iter());
        self.raw.iter().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    /// Ends it and gives what it wrote to standard error.
    pub fn end(&mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        let mut errors = String::new();
        self.child.stderr.take().unwrap().read_to_string(&mut errors).unwrap();
        errors
    }
}

impl Drop for Monitor {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The texts of the faults of `source`.
pub fn faults<'a>(line: &'a Value, source: &str) -> Vec<&'a str> {
    let all = line["faults"].as_array().unwrap().iter();
    all.filter(|fault| fault["source"] == source).map(|fault| fault["text"].as_str().unwrap()).collect()
}

pub fn has_fault(line: &Value, source: &str, words: &str) -> bool {
    faults(line, source).iter().any(|text| text.contains(words))
}

/// Every rate of `line` with its name; unknown ones are left out.
pub fn rates(line: &Value) -> Vec<(String, f64)> {
    let of = |values: &Value| -> Vec<(String, f64)> {
        let fields = values.as_object().into_iter().flatten();
        fields.filter_map(|(name, value)| Some((name.clone(), value.as_f64()?))).collect()
    };
    let mut rates = of(&line["writeSources"]["rates"]);
    for role in ["ingestor", "server"] {
        rates.extend(of(&line["io"][role]).into_iter().filter(|(name, _)| name != "pid"));
    }
    rates
}

/// No rate of any line is negative; none is larger than `rows` a second, or 100 MB/s, or 100,000 calls/s.
pub fn assert_sane(lines: &[Value], rows: f64) {
    for line in lines {
        for (name, rate) in rates(line) {
            let limit = match name.as_str() {
                name if name.contains("Bytes") => 1e8,
                name if name.starts_with("syscalls") => 1e5,
                _ => rows,
            };
            assert!((0.0..=limit).contains(&rate), "{name} is {rate} in {line}");
        }
    }
}
