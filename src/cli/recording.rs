//! Arguments of recording and replay.

// Doc comments of arguments are the text of the help: no Markdown there.
#![allow(clippy::doc_markdown)]

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;

use super::Target;
use crate::tape::recorder;
use crate::units::{MB, parse_bytes, parse_secs};

/// Arguments of `record`.
#[derive(Clone, Debug, Args)]
pub struct RecordArgs {
    /// The file; compressed where its name ends in .zst
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
    /// End after so long, for example 2h [default: at Ctrl-C]
    #[arg(long = "for", value_name = "TIME", value_parser = span)]
    pub span: Option<Duration>,
    /// What to look at.
    #[command(flatten)]
    pub target: Target,
}

/// Arguments of `replay`.
#[derive(Clone, Debug, Args)]
pub struct ReplayArgs {
    /// The recording
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// How to record.
#[derive(Clone, Debug, Default, Args)]
pub struct Recording {
    /// Record beside the screen or --json; compressed where the name ends in .zst
    #[arg(long, value_name = "FILE", global = true)]
    pub record: Option<PathBuf>,
    /// Overwrite a file of one's own that is there; never a link
    #[arg(long, global = true)]
    pub force: bool,
    /// The most that a recording's files may take together, for example 200MB: the oldest go
    #[arg(long, value_name = "SIZE", global = true, value_parser = size)]
    pub record_max: Option<u64>,
    /// How long a recording's files are kept, for example 24h: the oldest go
    #[arg(long, value_name = "TIME", global = true, value_parser = span)]
    pub record_keep: Option<Duration>,
}

impl Recording {
    /// What to record to; `None` if nobody asked for it.
    pub fn target(&self) -> Option<recorder::Target> {
        let path = self.record.clone()?;
        Some(recorder::Target { path, force: self.force, max: self.record_max, keep: self.record_keep })
    }
}

fn size(text: &str) -> Result<u64, String> {
    let bytes = parse_bytes(text)? as u64;
    if bytes < MB { Err("give 1MB or more".to_owned()) } else { Ok(bytes) }
}

fn span(text: &str) -> Result<Duration, String> {
    let secs = parse_secs(text)?;
    if (1.0..=1e9).contains(&secs) {
        Ok(Duration::from_secs_f64(secs))
    } else {
        Err("give 1s or more".to_owned())
    }
}
