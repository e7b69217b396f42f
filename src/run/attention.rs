//! Calling somebody who looks elsewhere: the terminal's bell, the window's title.

use std::io;

use crate::model::snapshot::Snapshot;
use crate::parse::text::clip;
use crate::terminal::Screen;
use crate::view::Theme;

/// Columns of a title: more is cut by most windows.
const TITLE: usize = 80;

/// What the terminal is to do besides showing the picture.
#[derive(Debug, Default)]
pub struct Attention {
    bell: bool,
    /// The look of titles; `None` where none are set.
    titles: Option<Theme>,
    ring: bool,
    title: Option<String>,
}

impl Attention {
    /// Rings on a beginning if `bell` says so. The title is another only while a verdict holds, and only
    /// where it can be set back: the Linux console has none.
    pub fn new(bell: bool, theme: Theme) -> Self {
        let titles = std::env::var("TERM").is_ok_and(|term| !term.is_empty() && !term.starts_with("linux"));
        Self { bell, titles: titles.then_some(theme), ..Self::default() }
    }

    /// Never calls anybody: what is shown has long been.
    pub fn none() -> Self {
        Self::default()
    }

    /// Looks at what came in with a sample.
    pub fn notice(&mut self, snapshot: Option<&Snapshot>) {
        let Some(snapshot) = snapshot else { return };
        self.ring |= self.bell && snapshot.events.iter().any(|event| event.lasted.is_none());
        if let Some(theme) = &self.titles {
            let title =
                |text: &str| clip(&format!("! {text}"), TITLE).chars().map(|c| theme.glyph(c)).collect();
            self.title = snapshot.verdicts.first().map(|verdict| title(&verdict.text));
        }
    }

    /// Tells the terminal what has changed.
    ///
    /// # Errors
    /// Those of [`Screen::title`].
    pub fn show(&mut self, screen: &mut Screen) -> io::Result<()> {
        if std::mem::take(&mut self.ring) {
            screen.ring()?;
        }
        screen.title(self.title.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::verdict::{Severity, Verdict, VerdictId};
    use crate::units::{Mono, Wall};

    #[test]
    fn a_title_has_the_characters_of_the_screen() {
        let verdict = Verdict {
            id: VerdictId::WriteStorm,
            subject: "ingestor".into(),
            severity: Severity::Warning,
            since: Wall::default(),
            since_mono: Mono::default(),
            text: "3 × what is normal — ".repeat(9),
            remedy: String::new(),
            evidence: Vec::new(),
            effects: Vec::new(),
        };
        let snapshot = Snapshot { verdicts: vec![verdict], ..Snapshot::default() };
        for ascii in [false, true] {
            let titles = Some(Theme::new(true, ascii));
            let mut attention = Attention { titles, ..Attention::default() };
            attention.notice(Some(&snapshot));
            assert_eq!(attention.title.unwrap().is_ascii(), ascii);
        }
    }
}
