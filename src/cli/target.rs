//! Arguments that say what to watch.

use std::path::PathBuf;

use clap::Args;

use super::{DEFAULT_STATS, STATS_ENV};

/// What to watch.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Target")]
pub struct Target {
    /// Process id of the ingestor
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    pub ingestor: Option<u32>,
    /// Process id of the server
    #[arg(long, value_name = "PID", value_parser = clap::value_parser!(u32).range(1..))]
    pub server: Option<u32>,
    /// The SQLite database; opened read-only and only for the moment of a look
    #[arg(long, value_name = "PATH")]
    pub db: Option<PathBuf>,
    /// The ingestor's stats file [default: $CORESCOPE_INGESTOR_STATS, else what is found, else
    /// /tmp/corescope-ingestor-stats.json]
    #[arg(long, value_name = "PATH")]
    pub stats: Option<PathBuf>,
    /// A target of the configuration file, by its name
    #[arg(long, value_name = "NAME")]
    pub target: Option<String>,
    /// Another name by which an ingestor may go; may be given several times
    #[arg(long = "match", value_name = "NAME")]
    pub matches: Vec<String>,
}

impl Target {
    /// What was given here and, for the rest, what was given in `before`: options may stand before a
    /// subcommand and after it.
    #[must_use]
    pub fn or(&self, before: &Self) -> Self {
        Self {
            ingestor: self.ingestor.or(before.ingestor),
            server: self.server.or(before.server),
            db: self.db.clone().or_else(|| before.db.clone()),
            stats: self.stats.clone().or_else(|| before.stats.clone()),
            target: self.target.clone().or_else(|| before.target.clone()),
            matches: [before.matches.as_slice(), &self.matches].concat(),
        }
    }

    /// The stats file to read: as given, else as the environment says, else the usual one.
    pub fn stats_path(&self) -> PathBuf {
        let from_env = || std::env::var_os(STATS_ENV).filter(|path| !path.is_empty()).map(PathBuf::from);
        self.stats.clone().or_else(from_env).unwrap_or_else(|| DEFAULT_STATS.into())
    }
}
