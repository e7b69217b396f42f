//! Arguments in, exit status out; everything else is in the library.

use std::io::Write;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches};
use corescope_top::cli::{Cli, Command, Monitor, RecordArgs, Recording, Target};
use corescope_top::demo;
use corescope_top::model::limits::Limits;
use corescope_top::run::forms::Form;
use corescope_top::run::setup::{self, Plan};
use corescope_top::run::{End, config, doctor, lines, replay, screen};

fn main() -> ExitCode {
    let matches = Cli::command().get_matches();
    let mut cli = Cli::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
    let config = config::take(&mut cli, &matches);
    if let (Ok(_), Some(Command::Doctor(args))) = (&config, &cli.command) {
        return ExitCode::from(doctor::run(&args.target.or(&cli.target), cli.monitor.json));
    }
    let end = match (config, &cli.command) {
        (Err(end), _) => end,
        (Ok((settings, path)), Some(Command::Config { action })) => {
            config::run(*action, &cli, &matches, &settings, &path)
        }
        (Ok(_), _) => run(&cli).unwrap_or_else(|error| End::Failed(format!("{error:#}"))),
    };
    // After a hangup standard error may be dead; that must not turn into another exit status.
    let _ = write!(std::io::stderr(), "{end}");
    ExitCode::from(end.status())
}

fn run(cli: &Cli) -> anyhow::Result<End> {
    match &cli.command {
        None => watch(&cli.monitor, cli.monitor.limits(), || Ok(setup::of_target(&cli.target))),
        Some(Command::Demo(args)) => {
            watch(&cli.monitor, cli.monitor.demo_limits(), || setup::of_demo(args.scenario))
        }
        Some(Command::Record(args)) => record(args, cli),
        Some(Command::Replay(args)) if cli.monitor.json => replay::lines(&args.file, &cli.monitor),
        Some(Command::Replay(args)) => replay::screen(&args.file, &cli.monitor),
        Some(Command::Doctor(_) | Command::Config { .. }) => Ok(End::Done),
        Some(Command::Metrics(args)) => {
            setup::metrics(args).map_or_else(Ok, |form| once(cli, &args.target, form))
        }
        Some(Command::Check(args)) => once(cli, &args.target, Form::Check),
        Some(Command::Status(args)) => once(cli, &args.target, setup::status(args)),
        Some(Command::DemoDirector { scenario }) => demo::director::run(*scenario).map(|()| End::Done),
        Some(Command::DemoIngestor(args)) => demo::ingestor::run(args).map(|()| End::Done),
        Some(Command::DemoServer(args)) => demo::server::run(args).map(|()| End::Done),
    }
}

fn record(args: &RecordArgs, cli: &Cli) -> anyhow::Result<End> {
    let monitor = &cli.monitor;
    if monitor.recording.record.is_some() {
        return Ok(End::Usage("record takes one file: leave --record away".to_owned()));
    }
    let limits = monitor.limits().map_err(anyhow::Error::msg)?;
    let recording = Recording { record: Some(args.file.clone()), ..monitor.recording.clone() };
    let Some(target) = recording.target() else { return Ok(End::Done) };
    Ok(lines::record(setup::of_target(&args.target.or(&cli.target)), monitor, limits, target, args.span))
}

/// A line output other than `--json`.
fn once(cli: &Cli, target: &Target, form: Form) -> anyhow::Result<End> {
    let limits = cli.monitor.limits().map_err(anyhow::Error::msg)?;
    Ok(lines::run(setup::of_target(&target.or(&cli.target)), &cli.monitor, limits, form))
}

fn watch(
    monitor: &Monitor,
    limits: Result<Limits, String>,
    target: impl FnOnce() -> anyhow::Result<Plan>,
) -> anyhow::Result<End> {
    let limits = limits.map_err(anyhow::Error::msg)?;
    if monitor.json {
        return Ok(lines::run(target()?, monitor, limits, Form::json(monitor.count)));
    }
    // Nothing is started for a screen that can't be.
    if let Err(end) = screen::possible() {
        return Ok(end);
    }
    Ok(screen::run(target()?, monitor, limits))
}
