//! Line outputs: one JSON object per sample, from the second sample on.

use std::io::{self, ErrorKind, Write};
use std::sync::mpsc::sync_channel;

use crate::cli::Monitor;
use crate::event::{self, Event};
use crate::model::Model;
use crate::model::limits::Limits;
use crate::output::json;
use crate::run::End;
use crate::run::setup::{Watched, unusable};
use crate::source::clock::Clock;
use crate::source::sampler::Sampler;

/// Prints lines until `--count` is reached, the pipe is closed, or a signal ends it.
pub fn run(watched: Watched, monitor: &Monitor, limits: Limits) -> End {
    let Watched { sources, mut demo, .. } = watched;
    // One place only: who reads slowly gets fewer lines, and nothing piles up.
    let (sender, receiver) = sync_channel(1);
    let sink = sender.clone();
    let sampler =
        match Sampler::spawn(sources, Clock::real(), move |event| sink.send(Event::from(event)).is_ok()) {
            Ok(sampler) => sampler,
            Err(error) => return End::Bug(format!("no thread for sampling: {error}")),
        };
    if let Some(Err(error)) = demo.as_mut().map(|demo| event::spawn_demo(demo, sender)) {
        return End::Bug(format!("no thread for the demo: {error}"));
    }
    let mut model = Model::new(limits);
    let mut left = monitor.count.unwrap_or(u64::MAX);
    for event in receiver {
        match event {
            Event::Sample(sample) => {
                let snapshot = model.push(&sample);
                if snapshot.seq == 1 {
                    if let Some(reasons) = unusable(&sample) {
                        return End::Unusable(reasons);
                    }
                    continue;
                }
                match print(&json::line(&snapshot)) {
                    Ok(()) => left -= 1,
                    Err(error) if error.kind() == ErrorKind::BrokenPipe => return End::Done,
                    Err(error) => return End::Unusable(vec![format!("writing to standard output: {error}")]),
                }
                if left == 0 {
                    return End::Done;
                }
            }
            Event::Demo(update) => sampler.set_processes(update.ingestor, update.server),
            Event::DemoFailed(error) => return End::Unusable(vec![format!("the demo ended: {error}")]),
            Event::Died(text) => return End::Bug(text),
            Event::Key(_) | Event::Signal(_) | Event::Hangup => {}
        }
    }
    End::Bug("sampling ended by itself".to_owned())
}

fn print(line: &str) -> io::Result<()> {
    let mut out = io::stdout().lock();
    out.write_all(line.as_bytes())?;
    out.write_all(b"\n")?;
    out.flush()
}
