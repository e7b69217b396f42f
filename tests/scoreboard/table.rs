//! The table for people.

use std::fmt::Write as _;

use crate::case::Case;
use crate::score::{Score, Seen};

/// One case and both observers' scores in it.
pub struct Result {
    pub case: Case,
    pub ours: Score,
    pub perf: Score,
}

/// A markdown table: a row for each kind of incident, and one for each kind of ordinary operation.
pub fn table(results: &[Result]) -> String {
    let mut rows: Vec<&'static str> = Vec::new();
    for result in results {
        if !rows.contains(&result.case.row) {
            rows.push(result.case.row);
        }
    }
    let mut text = String::from(
        "| incident | cases | seen | delay | held | cleared after | wrong | Perf page: seen | delay | held | wrong |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for row in rows {
        let of_row: Vec<&Result> = results.iter().filter(|result| result.case.row == row).collect();
        let _ = writeln!(text, "{}", line(row, &of_row));
    }
    text
}

fn line(row: &str, results: &[&Result]) -> String {
    let ours = Sum::of(results, |result| &result.ours);
    let perf = Sum::of(results, |result| &result.perf);
    format!(
        "| {row} | {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
        results.len(),
        ours.share(),
        ours.delays(),
        ours.held(),
        secs(ours.clear),
        ours.wrong,
        perf.share(),
        perf.delays(),
        perf.held(),
        perf.wrong
    )
}

/// What a row says of one observer: the worst of each, and the share of all time.
#[derive(Default)]
struct Sum {
    truths: u32,
    seen: u32,
    delay: Option<f64>,
    definition: f64,
    held: (u32, u32),
    clear: Option<f64>,
    wrong: u32,
}

impl Sum {
    fn of(results: &[&Result], pick: impl Fn(&Result) -> &Score) -> Self {
        let mut sum = Self::default();
        for result in results {
            let score = pick(result);
            sum.wrong += score.wrongs();
            let truths = result.case.truths.iter().zip(&score.seen).filter(|(truth, _)| !truth.optional);
            for (truth, seen) in truths {
                sum.definition = sum.definition.max(truth.due);
                sum.add(seen);
            }
        }
        sum
    }

    fn add(&mut self, seen: &Seen) {
        self.truths += 1;
        self.seen += u32::from(seen.first.is_some());
        self.held = (self.held.0 + seen.held, self.held.1 + seen.due);
        self.delay = later(self.delay, seen.delay);
        self.clear = later(self.clear, seen.clear);
    }

    fn share(&self) -> String {
        if self.truths == 0 { "—".to_owned() } else { format!("{}/{}", self.seen, self.truths) }
    }

    /// The longest delay, and in brackets what the definition takes by itself.
    fn delays(&self) -> String {
        match self.delay {
            Some(delay) if self.definition > 0.0 => {
                format!("{} (+{})", secs(Some(delay)), secs(Some(self.definition)))
            }
            delay => secs(delay),
        }
    }

    fn held(&self) -> String {
        match self.held {
            (_, 0) => "—".to_owned(),
            (held, due) => format!("{:.1} %", 100.0 * f64::from(held) / f64::from(due)),
        }
    }
}

fn later(a: Option<f64>, b: Option<f64>) -> Option<f64> {
    a.into_iter().chain(b).max_by(f64::total_cmp)
}

fn secs(value: Option<f64>) -> String {
    value.map_or_else(|| "—".to_owned(), |secs| format!("{secs:.0} s"))
}

/// What broke its promise, a line each.
pub fn complaints(result: &Result) -> Vec<String> {
    let truths = result.case.truths.iter().zip(&result.ours.seen);
    let broken = truths.flat_map(|(truth, seen)| {
        let name = truth.ids.first().map_or("", |id| id.name());
        crate::score::broken(truth, seen, result.case.interval)
            .into_iter()
            .map(move |what| format!("{name} {what}"))
    });
    let wrong = result
        .ours
        .wrong
        .iter()
        .map(|(name, (count, at))| format!("wrong {name}, {count} times, first at {at} s"));
    broken.chain(wrong).map(|what| format!("{}: {what}", result.case)).collect()
}
