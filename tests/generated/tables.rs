//! The program's options, keys and metrics as tables.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use clap::{Arg, Command};
use corescope_top::app::keys::{Binding, LIVE, REPLAY};
use corescope_top::model::Model;
use corescope_top::model::snapshot::Snapshot;
use corescope_top::output::{brief, metrics};
use corescope_top::tape::Tape;

fn row(table: &mut String, cells: &[&str]) {
    let escaped: Vec<String> = cells.iter().map(|cell| cell.replace('|', "\\|")).collect();
    writeln!(table, "| {} |", escaped.join(" | ")).unwrap();
}

fn table(heads: &[&str]) -> String {
    let mut made = String::new();
    row(&mut made, heads);
    row(&mut made, &heads.iter().map(|_| "---").collect::<Vec<_>>());
    made
}

/// `-n`, `--interval SECONDS`
fn spelled(argument: &Arg) -> String {
    let value = argument.get_value_names().map(|names| format!(" {}", names[0])).unwrap_or_default();
    let takes = argument.get_action().takes_values();
    let value = if takes { value } else { String::new() };
    match (argument.get_short(), argument.get_long()) {
        (Some(short), Some(long)) => format!("`-{short}`, `--{long}{value}`"),
        (None, Some(long)) => format!("`--{long}{value}`"),
        _ => format!("`{}`", argument.get_value_names().unwrap()[0]),
    }
}

/// What it does, and what holds without it.
fn meaning(argument: &Arg) -> String {
    let mut text = argument.get_help().map(ToString::to_string).unwrap_or_default();
    if let Some((before, default)) = text.clone().split_once(" [default: ") {
        text = format!("{before}; default: {}", default.trim_end_matches(']'));
    }
    let values = argument.get_possible_values();
    if argument.get_action().takes_values() && !values.is_empty() && !argument.is_hide_possible_values_set() {
        let names: Vec<&str> = values.iter().map(clap::builder::PossibleValue::get_name).collect();
        write!(text, " ({})", names.join(", ")).unwrap();
    }
    let defaults: Vec<_> = argument.get_default_values().iter().filter_map(|it| it.to_str()).collect();
    if argument.get_action().takes_values() && !defaults.is_empty() {
        write!(text, "; default: {}", defaults.join(", ")).unwrap();
    }
    if let Some(variable) = argument.get_env() {
        write!(text, "; environment: `{}`", variable.to_string_lossy()).unwrap();
    }
    text
}

/// The options of the screen, which all subcommands take that have a use for them.
pub fn options(command: &Command) -> String {
    let mut made = table(&["option", "meaning"]);
    for argument in command.get_arguments().filter(|it| !it.is_hide_set()) {
        row(&mut made, &[&spelled(argument), &meaning(argument)]);
    }
    row(&mut made, &["`-h`, `--help`, `-V`, `--version`", "Help in short or in full, and the version"]);
    made
}

/// What only one subcommand takes.
pub fn own_options(command: &Command) -> String {
    let shared: BTreeSet<&str> = command.get_arguments().map(|it| it.get_id().as_str()).collect();
    let mut made = table(&["subcommand", "takes", "meaning"]);
    for sub in command.get_subcommands() {
        let name = format!("`{}`", sub.get_name());
        for argument in sub.get_arguments().filter(|it| !it.is_hide_set()) {
            if !shared.contains(argument.get_id().as_str()) {
                row(&mut made, &[&name, &spelled(argument), &meaning(argument)]);
            }
        }
        for action in sub.get_subcommands() {
            let about = action.get_about().map(ToString::to_string).unwrap_or_default();
            row(&mut made, &[&name, &format!("`{}`", action.get_name()), &about]);
        }
    }
    made
}

pub fn keys<'a>(bindings: impl IntoIterator<Item = &'a Binding>) -> String {
    let mut made = table(&["key", "does"]);
    for binding in bindings {
        let keys: Vec<String> = binding.keys.split(' ').map(|key| format!("`{key}`")).collect();
        row(&mut made, &[&keys.join(" "), binding.what]);
    }
    made
}

/// The keys that do something else in a replay.
pub fn keys_of_a_replay() -> String {
    let alike = |a: &Binding, b: &Binding| a.keys == b.keys && a.what == b.what;
    keys(REPLAY.iter().filter(|replay| !LIVE.iter().any(|live| alike(live, replay))))
}

/// One metric, as it is exposed.
#[derive(Default)]
struct Metric {
    kind: String,
    unit: String,
    labels: BTreeSet<String>,
    help: String,
}

/// What the program made of every second of a recording.
fn replayed(path: &Path) -> Vec<Snapshot> {
    let tape = Tape::open(path).unwrap();
    let mut model = Model::new(tape.header().limits);
    let inputs = (0..tape.chunks().len()).flat_map(|number| tape.read(number).unwrap());
    inputs.filter_map(|input| model.feed(&input)).collect()
}

fn recordings() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/recordings")
}

/// What `y` copies at the moment of the walk's pictures.
pub fn copied() -> String {
    let snapshots = replayed(&recordings().join("backfill-loop.zst"));
    let mut later = snapshots.iter().skip_while(|snapshot| snapshot.verdicts.is_empty()).skip(12);
    let text = brief::text(later.next().unwrap());
    format!("    {}\n", text.trim_end().replace('\n', "\n    "))
}

/// The metrics of every second of every recording.
fn exposed() -> BTreeMap<String, Metric> {
    let mut known: BTreeMap<String, Metric> = BTreeMap::new();
    for entry in fs::read_dir(recordings()).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|it| it != "zst") {
            continue;
        }
        for snapshot in replayed(&path) {
            for line in metrics::openmetrics(&snapshot).unwrap().lines() {
                learn(&mut known, line);
            }
        }
    }
    known
}

fn learn(known: &mut BTreeMap<String, Metric>, line: &str) {
    if let Some(described) = line.strip_prefix("# ") {
        let mut words = described.splitn(3, ' ');
        let (Some(what), Some(name), Some(text)) = (words.next(), words.next(), words.next()) else { return };
        let metric = known.entry(name.to_owned()).or_default();
        match what {
            "TYPE" => text.clone_into(&mut metric.kind),
            "UNIT" => text.clone_into(&mut metric.unit),
            "HELP" => text.trim_end_matches('.').clone_into(&mut metric.help),
            other => panic!("{other}"),
        }
    } else if let Some((name, labels)) = line.split_once('{') {
        let name = name.strip_suffix("_total").unwrap_or(name);
        let labels = labels.split("=\"").next().into_iter().map(str::to_owned);
        known.get_mut(name).unwrap().labels.extend(labels);
    }
}

/// In the order in which the program has them.
pub fn metrics() -> String {
    let exposed = exposed();
    let names = metrics::names();
    let mut made = table(&["metric", "type", "unit", "label", "meaning"]);
    for name in &names {
        let metric = exposed.get(name).unwrap_or_else(|| panic!("no recording has a {name}"));
        let total = if metric.kind == "counter" { "_total" } else { "" };
        let labels: Vec<String> = metric.labels.iter().map(|label| format!("`{label}`")).collect();
        let full = format!("`{name}{total}`");
        row(&mut made, &[&full, &metric.kind, &metric.unit, &labels.join(", "), &metric.help]);
    }
    let unnamed: Vec<_> = exposed.keys().filter(|name| !names.contains(name)).collect();
    assert!(unnamed.is_empty(), "{unnamed:?}");
    made.replace("|  |", "| |").replace("|  |", "| |")
}
