//! What a process was told at its start: arguments, environment, config file.

use std::io::Read;

use rustix::io::Errno;

use super::handle::{Handle, refused};
use super::root::{Last, Root};
use crate::parse::{cmdline, config, environ};
use crate::sample::{Fault, FaultKind};
use crate::source::safe_file::explain;

const MAX_CMDLINE: u64 = 64 << 10;
/// The kernel takes no more than this from a shell with usual limits.
const MAX_ENVIRON: u64 = 2 << 20;
const MAX_CONFIG: u64 = 1 << 20;

const WHAT: &str = "the ingestor's config";

/// Arguments and environment of a process.
#[derive(Debug)]
pub struct Settings {
    cmdline: Vec<u8>,
    environ: Result<Vec<u8>, Errno>,
}

impl Settings {
    /// Reads both; what can't be read is empty.
    pub fn of(process: &Handle) -> Self {
        let cmdline = process.head("cmdline", MAX_CMDLINE).map(|(bytes, _)| bytes).unwrap_or_default();
        let environ = process.head("environ", MAX_ENVIRON).map(|(bytes, _)| bytes);
        Self { cmdline, environ }
    }

    /// The value of a flag on the command line.
    pub fn flag(&self, name: &str) -> Option<&[u8]> {
        cmdline::flag(&self.cmdline, name)
    }

    /// A variable of its environment.
    pub fn variable(&self, key: &str) -> Option<&[u8]> {
        environ::value(self.environ.as_ref().ok()?, key)
    }

    /// Whether its environment can't be read for want of rights.
    pub fn refused(&self) -> bool {
        self.environ.as_ref().is_err_and(|errno| refused(*errno))
    }

    /// `dbPath` of the file after `-config`, else of `config.json` in its working directory, which the
    /// ingestor takes by itself; a fault where the file was named and can't be used.
    pub fn db_path(&self, root: &Root) -> (Option<String>, Option<Fault>) {
        let given = self.flag("config");
        let path = given.unwrap_or(b"config.json");
        let Some(place) = root.place(path, "", Last::Follow) else { return (None, None) };
        let read = root.open(WHAT, &place).and_then(|file| {
            let mut bytes = Vec::new();
            let read = file.take(MAX_CONFIG + 1).read_to_end(&mut bytes);
            read.map_err(|error| explain(WHAT, &place.path, error))?;
            let invalid =
                |text: &str| Fault::new(FaultKind::Invalid, format!("{WHAT} {} {text}", place.shown));
            if bytes.len() as u64 > MAX_CONFIG {
                return Err(invalid("is larger than 1 MB: not read"));
            }
            config::db_path(&bytes).map_err(|fault| invalid(&fault.text))
        });
        match read {
            Ok(path) => (path, None),
            // One that nobody named need not be there; want of rights is said for all at once.
            Err(fault) if given.is_none() || fault.kind == FaultKind::Denied && root.refused => (None, None),
            Err(fault) => (None, Some(fault)),
        }
    }
}
