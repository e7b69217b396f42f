//! The file under the command line: defaults, then the file, then the environment, then the arguments.

use std::fmt::Write as _;
use std::path::Path;

use clap::parser::ValueSource;
use clap::{ArgMatches, ValueEnum};

use super::{Set, Settings};
use crate::cli::{Cli, Monitor, Target, When};
use crate::model::limits::{Limits, NAMES};
use crate::view::Palette;

/// Where an argument comes from, given before or after a subcommand; `None` if it was not given.
fn given(matches: &ArgMatches, id: &str) -> Option<ValueSource> {
    let here =
        || matches.try_contains_id(id).is_ok_and(|there| there).then(|| matches.value_source(id)).flatten();
    let below = matches.subcommand().and_then(|(_, rest)| given(rest, id));
    [here(), below].into_iter().flatten().filter(|source| *source != ValueSource::DefaultValue).max()
}

/// Puts what the file says where the command line says nothing.
///
/// # Errors
/// When a target is asked for that the file doesn't have.
pub fn apply(cli: &mut Cli, matches: &ArgMatches, settings: &Settings) -> Result<(), String> {
    let monitor = &mut cli.monitor;
    let unsaid = |id: &str| given(matches, id).is_none();
    if let Some(interval) = settings.interval.as_ref().filter(|_| unsaid("interval")) {
        monitor.interval = interval.value;
    }
    if let Some(ascii) = settings.ascii.as_ref().filter(|_| unsaid("ascii")) {
        monitor.ascii = ascii.value;
    }
    if let Some(bell) = settings.bell.as_ref().filter(|_| unsaid("bell")) {
        monitor.bell = bell.value;
    }
    if let Some(color) = settings.color.as_ref().filter(|_| unsaid("color")) {
        monitor.color = When::from_str(&color.value, true)?;
    }
    if let Some(theme) = settings.theme.as_ref().filter(|_| unsaid("theme")) {
        monitor.theme.clone_from(&theme.value);
    }
    monitor.palette = palette(&monitor.theme, settings);
    let from_file = settings.limits.iter().map(|set| set.value.clone());
    monitor.limit = from_file.chain(std::mem::take(&mut monitor.limit)).collect();
    choose(&mut cli.target, settings)?;
    cli.command
        .as_mut()
        .and_then(|command| command.target())
        .map_or(Ok(()), |target| choose(target, settings))
}

fn palette(theme: &str, settings: &Settings) -> Palette {
    let mut palette = Palette::named(theme).unwrap_or(Palette::DEFAULT);
    for (role, color) in &settings.colors {
        palette.set(role, color.value);
    }
    palette
}

/// Fills in the target that is named.
fn choose(target: &mut Target, settings: &Settings) -> Result<(), String> {
    let Some(name) = &target.target else { return Ok(()) };
    let Some(Set { value, .. }) = settings.targets.get(name) else {
        let known: Vec<&str> = settings.targets.keys().map(String::as_str).collect();
        let hint = match (super::meant(name, known.iter().copied()), known.is_empty()) {
            (Some(meant), _) => format!("did you mean '{meant}'?"),
            (None, true) => "the configuration file has none".to_owned(),
            (None, false) => format!("there are {}", known.join(", ")),
        };
        return Err(format!("there is no target '{name}'; {hint}"));
    };
    target.db = target.db.take().or_else(|| value.db.clone());
    target.stats = target.stats.take().or_else(|| value.stats.clone());
    target.matches.splice(0..0, value.matches.iter().cloned());
    Ok(())
}

/// What holds, as a file that says it, each line with where it comes from.
///
/// # Errors
/// None that the argument parser has not already reported.
pub fn print(
    monitor: &Monitor,
    matches: &ArgMatches,
    settings: &Settings,
    file: &Path,
    no_color: bool,
) -> Result<String, String> {
    let origin = |id: &str, line: Option<usize>| match (given(matches, id), line) {
        (Some(ValueSource::EnvVariable), _) => format!("CORESCOPE_TOP_{}", id.to_uppercase()),
        (Some(_), _) => "command line".to_owned(),
        (None, Some(line)) => format!("{}:{line}", file.display()),
        (None, None) => "default".to_owned(),
    };
    let mut text = String::new();
    let mut row = |key: &str, value: &str, from: &str| {
        // Writing to a String can't fail.
        let _ = writeln!(text, "{:<34} # {from}", format!("{key} = {value}"));
    };
    let line = |set: Option<usize>, id: &str| origin(id, set);
    row(
        "interval",
        &monitor.interval.to_string(),
        &line(settings.interval.as_ref().map(|it| it.line), "interval"),
    );
    row("ascii", &monitor.ascii.to_string(), &line(settings.ascii.as_ref().map(|it| it.line), "ascii"));
    row("bell", &monitor.bell.to_string(), &line(settings.bell.as_ref().map(|it| it.line), "bell"));
    let color =
        monitor.color.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
    if no_color && monitor.color == When::Auto {
        row("color", "\"never\"", "NO_COLOR");
    } else {
        row("color", &format!("\"{color}\""), &line(settings.color.as_ref().map(|it| it.line), "color"));
    }
    row(
        "theme",
        &format!("\"{}\"", monitor.theme),
        &line(settings.theme.as_ref().map(|it| it.line), "theme"),
    );
    text.push_str("\n[limits]\n");
    text += &print_limits(monitor, settings, file)?;
    if !settings.colors.is_empty() {
        text.push_str("\n[colors]\n");
    }
    for (role, color) in &settings.colors {
        let _ = writeln!(
            text,
            "{:<34} # {}:{}",
            format!("{role} = \"{}\"", color.value),
            file.display(),
            color.line
        );
    }
    for (name, Set { value, line }) in &settings.targets {
        let _ = writeln!(text, "\n{:<34} # {}:{line}", format!("[targets.{name}]"), file.display());
        for (key, path) in [("db", &value.db), ("stats", &value.stats)] {
            if let Some(path) = path {
                let _ = writeln!(text, "{key} = {:?}", path.display().to_string());
            }
        }
        if !value.matches.is_empty() {
            let _ = writeln!(text, "match = {:?}", value.matches);
        }
    }
    Ok(text)
}

/// Each limit as it was written last, or its default.
fn print_limits(monitor: &Monitor, settings: &Settings, file: &Path) -> Result<String, String> {
    let mut text = String::new();
    let defaults = Limits::default();
    for (name, _) in NAMES {
        let assigned = |text: &str| {
            text.split_once('=')
                .filter(|(key, _)| key.trim() == name)
                .map(|(_, value)| value.trim().to_owned())
        };
        let in_file = settings.limits.iter().rev().find_map(|set| Some((assigned(&set.value)?, set.line)));
        // The file's own stand before those of the command line.
        let by_hand = monitor.limit.iter().skip(settings.limits.len()).rev().find_map(|text| assigned(text));
        let (value, from) = match (by_hand, in_file) {
            (Some(value), _) => (value, "command line".to_owned()),
            (None, Some((value, line))) => (value, format!("{}:{line}", file.display())),
            (None, None) => (defaults.shown(name)?, "default".to_owned()),
        };
        let _ = writeln!(text, "{:<34} # {from}", format!("{name} = \"{value}\""));
    }
    Ok(text)
}
