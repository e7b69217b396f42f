//! The README's tables against the program.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use corescope_top::app::keys;
use corescope_top::model::limits::{Limits, NAMES};
use corescope_top::model::snapshot::FlagId;

use crate::tables;

fn path() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")
}

fn readme() -> String {
    fs::read_to_string(path()).unwrap()
}

/// What stands between the marks of a table that is made.
fn between(text: &str, name: &str) -> (usize, usize) {
    let begin = format!("<!-- {name}: made by UPDATE=1 cargo test --test generated -->\n\n");
    let from = text.find(&begin).unwrap_or_else(|| panic!("README.md has no {begin}")) + begin.len();
    let length = text[from..].find("\n<!-- end -->").unwrap_or_else(|| panic!("{name} has no end"));
    (from, from + length)
}

#[test]
fn made_tables() {
    let made = [
        ("copied", tables::copied()),
        ("options", tables::options(&crate::command())),
        ("options of subcommands", tables::own_options(&crate::command())),
        ("keys", tables::keys(keys::LIVE)),
        ("keys of a replay", tables::keys_of_a_replay()),
        ("metrics", tables::metrics()),
    ];
    let mut text = readme();
    for (name, table) in made {
        let (from, to) = between(&text, name);
        if std::env::var_os("UPDATE").is_some() {
            text.replace_range(from..to, &table);
        } else {
            let there = &text[from..to];
            assert_eq!(there, table, "README.md, {name}: UPDATE=1 cargo test --test generated");
        }
    }
    if std::env::var_os("UPDATE").is_some() {
        fs::write(path(), text).unwrap();
    }
}

/// What stands in backticks under a heading of the second degree.
fn code_under(heading: &str) -> Vec<String> {
    let text = readme();
    let section = text.split("\n## ").find(|it| it.starts_with(&format!("{heading}\n")));
    let section = section.unwrap_or_else(|| panic!("README.md has no section {heading}"));
    section.split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// All limits have to be there, with the defaults that they have.
fn all_limits<'a>(place: &str, assignments: impl Iterator<Item = &'a str>) {
    let mut limits = Limits::default();
    let mut named = BTreeSet::new();
    for assignment in assignments {
        limits.set(assignment).unwrap_or_else(|error| panic!("{place}, {assignment}: {error}"));
        named.insert(assignment.split('=').next().unwrap());
    }
    assert_eq!(limits, Limits::default(), "{place} has another default");
    assert_eq!(named, NAMES.iter().map(|(name, _)| *name).collect(), "{place}");
}

#[test]
fn flags_and_limits() {
    let code = code_under("Flags and limits");
    for flag in FlagId::ALL.map(FlagId::name) {
        assert!(code.iter().any(|it| it == flag), "README.md has no flag {flag}");
    }
    all_limits("README.md", code.iter().map(String::as_str).filter(|it| it.contains('=')));
    let help = crate::command().get_after_help().unwrap().to_string();
    all_limits("--help", help.split_whitespace().filter(|word| word.contains('=')));
}

#[test]
fn every_picture_is_there_and_every_one_is_shown() {
    let text = readme();
    let shown: BTreeSet<String> = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next())
        .filter(|target| !target.contains("://") && !target.starts_with('#'))
        .map(str::to_owned)
        .collect();
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for target in &shown {
        assert!(root.join(target).exists(), "README.md: {target} is not there");
    }
    for entry in fs::read_dir(root.join("assets")).unwrap() {
        let name = format!("assets/{}", entry.unwrap().file_name().into_string().unwrap());
        let picture = Path::new(&name).extension().is_some_and(|it| it == "svg");
        assert!(!picture || shown.contains(&name), "README.md doesn't show {name}");
    }
}

#[test]
fn every_link_within_leads_somewhere() {
    let text = readme();
    let anchors: BTreeSet<String> = text
        .lines()
        .filter(|line| line.starts_with("##"))
        .map(|line| {
            let title = line.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
            title.chars().filter(|c| c.is_alphanumeric() || matches!(c, '-' | '_')).collect()
        })
        .collect();
    for target in text.split("](#").skip(1).filter_map(|rest| rest.split(')').next()) {
        assert!(anchors.contains(target), "README.md has no #{target}");
    }
}
