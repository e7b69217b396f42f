//! From the file's text to [`Settings`].

use std::path::PathBuf;

use ratatui::style::Color;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{KEYS, Problem, Set, Settings, TARGET_KEYS, TargetSettings, meant};
use crate::cli;
use crate::model::limits::{self, Limits};
use crate::parse::text;
use crate::view::{ROLES, THEMES};

/// Reads the text of a file.
///
/// # Errors
/// Everything that is wrong with it, in the order of its lines.
pub fn read(input: &str) -> Result<Settings, Vec<Problem>> {
    let mut reader = Reader { input, settings: Settings::default(), problems: Vec::new() };
    match DeTable::parse(input) {
        Ok(table) => reader.top(table.get_ref()),
        Err(error) => {
            let at = error.span().map_or(0, |span| span.start);
            reader.problem(at, error.message());
        }
    }
    let Reader { settings, mut problems, .. } = reader;
    problems.sort_by_key(|problem| problem.line);
    if problems.is_empty() { Ok(settings) } else { Err(problems) }
}

struct Reader<'a> {
    input: &'a str,
    settings: Settings,
    problems: Vec<Problem>,
}

type Key<'a> = Spanned<std::borrow::Cow<'a, str>>;
type Value<'a> = Spanned<DeValue<'a>>;

impl Reader<'_> {
    fn line(&self, at: usize) -> usize {
        1 + self.input.as_bytes().iter().take(at).filter(|byte| **byte == b'\n').count()
    }

    fn problem(&mut self, at: usize, text: impl AsRef<str>) {
        let line = self.line(at);
        self.problems.push(Problem { line, text: text::sentence(text.as_ref()) });
    }

    fn unknown<'k>(&mut self, key: &Key, what: &str, known: impl IntoIterator<Item = &'k str> + Clone) {
        let name = key.get_ref();
        let text = if let Some(meant) = meant(name, known.clone()) {
            format!("unknown {what} `{name}`: did you mean `{meant}`?")
        } else {
            let all: Vec<&str> = known.into_iter().collect();
            format!("unknown {what} `{name}`; there are {}", all.join(", "))
        };
        self.problem(key.span().start, text);
    }

    fn top(&mut self, table: &DeTable) {
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "interval" => {
                    let set = self.checked(key, value, number, |text| cli::interval(&text));
                    self.settings.interval = set;
                }
                "ascii" => self.settings.ascii = self.checked(key, value, boolean, Ok),
                "bell" => self.settings.bell = self.checked(key, value, boolean, Ok),
                "color" => {
                    self.settings.color =
                        self.checked(key, value, string, |s| one_of(s, &["auto", "always", "never"]));
                }
                "theme" => self.settings.theme = self.checked(key, value, string, |s| one_of(s, &THEMES)),
                "limits" => self.section(key, value, Self::limit),
                "colors" => self.section(key, value, Self::color),
                "targets" => self.section(key, value, Self::target),
                _ => self.unknown(key, "key", KEYS.into_iter().chain(["limits", "colors", "targets"])),
            }
        }
    }

    fn section(&mut self, key: &Key, value: &Value, each: fn(&mut Self, &Key, &Value)) {
        match value.get_ref().as_table() {
            Some(table) => table.iter().for_each(|(key, value)| each(self, key, value)),
            None => self.problem(key.span().start, format!("`{}` is a table: [{0}]", key.get_ref())),
        }
    }

    fn limit(&mut self, key: &Key, value: &Value) {
        let name = key.get_ref().as_ref();
        let known = limits::NAMES.map(|(name, _)| name);
        if !known.contains(&name) {
            return self.unknown(key, "limit", known);
        }
        let assign = |text: String| {
            let assignment = format!("{name}={text}");
            Limits::default().set(&assignment).map(|()| assignment)
        };
        if let Some(set) = self.checked(key, value, |value| string(value).or_else(|| number(value)), assign) {
            self.settings.limits.push(set);
        }
    }

    fn color(&mut self, key: &Key, value: &Value) {
        let name = key.get_ref().as_ref();
        if !ROLES.contains(&name) {
            return self.unknown(key, "role", ROLES);
        }
        let parse = |text: String| {
            let help = "write a name like red or lightblue, a number from 0 to 255, or #rrggbb";
            text.parse::<Color>().map_err(|_| format!("'{text}' is no colour; {help}"))
        };
        if let Some(set) = self.checked(key, value, |value| string(value).or_else(|| number(value)), parse) {
            self.settings.colors.insert(name.to_owned(), set);
        }
    }

    fn target(&mut self, key: &Key, value: &Value) {
        let Some(table) = value.get_ref().as_table() else {
            let name = key.get_ref();
            return self.problem(key.span().start, format!("target `{name}` is a table: [targets.{name}]"));
        };
        let mut target = TargetSettings::default();
        for (key, value) in table {
            match key.get_ref().as_ref() {
                "db" => target.db = self.checked(key, value, string, path).map(|set| set.value),
                "stats" => target.stats = self.checked(key, value, string, path).map(|set| set.value),
                "match" => {
                    target.matches =
                        self.checked(key, value, strings, Ok).map(|set| set.value).unwrap_or_default();
                }
                _ => self.unknown(key, "key of a target", TARGET_KEYS),
            }
        }
        let set = Set { value: target, line: self.line(key.span().start) };
        self.settings.targets.insert(key.get_ref().to_string(), set);
    }

    /// A value that has the right type and that `parse` takes; else a problem.
    fn checked<T, U>(
        &mut self,
        key: &Key,
        value: &Value,
        typed: impl Fn(&DeValue) -> Option<U>,
        parse: impl Fn(U) -> Result<T, String>,
    ) -> Option<Set<T>> {
        let at = value.span().start;
        let name = key.get_ref();
        let outcome = match typed(value.get_ref()) {
            Some(raw) => parse(raw).map_err(|error| format!("`{name}`: {error}")),
            None => Err(format!("`{name}` can't be {}", article(value.get_ref().type_str()))),
        };
        match outcome {
            Ok(value) => Some(Set { value, line: self.line(at) }),
            Err(text) => {
                self.problem(at, text);
                None
            }
        }
    }
}

fn article(kind: &str) -> String {
    if kind.starts_with(['a', 'i']) { format!("an {kind}") } else { format!("a {kind}") }
}

fn boolean(value: &DeValue) -> Option<bool> {
    value.as_bool()
}

fn string(value: &DeValue) -> Option<String> {
    value.as_str().map(str::to_owned)
}

/// A number as it is written.
fn number(value: &DeValue) -> Option<String> {
    let integer = value.as_integer().filter(|it| it.radix() == 10).map(|it| it.as_str().to_owned());
    integer.or_else(|| value.as_float().map(|it| it.as_str().to_owned()))
}

fn strings(value: &DeValue) -> Option<Vec<String>> {
    match value.as_array() {
        Some(array) => array.iter().map(|item| string(item.get_ref())).collect(),
        None => string(value).map(|one| vec![one]),
    }
}

fn path(text: String) -> Result<PathBuf, String> {
    let path = PathBuf::from(text);
    if path.is_absolute() { Ok(path) } else { Err("give an absolute path".to_owned()) }
}

fn one_of(text: String, known: &[&str]) -> Result<String, String> {
    if known.contains(&text.as_str()) {
        return Ok(text);
    }
    let hint = meant(&text, known.iter().copied());
    let hint =
        hint.map_or_else(|| format!("there are {}", known.join(", ")), |it| format!("did you mean `{it}`?"));
    Err(format!("'{text}' is not known; {hint}"))
}
