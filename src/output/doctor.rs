//! `doctor`: what was found and what each source says, as lines for people or one JSON object.

pub mod says;

use serde::Serialize;

use crate::parse::text;

/// How one part is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// It is there and was read.
    Ok,
    /// It is not, though it should be.
    Missing,
    /// It is not, and needn't be.
    Unneeded,
}

impl State {
    fn mark(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Missing => "!!",
            Self::Unneeded => "--",
        }
    }
}

/// One line: a part, how it is, and what to do about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    /// What it is about: "database".
    pub part: &'static str,
    /// How it is.
    pub state: State,
    /// What is known, or why nothing is.
    pub text: String,
    /// What to do; absent where nothing needs to be done.
    pub remedy: Option<String>,
}

impl Check {
    /// A part that is well.
    pub fn ok(part: &'static str, text: impl Into<String>) -> Self {
        Self { part, state: State::Ok, text: text.into(), remedy: None }
    }

    /// A part that is missing, and what to do.
    pub fn missing(part: &'static str, text: impl Into<String>, remedy: impl Into<String>) -> Self {
        Self { part, state: State::Missing, text: text.into(), remedy: Some(remedy.into()) }
    }

    /// A part that isn't there and needn't be.
    pub fn unneeded(part: &'static str, text: impl Into<String>) -> Self {
        Self { part, state: State::Unneeded, text: text.into(), remedy: None }
    }
}

/// Checks under one heading.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Section {
    /// The heading.
    pub title: String,
    /// Pid of the ingestor that it is about.
    pub ingestor: Option<u32>,
    /// Its lines.
    pub checks: Vec<Check>,
}

/// Everything the doctor has to say.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Version of the program.
    pub version: &'static str,
    /// Who it is run by: "uid 1000 (mesh)".
    pub user: String,
    /// How many processes were looked at.
    pub processes: usize,
    /// What was looked at, in order.
    pub sections: Vec<Section>,
}

impl Report {
    /// The exit status: 1 if anything is missing.
    pub fn status(&self) -> u8 {
        u8::from(self.missing() > 0)
    }

    fn missing(&self) -> usize {
        self.checks().filter(|check| check.state == State::Missing).count()
    }

    fn checks(&self) -> impl Iterator<Item = &Check> {
        self.sections.iter().flat_map(|section| &section.checks)
    }

    /// Lines for people, ASCII but for names, aligned.
    pub fn text(&self) -> String {
        let Self { version, user, processes, .. } = self;
        let mut lines = vec![format!("corescope-top {version} doctor, run by {user}; {processes} processes")];
        let width = self.checks().map(|check| check.part.len()).max().unwrap_or(0);
        for section in &self.sections {
            lines.push(String::new());
            lines.push(clean(&section.title));
            for check in &section.checks {
                let (mark, part, text) = (check.state.mark(), check.part, clean(&check.text));
                lines.push(format!("  {mark}  {part:width$}  {text}"));
                // One of a fault's reasons often ends in what to do about it.
                if let Some(remedy) =
                    check.remedy.as_ref().filter(|remedy| !check.text.contains(remedy.as_str()))
                {
                    lines.push(format!("      {:width$}  fix: {}", "", clean(remedy)));
                }
            }
        }
        lines.push(String::new());
        lines.push(match self.missing() {
            0 => "All is well.".to_owned(),
            1 => "1 thing is missing, marked !!".to_owned(),
            n => format!("{n} things are missing, marked !!"),
        });
        lines.join("\n") + "\n"
    }

    /// One JSON object on one line.
    pub fn json(&self) -> String {
        #[derive(Serialize)]
        struct Line<'a> {
            status: u8,
            #[serde(flatten)]
            report: &'a Report,
        }
        let line = Line { status: self.status(), report: self };
        // Plain data with string keys always serialises; a line that did not would be no JSON at all.
        let text = serde_json::to_string(&line).unwrap_or_else(|error| format!("{{\"error\":\"{error}\"}}"));
        text + "\n"
    }
}

/// Texts were cleaned where they were made, but for paths: no control character gets out.
fn clean(text: &str) -> String {
    text.split(' ').map(|word| text::mask_credentials(&visible(word))).collect::<Vec<_>>().join(" ")
}

fn visible(word: &str) -> String {
    // A path may be as long as it likes.
    let mut shown = String::new();
    for piece in word.chars().collect::<Vec<_>>().chunks(text::MAX_TEXT / 2) {
        shown += &text::sentence(&piece.iter().collect::<String>());
    }
    text::clip(&shown, 400)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        let checks = vec![
            Check::ok("database", "/data/a\x1b[31m.db (given)"),
            Check::missing("stats file", "no stats file at /tmp/x: start it", "start it"),
            Check::missing("inotify", "none left", "raise the limit"),
            Check::unneeded("server", "none"),
        ];
        let section = Section { title: "Found".to_owned(), ingestor: Some(7), checks };
        Report { version: "0.1.0", user: "uid 0 (root)".to_owned(), processes: 3, sections: vec![section] }
    }

    #[test]
    fn lines_are_aligned_and_clean() {
        let expected = "corescope-top 0.1.0 doctor, run by uid 0 (root); 3 processes\n\
            \n\
            Found\n\
            \x20 ok  database    /data/a[31m.db (given)\n\
            \x20 !!  stats file  no stats file at /tmp/x: start it\n\
            \x20 !!  inotify     none left\n\
            \x20                 fix: raise the limit\n\
            \x20 --  server      none\n\
            \n\
            2 things are missing, marked !!\n";
        assert_eq!(report().text(), expected);
        assert_eq!(report().status(), 1);
    }

    #[test]
    fn json_says_the_same() {
        let value: serde_json::Value = serde_json::from_str(&report().json()).unwrap();
        assert_eq!((&value["status"], &value["processes"]), (&1.into(), &3.into()));
        let stats = &value["sections"][0]["checks"][1];
        assert_eq!((&stats["state"], &stats["remedy"]), (&"missing".into(), &"start it".into()));
        assert_eq!(value["sections"][0]["checks"][3]["state"], "unneeded");
        assert_eq!(value["sections"][0]["ingestor"], 7);
    }

    #[test]
    fn nothing_missing_is_status_0() {
        let mut report = report();
        report.sections[0].checks.retain(|check| check.state != State::Missing);
        assert_eq!(report.status(), 0);
        assert!(report.text().ends_with("\nAll is well.\n"));
    }
}
