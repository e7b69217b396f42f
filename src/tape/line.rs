//! The format: what each line of a recording says. `assets/recording-format.md` describes it field by
//! field.

use std::borrow::Cow;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::clean::cleaned;
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::model::state::State;
use crate::parse::text;
use crate::sample::Sample;
use crate::source::clock::Clock;
use crate::ui::Labels;
use crate::units::{Mono, Wall};

/// What the header calls the format.
pub const FORMAT: &str = "corescope-top recording";
/// The format's version: it grows when a reader of the one before would misunderstand a file, not when
/// fields are added.
pub const VERSION: u32 = 1;

/// The first line of a recording.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`] of the program that wrote it.
    pub version: u32,
    /// That program's own version.
    pub program: String,
    /// Name of the host.
    pub host: String,
    /// When this file was begun.
    pub started: Wall,
    /// Seconds between two samples at the beginning; every sample says its own.
    pub interval: f64,
    /// What is watched at the beginning.
    pub target: Labels,
    /// The limits in force, so that a replay judges as the live run did.
    pub limits: Limits,
}

impl Default for Header {
    fn default() -> Self {
        Self {
            format: String::new(),
            version: 0,
            program: String::new(),
            host: String::new(),
            started: Wall::default(),
            interval: 1.0,
            target: Labels::default(),
            limits: Limits::default(),
        }
    }
}

impl Header {
    /// The header of a file that is begun now, with the limits that nobody changed.
    pub fn now(interval: f64) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            program: env!("CARGO_PKG_VERSION").to_owned(),
            host: text::name(&rustix::system::uname().nodename().to_string_lossy()),
            started: Clock::real().wall(),
            interval,
            ..Self::default()
        }
    }

    /// The line, with its end.
    pub fn line(&self) -> Vec<u8> {
        written(self)
    }

    /// Reads the first line of a file.
    ///
    /// # Errors
    /// Says in half a sentence why it is no header that this program understands.
    pub fn parse(line: &[u8]) -> Result<Self, String> {
        let header: Self = serde_json::from_slice(&cleaned(line)).unwrap_or_default();
        if header.format != FORMAT {
            return Err("is no recording of corescope-top".to_owned());
        }
        if header.version > VERSION {
            return Err(format!(
                "is of format version {}; this program reads up to {VERSION}: use a newer one",
                header.version
            ));
        }
        Ok(header)
    }
}

/// A line that is neither header nor sample: exactly one of these is there, none in a line of a newer
/// program that means nothing to this one.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Other<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<Arc<State>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    accept: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    attach: Option<Arc<Labels>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lost: Option<u64>,
    #[serde(borrow, skip_serializing_if = "Option::is_none")]
    end: Option<Cow<'a, str>>,
}

/// What one line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Line {
    /// Something that the model eats.
    Input(Input),
    /// The recording was ended in order.
    End,
    /// Something that this program does not know.
    Unknown,
}

/// The line of an input, with its end.
pub fn encode(input: &Input) -> Vec<u8> {
    let mut line = Vec::with_capacity(2560);
    encode_to(&mut line, input);
    line
}

/// Adds the line of an input, with its end.
pub fn encode_to(lines: &mut Vec<u8>, input: &Input) {
    match input {
        Input::Sample(sample) => add(lines, &**sample),
        Input::State(state) => add(lines, &Other { state: Some(Arc::clone(state)), ..Other::default() }),
        Input::Accept => add(lines, &Other { accept: Some(true), ..Other::default() }),
        Input::Attach(labels) => add(lines, &Other { attach: Some(Arc::clone(labels)), ..Other::default() }),
    }
}

/// The last line of a recording that was ended in order, and `why`.
pub fn end(why: &str) -> Vec<u8> {
    written(&Other { end: Some(why.into()), ..Other::default() })
}

/// The line that says that `count` inputs are missing here, because the disk did not take them in time.
pub fn lost(count: u64) -> Vec<u8> {
    written(&Other { lost: Some(count), ..Other::default() })
}

fn written(value: &impl Serialize) -> Vec<u8> {
    let mut line = Vec::new();
    add(&mut line, value);
    line
}

fn add(lines: &mut Vec<u8>, value: &impl Serialize) {
    let before = lines.len();
    // Plain data with string keys always serialises; what did not would be a line that says nothing.
    if serde_json::to_writer(&mut *lines, value).is_err() {
        lines.truncate(before);
        lines.extend(b"{}");
    }
    lines.push(b'\n');
}

/// Reads a line.
///
/// # Errors
/// When it is no JSON or a field has a wrong type; the text may quote the file.
pub fn decode(line: &[u8]) -> Result<Line, serde_json::Error> {
    // Before it is cleaned, as the index does: both have to find the same samples.
    let is_sample = stamp(line).is_some();
    let line = &*cleaned(line);
    if is_sample {
        let sample: Sample = serde_json::from_slice(line)?;
        return Ok(Line::Input(Input::Sample(Arc::new(sample))));
    }
    let other: Other = serde_json::from_slice(line)?;
    Ok(match other {
        Other { state: Some(state), .. } => Line::Input(Input::State(state)),
        Other { attach: Some(labels), .. } => Line::Input(Input::Attach(labels)),
        Other { accept: Some(true), .. } => Line::Input(Input::Accept),
        Other { end: Some(_), .. } => Line::End,
        _ => Line::Unknown,
    })
}

/// The times of a sample; `None` for any other line. One that a program of this kind wrote is not read to
/// its end; one that another program wrote anew, with spaces or in another order, is.
pub fn stamp(line: &[u8]) -> Option<(Wall, Mono)> {
    #[derive(Deserialize)]
    struct Stamp {
        at: Wall,
        mono: Mono,
    }
    if let Some(stamp) = leading_stamp(line) {
        return Some(stamp);
    }
    if !line.trim_ascii_start().starts_with(b"{") {
        return None;
    }
    let Stamp { at, mono } = serde_json::from_slice(line).ok()?;
    Some((at, mono))
}

fn leading_stamp(line: &[u8]) -> Option<(Wall, Mono)> {
    let rest = line.strip_prefix(b"{\"at\":")?;
    let (at, rest) = number(rest)?;
    let (mono, rest) = number(rest.strip_prefix(b",\"mono\":")?)?;
    let mono = Mono(u64::try_from(mono).ok()?);
    matches!(rest.first(), Some(b',' | b'}')).then_some((Wall(at), mono))
}

/// A decimal number and what follows.
fn number(bytes: &[u8]) -> Option<(i64, &[u8])> {
    let (negative, digits) = bytes.strip_prefix(b"-").map_or((false, bytes), |rest| (true, rest));
    let length = digits.iter().position(|byte| !byte.is_ascii_digit())?;
    let (digits, rest) = digits.split_at(length);
    let add = |sum: i64, byte: &u8| sum.checked_mul(10)?.checked_add(i64::from(byte - b'0'));
    let value = digits.iter().try_fold(0, add).filter(|_| !digits.is_empty())?;
    Some((if negative { -value } else { value }, rest))
}

#[cfg(test)]
mod tests;
