//! Calling somebody who looks elsewhere: the terminal's bell, the window's title.

use std::io;

use crate::model::snapshot::Snapshot;
use crate::parse::text::clip;
use crate::terminal::Screen;

/// Columns of a title: more is cut by most windows.
const TITLE: usize = 80;

/// What the terminal is to do besides showing the picture.
#[derive(Debug, Default)]
pub struct Attention {
    bell: bool,
    /// Whether titles are set at all.
    titles: bool,
    ring: bool,
    title: Option<String>,
}

impl Attention {
    /// Rings on a beginning if `bell` says so. The title is another only while a verdict holds, and only
    /// where it can be set back: the Linux console has none.
    pub fn new(bell: bool) -> Self {
        let titles = std::env::var("TERM").is_ok_and(|term| !term.is_empty() && !term.starts_with("linux"));
        Self { bell, titles, ..Self::default() }
    }

    /// Never calls anybody: what is shown has long been.
    pub fn none() -> Self {
        Self::default()
    }

    /// Looks at what came in with a sample.
    pub fn notice(&mut self, snapshot: Option<&Snapshot>) {
        let Some(snapshot) = snapshot else { return };
        self.ring |= self.bell && snapshot.events.iter().any(|event| event.lasted.is_none());
        if self.titles {
            let worst = snapshot.verdicts.first();
            self.title = worst.map(|verdict| clip(&format!("! {}", verdict.text), TITLE));
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
