//! What the screen is for: watching a target, waiting for one, or choosing among several.

use std::sync::Arc;

use crate::units::Mono;

/// What the screen is for now.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stage {
    /// The panels.
    #[default]
    Watching,
    /// Nothing to watch yet.
    Waiting(Waiting),
    /// Several targets to choose from.
    Picking(Picker),
}

/// A screen that waits for a target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Waiting {
    /// Names of processes that it looks for.
    pub looks_for: String,
    /// Since when.
    pub since: Mono,
    /// How many processes the last look saw.
    pub processes: usize,
    /// What stands in the way of seeing all of them.
    pub problems: Vec<String>,
}

/// A list of targets to choose from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Picker {
    /// What there is, by pid.
    pub rows: Vec<PickRow>,
    /// Pid of the chosen row; the first if there is no such row (any more).
    pub chosen: Option<u32>,
    /// Only rows that contain this, case ignored.
    pub filter: String,
}

/// One target to choose.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PickRow {
    /// Pid of the ingestor.
    pub pid: u32,
    /// Its name, cleaned.
    pub name: Arc<str>,
    /// Its user's name, else "uid 1000"; `None` if that can't be read.
    pub user: Option<Arc<str>>,
    /// The name of its program, where the process is called an ingestor by its first argument alone:
    /// anybody can write anything there.
    pub exe: Option<Arc<str>>,
    /// Its container; `None` for none that is known.
    pub container: Option<Arc<str>>,
    /// Its database as it sees it; `None` if that is not known.
    pub db: Option<Arc<str>>,
    /// Seconds since it was started.
    pub uptime: f64,
    /// Bytes written per second; `None` before the second look, and where it can't be read.
    pub write: Option<f64>,
}

impl Picker {
    /// The rows that the filter leaves.
    pub fn shown(&self) -> Vec<&PickRow> {
        let wanted = self.filter.to_lowercase();
        let fits = |row: &&PickRow| {
            let fields = [Some(&row.name), row.user.as_ref(), row.container.as_ref(), row.db.as_ref()];
            row.pid.to_string().contains(&wanted)
                || fields.into_iter().flatten().any(|field| field.to_lowercase().contains(&wanted))
        };
        self.rows.iter().filter(fits).collect()
    }

    /// Position of the chosen row among those shown; `None` if none is shown.
    pub fn position(&self) -> Option<usize> {
        let shown = self.shown();
        let chosen = shown.iter().position(|row| Some(row.pid) == self.chosen);
        chosen.or(if shown.is_empty() { None } else { Some(0) })
    }

    /// Moves the choice by `steps` rows, to the ends at most.
    pub fn step(&mut self, steps: isize) {
        let Some(position) = self.position() else { return };
        let last = self.shown().len() - 1;
        let next = position.saturating_add_signed(steps).min(last);
        self.chosen = self.shown().get(next).map(|row| row.pid);
    }

    /// The chosen row.
    pub fn chosen_row(&self) -> Option<&PickRow> {
        self.position().and_then(|position| self.shown().get(position).copied())
    }

    /// Pid of the chosen row.
    pub fn choice(&self) -> Option<u32> {
        self.position().and_then(|position| self.shown().get(position).map(|row| row.pid))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker() -> Picker {
        let row = |pid, db: &str| PickRow { pid, db: Some(db.into()), ..PickRow::default() };
        Picker { rows: vec![row(10, "/a/x.db"), row(20, "/b/x.db"), row(30, "/b/y.db")], ..Picker::default() }
    }

    #[test]
    fn the_choice_stays_with_its_process() {
        let mut picker = picker();
        picker.step(1);
        assert_eq!(picker.choice(), Some(20));
        picker.rows.remove(0);
        assert_eq!(picker.choice(), Some(20));
        picker.rows.remove(0);
        assert_eq!(picker.choice(), Some(30));
        picker.rows.clear();
        assert_eq!((picker.choice(), picker.position()), (None, None));
    }

    #[test]
    fn steps_end_at_the_ends() {
        let mut picker = picker();
        picker.step(-5);
        assert_eq!(picker.choice(), Some(10));
        picker.step(50);
        assert_eq!(picker.choice(), Some(30));
    }

    #[test]
    fn the_filter_looks_at_every_field() {
        let mut picker = picker();
        picker.filter = "/B/".into();
        assert_eq!(picker.shown().len(), 2);
        picker.filter = "30".into();
        assert_eq!(picker.choice(), Some(30));
        picker.filter = "nothing".into();
        picker.step(1);
        assert_eq!(picker.choice(), None);
    }
}
