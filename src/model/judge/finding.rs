//! What a rule says of one sample.

use std::sync::Arc;
use std::time::Duration;

use crate::model::verdict::{Evidence, Severity};
use crate::units::{Mono, Span};

/// What a rule says.
#[derive(Clone, Debug, Default)]
pub(super) enum Say {
    /// It holds.
    Holds(Box<Finding>),
    /// It does not.
    Not,
    /// It has not for so long that it is over.
    Over,
    /// It can't be told from this sample.
    #[default]
    Unknown,
}

/// A verdict in the making.
#[derive(Clone, Debug)]
pub(super) struct Finding {
    pub(super) severity: Severity,
    pub(super) subject: Arc<str>,
    pub(super) text: String,
    pub(super) remedy: String,
    pub(super) evidence: Vec<Evidence>,
    /// When it began, if that is earlier than now.
    pub(super) since: Option<Mono>,
    /// The number by which it is bad, and the same with its unit.
    pub(super) peak: (f64, String),
}

impl Finding {
    pub(super) fn critical(subject: impl Into<Arc<str>>, text: String, remedy: impl Into<String>) -> Self {
        Self {
            severity: Severity::Critical,
            subject: subject.into(),
            text,
            remedy: remedy.into(),
            evidence: Vec::new(),
            since: None,
            peak: (0.0, String::new()),
        }
    }

    pub(super) fn warning(subject: impl Into<Arc<str>>, text: String, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Warning, ..Self::critical(subject, text, remedy) }
    }

    pub(super) fn notice(subject: impl Into<Arc<str>>, text: String, remedy: impl Into<String>) -> Self {
        Self { severity: Severity::Notice, ..Self::critical(subject, text, remedy) }
    }

    pub(super) fn evidence(mut self, name: &'static str, value: f64) -> Self {
        self.evidence.push(Evidence { name, value });
        self
    }

    pub(super) fn since(mut self, since: Option<Mono>) -> Self {
        self.since = since;
        self
    }

    pub(super) fn peak(mut self, value: f64, text: impl std::fmt::Display) -> Self {
        self.peak = (value, format!("{text}"));
        self
    }

    pub(super) fn holds(self) -> Say {
        Say::Holds(Box::new(self))
    }
}

impl Say {
    /// [`Self::Not`] in place of a finding that does not hold.
    pub(super) fn when(holds: bool, finding: impl FnOnce() -> Finding) -> Self {
        if holds { finding().holds() } else { Self::Not }
    }
}

/// A span of time for a sentence.
pub(super) fn span(secs: f64) -> Span {
    Span(Duration::try_from_secs_f64(secs.max(0.0)).unwrap_or_default())
}
