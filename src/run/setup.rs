//! From arguments to a running sampler.

use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;

use crate::cli::{MetricsArgs, STATS_ENV, StatusArgs, Target};
use crate::demo::{Demo, DemoState, Scenario};
use crate::output::status::Markup;
use crate::run::End;
use crate::run::forms::Form;
use crate::run::listen::{self, Latest};
use crate::sample::{Fault, Reading, Sample};
use crate::source::discover::{Given, Names};

/// What is to be watched.
pub struct Plan {
    /// What was given by hand.
    pub given: Given,
    /// Names of the processes to look for.
    pub names: Names,
    /// The demo; its end takes its processes and its folder along.
    pub demo: Option<Demo>,
    /// Name of the demo's scenario at the beginning.
    pub scenario: Option<Arc<str>>,
}

impl Plan {
    /// Whether there is more to find than was given.
    pub fn searches(&self) -> bool {
        self.demo.is_none()
    }
}

/// Watches what the arguments name, and what is found for the rest.
pub fn of_target(target: &Target) -> Plan {
    let from_env = || std::env::var_os(STATS_ENV).filter(|path| !path.is_empty()).map(PathBuf::from);
    let given = Given {
        ingestor: target.ingestor,
        server: target.server,
        db: target.db.clone(),
        stats: target.stats.clone().or_else(from_env),
    };
    Plan { given, names: Names::with(&target.matches), demo: None, scenario: None }
}

/// Starts a demo and watches it as any other target.
///
/// # Errors
/// When its processes or its folder can't be made.
pub fn of_demo(scenario: Scenario) -> anyhow::Result<Plan> {
    let mut demo = Demo::start(scenario)?;
    let state = demo.target().context("the demo could not be started")?;
    let DemoState { ingestor, server, db, stats, scenario } = state;
    let given = Given { ingestor, server, db: Some(db), stats: Some(stats) };
    let scenario = Some(scenario.name().into());
    Ok(Plan { given, names: Names::default(), demo: Some(demo), scenario })
}

/// The form that the arguments of `metrics` ask for; a server is there when this returns, and its address
/// has been said on standard error.
///
/// # Errors
/// The end of a run whose address is not loopback although nobody said so (usage), or can't be bound.
pub fn metrics(args: &MetricsArgs) -> Result<Form, End> {
    let Some(address) = args.listen else { return Ok(Form::Metrics { textfile: args.textfile.clone() }) };
    if !address.ip().is_loopback() && !args.listen_to_others {
        let hint = "give --listen-to-others too if that is wanted";
        return Err(End::Usage(format!("{address} can be reached from other machines: {hint}")));
    }
    let latest = Latest::default();
    let bound = listen::spawn(address, latest.clone())
        .map_err(|error| End::Failed(format!("can't listen on {address}: {error:#}")))?;
    // Standard error may be closed; the server is there all the same.
    let _ = writeln!(std::io::stderr(), "corescope-top: serving http://{bound}/metrics");
    Ok(Form::Served(latest))
}

/// The form that the arguments of `status` ask for.
pub fn status(args: &StatusArgs) -> Form {
    let markup = if args.tmux { Markup::Tmux } else { Markup::Plain };
    Form::Status { columns: args.width.into(), markup }
}

/// The reasons why `sample` holds nothing at all to look at; `None` if it holds something.
pub fn unusable(sample: &Sample) -> Option<Vec<String>> {
    let db = sample.db.good();
    let usable = sample.ingestor.good().is_some()
        || sample.server.good().is_some()
        || sample.stats.good().is_some()
        || db.is_some_and(|db| db.header.good().is_some());
    // A source that has not answered yet may still do.
    let pending = |fault: Option<&Fault>| fault.is_some_and(|f| f.kind == crate::sample::FaultKind::Stalled);
    if usable || pending(sample.stats.fault()) || pending(sample.db.fault()) {
        return None;
    }
    let of_db = match &sample.db {
        Reading::Good(db) => db.db.fault().or(db.header.fault()),
        other => other.fault(),
    };
    let faults = [sample.ingestor.fault(), sample.server.fault(), of_db, sample.stats.fault()];
    Some(faults.into_iter().flatten().map(|fault| fault.text.clone()).collect())
}
