//! Arguments to configuration.

// Doc comments of arguments are the text of the help: no Markdown there.
#![allow(clippy::doc_markdown)]

mod outputs;
mod recording;
mod target;

use std::path::PathBuf;

use clap::builder::{FalseyValueParser, PossibleValuesParser};
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::model::limits::Limits;
use crate::view::{Palette, THEMES};
pub use outputs::{CheckArgs, ConfigAction, MetricsArgs, StatusArgs};
pub use recording::{RecordArgs, Recording, ReplayArgs};
pub use target::Target;

/// The stats file's place when nobody says otherwise.
pub const DEFAULT_STATS: &str = "/tmp/corescope-ingestor-stats.json";
/// The environment variable that names the stats file, the ingestor's own.
pub const STATS_ENV: &str = "CORESCOPE_INGESTOR_STATS";
/// Shortest and longest interval between samples, seconds.
pub const INTERVALS: std::ops::RangeInclusive<f64> = 0.1..=60.0;

/// The command line.
#[derive(Debug, Parser)]
#[command(
    name = "corescope-top",
    version,
    about = "Watches a CoreScope ingestor: disk I/O, write sources and the SQLite WAL on one screen",
    after_help = AFTER_HELP,
    max_term_width = 100,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// What to run instead of the monitor.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// What to watch.
    #[command(flatten)]
    pub target: Target,
    /// How to watch it.
    #[command(flatten)]
    pub monitor: Monitor,
}

const AFTER_HELP: &str = "\
Keys: ? shows them all, q quits.
Limits:     write-rate=10MB  cancelled-writes=1MB  wal-size=100MB  cache-hit=90%
(defaults)  backfill-ratio=10  baseline-ratio=10  wal-pinned=30s  writer-held=10s
            backfill-patience=15m  storm-patience=3m  accept-after=24h
Exit status: 0 ended as asked (q, Ctrl-C, --count, a closed pipe), 1 nothing could be read,
             2 usage, 101 a bug, 129 the terminal went away, 143 SIGTERM.
Reading another user's /proc/PID/io needs that user, root or CAP_SYS_PTRACE.";

/// Subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch a small ingestor that is started for the purpose: needs nothing, leaves nothing behind
    Demo(DemoArgs),
    /// Record to a file without a screen, and say in one line at the end what was recorded
    Record(RecordArgs),
    /// Play a recording: on the screen, or with --json as the lines that were printed live
    Replay(ReplayArgs),
    /// Say line by line what is found, what each source says right now, and what the rest needs:
    /// status 0 if all is well, 1 if something is missing
    Doctor(DoctorArgs),
    /// Print the target's figures for Prometheus in the OpenMetrics text format, serve them, or leave
    /// them where node_exporter finds them
    Metrics(MetricsArgs),
    /// Print one line and end as a monitoring plugin does: 0 ok, 1 warning, 2 critical, 3 unknown
    Check(CheckArgs),
    /// Print one short line for a status bar
    Status(StatusArgs),
    /// Say what is configured and where it comes from, or check the configuration file
    Config {
        /// What to do
        #[command(subcommand)]
        action: ConfigAction,
    },
    /// The demo's keeper (internal)
    #[command(hide = true)]
    DemoDirector {
        /// What to play
        scenario: crate::demo::Scenario,
    },
    /// The demo's ingestor (internal)
    #[command(hide = true)]
    DemoIngestor(crate::demo::ingestor::IngestorArgs),
    /// The demo's server (internal)
    #[command(hide = true)]
    DemoServer(crate::demo::server::ServerArgs),
}

impl Command {
    /// The target options of a subcommand that has some.
    pub fn target(&mut self) -> Option<&mut Target> {
        match self {
            Self::Record(args) => Some(&mut args.target),
            Self::Doctor(args) => Some(&mut args.target),
            Self::Metrics(args) => Some(&mut args.target),
            Self::Check(args) => Some(&mut args.target),
            Self::Status(args) => Some(&mut args.target),
            _ => None,
        }
    }
}

/// Arguments of `demo`.
#[derive(Clone, Copy, Debug, Args)]
pub struct DemoArgs {
    /// What the demo's ingestor goes through
    #[arg(long, value_name = "NAME", default_value = "tour")]
    pub scenario: crate::demo::Scenario,
}

/// Arguments of `doctor`.
#[derive(Clone, Debug, Args)]
pub struct DoctorArgs {
    /// What to look at.
    #[command(flatten)]
    pub target: Target,
}

/// How to watch.
// Each of these switches is one option, and they combine freely.
#[allow(clippy::struct_excessive_bools)]
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Options")]
pub struct Monitor {
    /// Seconds between samples, 0.1 to 60
    #[arg(short = 'n', long, value_name = "SECONDS", default_value = "1", global = true,
        value_parser = interval, env = "CORESCOPE_TOP_INTERVAL", hide_env_values = true)]
    pub interval: f64,
    /// A limit of a rule, for example write-rate=20MB; may be given several times
    #[arg(long, value_name = "NAME=VALUE", global = true, value_parser = limit)]
    pub limit: Vec<String>,
    /// Print one JSON object per sample, from the second sample on, instead of drawing a screen
    #[arg(long, global = true)]
    pub json: bool,
    /// With --json: end after this many lines
    #[arg(long, value_name = "N", global = true, requires = "json",
        value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// With --json or record: wait so many seconds for an ingestor to appear [default: don't wait]
    #[arg(long, value_name = "SECONDS", global = true, value_parser = wait)]
    pub wait: Option<f64>,
    /// Neither use nor keep what was learned about the database
    #[arg(long, global = true)]
    pub no_state: bool,
    /// How to record.
    #[command(flatten)]
    pub recording: Recording,
    /// Ring the terminal's bell when something begins to be wrong
    #[arg(long, global = true, value_parser = FalseyValueParser::new(), env = "CORESCOPE_TOP_BELL",
        hide_env_values = true)]
    pub bell: bool,
    /// When to use colours: auto obeys NO_COLOR
    #[arg(
        long,
        value_name = "WHEN",
        global = true,
        default_value = "auto",
        env = "CORESCOPE_TOP_COLOR",
        hide_env_values = true
    )]
    pub color: When,
    /// Colours: default, high-contrast, light or mono
    #[arg(long, value_name = "NAME", global = true, default_value = "default", hide_possible_values = true,
        value_parser = PossibleValuesParser::new(THEMES), env = "CORESCOPE_TOP_THEME", hide_env_values = true)]
    pub theme: String,
    /// The theme's colours, with those of the configuration file.
    #[arg(skip = Palette::DEFAULT)]
    pub palette: Palette,
    /// The configuration file [default: $XDG_CONFIG_HOME/corescope-top/config.toml]
    #[arg(long, value_name = "FILE", global = true, env = "CORESCOPE_TOP_CONFIG", hide_env_values = true)]
    pub config: Option<PathBuf>,
    /// Draw with ASCII characters only [default: where the locale is not UTF-8]
    #[arg(long, global = true, value_parser = FalseyValueParser::new(), env = "CORESCOPE_TOP_ASCII",
        hide_env_values = true)]
    pub ascii: bool,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// Unless NO_COLOR is set
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Monitor {
    /// The limits of the rules: the defaults with what was given.
    ///
    /// # Errors
    /// None that the argument parser has not already reported.
    pub fn limits(&self) -> Result<Limits, String> {
        self.limits_over(Limits::default())
    }

    /// The limits for a demo: its incidents are short, so a storm is called one sooner.
    ///
    /// # Errors
    /// As [`Self::limits`].
    pub fn demo_limits(&self) -> Result<Limits, String> {
        self.limits_over(Limits { storm_patience: 12.0, ..Limits::default() })
    }

    fn limits_over(&self, mut limits: Limits) -> Result<Limits, String> {
        self.limit.iter().try_for_each(|assignment| limits.set(assignment))?;
        Ok(limits)
    }

    /// Whether to use colours, given the value of `NO_COLOR`.
    pub fn colored(&self, no_color: Option<&str>) -> bool {
        match self.color {
            When::Always => true,
            When::Never => false,
            When::Auto => no_color.is_none_or(str::is_empty),
        }
    }
}

/// Whether the locale is UTF-8: the first of `LC_ALL`, `LC_CTYPE` and `LANG` that is set decides.
pub fn utf8_locale(variables: [Option<&str>; 3]) -> bool {
    let first = variables.into_iter().flatten().find(|value| !value.is_empty()).unwrap_or("C");
    let name = first.to_ascii_lowercase();
    name.contains("utf-8") || name.contains("utf8")
}

/// Seconds between samples.
///
/// # Errors
/// What may be given.
pub fn interval(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(secs) if INTERVALS.contains(&secs) => Ok(secs),
        _ => Err("give seconds from 0.1 to 60".to_owned()),
    }
}

fn wait(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(secs) if (0.0..=1e6).contains(&secs) => Ok(secs),
        _ => Err("give seconds from 0 to 1000000".to_owned()),
    }
}

fn limit(text: &str) -> Result<String, String> {
    Limits::default().set(text).map(|()| text.to_owned())
}

#[cfg(test)]
mod tests;
