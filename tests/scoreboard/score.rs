//! What two observers of the same samples say, against the truth.

use std::collections::BTreeMap;

use corescope_top::model::Model;
use corescope_top::model::input::Input;
use corescope_top::model::limits::Limits;
use corescope_top::model::snapshot::{FlagId, Snapshot};
use corescope_top::model::verdict::VerdictId;

use crate::base::Base;
use crate::case::{Case, Knowing, Truth};

/// The rules of the Perf page; the two others of the program are its own.
const PERF: [FlagId; 6] = [
    FlagId::BackfillVsTx,
    FlagId::Baseline,
    FlagId::WriteRate,
    FlagId::WalSize,
    FlagId::CancelledWrites,
    FlagId::CacheHit,
];

/// How one truth was seen.
#[derive(Clone, Debug, Default)]
pub struct Seen {
    /// Seconds from its beginning to the first sample that said so.
    pub first: Option<f64>,
    /// The same beyond what its definition takes.
    pub delay: Option<f64>,
    /// Samples from the time at which it was due to its end, and those that said so.
    pub due: u32,
    pub held: u32,
    /// Samples after the first that did not say so.
    pub lost: u32,
    /// Seconds from its end to the first sample that did not say so; `None` if that never came, or if it
    /// was never seen.
    pub clear: Option<f64>,
}

/// How one observer did in one case.
#[derive(Clone, Debug, Default)]
pub struct Score {
    pub seen: Vec<Seen>,
    /// Names that were said without being true, how often they began, and when first.
    pub wrong: BTreeMap<&'static str, (u32, f64)>,
}

impl Score {
    /// How often something was said that was not true.
    pub fn wrongs(&self) -> u32 {
        self.wrong.values().map(|(count, _)| count).sum()
    }
}

/// Listens to one observer.
struct Ear {
    score: Score,
    wrong_now: Vec<&'static str>,
    /// Whether anything that it says counts as right while something is wrong.
    lenient: bool,
}

impl Ear {
    fn new(truths: usize, lenient: bool) -> Self {
        let score = Score { seen: vec![Seen::default(); truths], wrong: BTreeMap::new() };
        Self { score, wrong_now: Vec::new(), lenient }
    }

    fn push(&mut self, at: f64, names: &[&'static str], truths: &[Truth]) {
        let lenient = self.lenient;
        let right = |truth: &Truth, name: &str| lenient || truth.ids.iter().any(|id| id.name() == name);
        let mut open = Vec::new();
        for (truth, seen) in truths.iter().zip(&mut self.score.seen) {
            let said = names.iter().any(|name| right(truth, name));
            let goes_on = (truth.from..truth.to).contains(&at);
            // What was said in time may be said until it is cleared.
            let lingers = at >= truth.to && seen.first.is_some() && seen.clear.is_none();
            if goes_on || (lingers && said) {
                open.push(truth);
            }
            if goes_on {
                seen.hear(at - truth.from, truth.due, said);
            } else if lingers && !said {
                seen.clear = Some(at - truth.to);
            }
        }
        let wrong: Vec<&'static str> =
            names.iter().copied().filter(|name| !open.iter().any(|truth| right(truth, name))).collect();
        for name in &wrong {
            if !self.wrong_now.contains(name) {
                self.score.wrong.entry(name).or_insert((0, at)).0 += 1;
            }
        }
        self.wrong_now = wrong;
    }
}

impl Seen {
    fn hear(&mut self, age: f64, due: f64, said: bool) {
        if said && self.first.is_none() {
            self.first = Some(age);
            self.delay = Some((age - due).max(0.0));
        }
        self.lost += u32::from(!said && self.first.is_some());
        if age >= due {
            self.due += 1;
            self.held += u32::from(said);
        }
    }
}

/// Both observers' scores in one case: this program's, and that of the Perf page's rules.
pub fn run(case: &Case, base: &Base) -> (Score, Score) {
    let (mut site, state) = base.site(case);
    let mut model = Model::new(Limits::default());
    if case.knowing == Knowing::Yesterday {
        model.recall(state);
    }
    let (mut ours, mut perf) = (Ear::new(case.truths.len(), false), Ear::new(case.truths.len(), true));
    let mut steps = case.ordered().into_iter().peekable();
    let mut truths = case.truths.clone();
    // Multiplied, not added up: what rounding leaves would put a step behind its label.
    let time = |looks: u32| f64::from(looks) * case.interval - case.unseen;
    site.plan.interval = case.interval;
    for looks in 1.. {
        let before = time(looks - 1);
        if before >= case.secs {
            break;
        }
        while let Some((_, act)) = steps.next_if(|(due, _)| *due <= before) {
            act(&mut site);
        }
        let (sample, at) = (site.look(), time(looks));
        if at <= 0.0 {
            continue;
        }
        let snapshot = model.push(&sample);
        for truth in truths.iter_mut().filter(|truth| truth.from < at) {
            match truth.when {
                Some(is) if is(&site) => truth.when = None,
                Some(_) => truth.from = time(looks + 1),
                None => {}
            }
        }
        ours.push(at, &verdicts(&snapshot), &truths);
        // A flag is about the moment: it is right from the first on, before anything can be proved.
        perf.push(at, &flags(&snapshot), &case.truths);
    }
    (ours.score, perf.score)
}

/// The same for a recording: what was fed to a model then is fed to one now.
pub fn replay(inputs: &[Input], limits: Limits, truths: &[Truth]) -> (Score, Score) {
    let mut model = Model::new(limits);
    let (mut ours, mut perf) = (Ear::new(truths.len(), false), Ear::new(truths.len(), true));
    let mut first = None;
    for snapshot in inputs.iter().filter_map(|input| model.feed(input)) {
        let at = snapshot.mono.since(*first.get_or_insert(snapshot.mono)).as_secs_f64();
        ours.push(at, &verdicts(&snapshot), truths);
        perf.push(at, &flags(&snapshot), truths);
    }
    (ours.score, perf.score)
}

fn verdicts(snapshot: &Snapshot) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = snapshot.verdicts.iter().map(|verdict| verdict.id.name()).collect();
    names.dedup();
    names
}

fn flags(snapshot: &Snapshot) -> Vec<&'static str> {
    let raised = snapshot.flags.iter().filter(|flag| PERF.contains(&flag.id));
    let mut names: Vec<&'static str> = raised.map(|flag| flag.id.name()).collect();
    names.dedup();
    names
}

/// What this program promises of one truth; what it breaks, in words.
pub fn broken(truth: &Truth, seen: &Seen, interval: f64) -> Vec<String> {
    let mut broken = Vec::new();
    if truth.optional {
        return broken;
    }
    // The promises are those of a look a second; of rarer ones only that it is seen at all.
    if interval > 1.0 && seen.first.is_some() {
        return broken;
    }
    let allowed = if truth.due > 0.0 { 2.0 } else { 5.0 };
    match seen.delay {
        None => broken.push("missed".to_owned()),
        Some(delay) if delay > allowed => broken.push(format!("seen {delay:.0} s late, {allowed} s allowed")),
        Some(_) => {}
    }
    if seen.lost > 0 {
        broken.push(format!("lost in {} samples", seen.lost));
    }
    match seen.clear {
        None if seen.first.is_some() => broken.push("never cleared".to_owned()),
        Some(clear) if clear > 15.0 => broken.push(format!("cleared {clear:.0} s late")),
        _ => {}
    }
    broken
}

/// Every verdict that a case expects.
pub fn covered(cases: &[Case]) -> Vec<VerdictId> {
    let mut ids: Vec<VerdictId> =
        cases.iter().flat_map(|case| &case.truths).flat_map(|truth| &truth.ids).copied().collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}
