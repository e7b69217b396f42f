//! Arguments of the outputs for other programs.

// Doc comments of arguments are the text of the help: no Markdown there.
#![allow(clippy::doc_markdown)]

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Target;

/// Arguments of `metrics`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct MetricsArgs {
    /// Write to a file that is replaced at once, in the format of node_exporter's textfile collector
    #[arg(long, value_name = "PATH", conflicts_with = "listen")]
    pub textfile: Option<PathBuf>,
    /// Serve http://ADDRESS/metrics until ended; port 0 takes a free one, which is printed
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub listen: Option<SocketAddr>,
    /// Serve to other machines, too: without this only a loopback address is taken
    #[arg(long, requires = "listen")]
    pub listen_to_others: bool,
    /// What to look at.
    #[command(flatten)]
    pub target: Target,
}

/// Arguments of `check`.
#[derive(Clone, Debug, Args)]
pub struct CheckArgs {
    /// What to look at.
    #[command(flatten)]
    pub target: Target,
}

/// Arguments of `status`.
#[derive(Clone, Debug, Args)]
#[command(next_help_heading = "Output")]
pub struct StatusArgs {
    /// Mark it up for tmux' status line
    #[arg(long)]
    pub tmux: bool,
    /// Columns of the line, markup not counted
    #[arg(long, value_name = "COLUMNS", default_value = "60",
        value_parser = clap::value_parser!(u16).range(1..))]
    pub width: u16,
    /// What to look at.
    #[command(flatten)]
    pub target: Target,
}

/// What `config` does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum ConfigAction {
    /// Print what holds, each line with where it comes from
    Print,
    /// Say whether the file is right: status 2 if it is not
    Check,
}
