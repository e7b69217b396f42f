//! Arguments in, exit status out; everything else is in the library.

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;
use corescope_top::cli::{Cli, Command, Monitor, Target};
use corescope_top::demo;
use corescope_top::run::forms::Form;
use corescope_top::run::setup::{self, Plan};
use corescope_top::run::{End, doctor, lines, screen};

fn main() -> ExitCode {
    let cli = Cli::parse();
    if let Some(Command::Doctor(args)) = &cli.command {
        return ExitCode::from(doctor::run(&args.target.or(&cli.target), cli.monitor.json));
    }
    let end = run(&cli).unwrap_or_else(|error| End::Failed(format!("{error:#}")));
    // After a hangup standard error may be dead; that must not turn into another exit status.
    let _ = write!(std::io::stderr(), "{end}");
    ExitCode::from(end.status())
}

fn run(cli: &Cli) -> anyhow::Result<End> {
    match &cli.command {
        None => watch(&cli.monitor, || Ok(setup::of_target(&cli.target))),
        Some(Command::Demo(args)) => watch(&cli.monitor, || setup::of_demo(args.scenario)),
        Some(Command::Doctor(_)) => Ok(End::Done),
        Some(Command::Metrics(args)) => once(cli, &args.target, setup::metrics(args)?),
        Some(Command::Check(args)) => once(cli, &args.target, Form::Check),
        Some(Command::Status(args)) => once(cli, &args.target, setup::status(args)),
        Some(Command::DemoDirector { scenario }) => demo::director::run(*scenario).map(|()| End::Done),
        Some(Command::DemoIngestor(args)) => demo::ingestor::run(args).map(|()| End::Done),
        Some(Command::DemoServer(args)) => demo::server::run(args).map(|()| End::Done),
    }
}

/// A line output other than `--json`.
fn once(cli: &Cli, target: &Target, form: Form) -> anyhow::Result<End> {
    let limits = cli.monitor.limits().map_err(anyhow::Error::msg)?;
    Ok(lines::run(setup::of_target(&target.or(&cli.target)), &cli.monitor, limits, form))
}

fn watch(monitor: &Monitor, target: impl FnOnce() -> anyhow::Result<Plan>) -> anyhow::Result<End> {
    let limits = monitor.limits().map_err(anyhow::Error::msg)?;
    if monitor.json {
        let form = Form::Json { left: monitor.count.unwrap_or(u64::MAX) };
        return Ok(lines::run(target()?, monitor, limits, form));
    }
    // Nothing is started for a screen that can't be.
    if let Err(end) = screen::possible() {
        return Ok(end);
    }
    Ok(screen::run(target()?, monitor, limits))
}
