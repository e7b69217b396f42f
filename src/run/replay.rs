//! Recordings played back: through the same model, to the same outputs.

use std::path::Path;

use crate::cli::Monitor;
use crate::model::Model;
use crate::model::input::Input;
use crate::model::limits::Limits;
use crate::run::forms::Form;
use crate::run::{End, screen};
use crate::source::safe_file;
use crate::tape::Tape;

/// Prints what `--json` printed while the recording was made.
///
/// # Errors
/// When the file can't be read or is no recording.
pub fn lines(file: &Path, monitor: &Monitor) -> anyhow::Result<End> {
    if monitor.recording.record.is_some() {
        return Ok(End::Usage("a replay is not recorded".to_owned()));
    }
    let tape = Tape::open(file)?;
    let limits = limits(&tape, monitor)?;
    let (mut model, mut form) = (Model::new(limits), Form::json(monitor.count));
    for number in 0..tape.chunks().len() {
        let read = tape.read_until_damage(number)?;
        for input in &read.inputs {
            if let Some(snapshot) = model.feed(input)
                && let Some(end) = form.put(&snapshot, &limits)
            {
                return Ok(end);
            }
        }
        if let Some(damage) = read.damage {
            return Ok(End::Failed(damage));
        }
    }
    if let Some(cut) = tape.cut() {
        use std::io::Write as _;
        let _ = writeln!(std::io::stderr(), "corescope-top: {}: {cut}", file.display());
    }
    Ok(End::Done)
}

/// Shows a recording on the screen.
///
/// # Errors
/// When the file can't be read, is no recording or holds no sample.
pub fn screen(file: &Path, monitor: &Monitor) -> anyhow::Result<End> {
    if let Err(end) = screen::possible() {
        return Ok(end);
    }
    let tape = Tape::open(file)?;
    if tape.samples() == 0 {
        anyhow::bail!("{}: there is no sample in it", safe_file::shown(file));
    }
    let first = tape.read_until_damage(0)?;
    if let Some(damage) = first.damage.filter(|_| !first.inputs.iter().any(Input::is_sample)) {
        anyhow::bail!(damage);
    }
    let limits = limits(&tape, monitor)?;
    Ok(screen::replay(tape, monitor, limits))
}

/// The limits that were in force; what is given by hand wins.
fn limits(tape: &Tape, monitor: &Monitor) -> anyhow::Result<Limits> {
    let mut limits = tape.header().limits;
    monitor.limit.iter().try_for_each(|assignment| limits.set(assignment)).map_err(anyhow::Error::msg)?;
    Ok(limits)
}
