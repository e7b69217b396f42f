//! Colours by role, and glyphs that every terminal has.
//!
//! Only the terminal's own 16 colours are used, never a background: what is legible there is
//! legible here. Without colour, bold and dim alone carry the roles, because a reversed cell is
//! undone by crossterm 0.29 under `NO_COLOR`; and no role depends on either, every mark has a
//! glyph or a word.

use ratatui::style::{Color, Modifier, Style};

/// How each role looks.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Theme {
    /// Titles of panels and tables.
    pub(crate) title: Style,
    /// Borders and rules.
    pub(crate) border: Style,
    /// The border of the panel that keys act on.
    pub(crate) focused: Style,
    /// Figures and names.
    pub(crate) text: Style,
    /// Labels, and what is of no interest now.
    pub(crate) dim: Style,
    /// All is well.
    pub(crate) ok: Style,
    /// Wants attention.
    pub(crate) warn: Style,
    /// Over a limit.
    pub(crate) critical: Style,
    /// A graph's bars.
    pub(crate) bar: Style,
    /// A graph's bars over the limit.
    pub(crate) over: Style,
    /// The line of the limit.
    pub(crate) limit: Style,
    /// The tab or the row that is chosen.
    pub(crate) selected: Style,
    /// A key in a hint.
    pub(crate) key: Style,
    ascii: bool,
}

impl Theme {
    /// A theme with or without colour, in Unicode or in bytes below 0x80 alone.
    pub fn new(color: bool, ascii: bool) -> Self {
        let plain = Style::new();
        let (bold, dim) = (plain.add_modifier(Modifier::BOLD), plain.add_modifier(Modifier::DIM));
        let colored = |style: Style, fg: Color| if color { style.fg(fg) } else { style };
        Self {
            title: bold,
            // Bright black is the background itself in some palettes; dim never is.
            border: dim,
            focused: if color { plain.fg(Color::Cyan) } else { bold },
            text: plain,
            dim,
            ok: colored(plain, Color::Green),
            warn: colored(bold, Color::Yellow),
            critical: colored(bold, Color::Red),
            bar: colored(plain, Color::Green),
            over: colored(plain, Color::Red),
            limit: colored(if color { plain } else { dim }, Color::Yellow),
            selected: colored(bold.add_modifier(Modifier::UNDERLINED), Color::Cyan),
            key: colored(if color { plain } else { bold }, Color::Cyan),
            ascii,
        }
    }

    /// The character that stands for `c` on this terminal.
    pub(crate) fn glyph(&self, c: char) -> char {
        if self.ascii && !c.is_ascii() { ascii(c) } else { c }
    }
}

/// The mark of what is over a limit.
pub(crate) const ALERT: char = '▲';
/// The mark of a backfill that runs, and of the panel in focus.
pub(crate) const RUNNING: char = '►';
/// What is shown for a figure that is not known.
pub(crate) const UNKNOWN: &str = "—";

fn ascii(c: char) -> char {
    match c {
        '…' | '═' => '~',
        '—' | '–' | '─' | '╌' => '-',
        '•' => 'o',
        '│' | '·' => '|',
        '╭' | '╮' | '╰' | '╯' | '▅' => '+',
        '▲' => '!',
        '►' | '→' => '>',
        '×' => 'x',
        '↑' => '^',
        '↓' => 'v',
        'µ' => 'u',
        '▁' => '_',
        '▂' | '▏' | '▎' | '▍' => '.',
        '▃' => ':',
        '▄' | '▌' | '▋' | '▊' | '▉' | '━' => '=',
        '▆' | '◆' => '*',
        '▇' => '%',
        '█' => '#',
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_colour_no_colour_is_set() {
        let theme = Theme::new(false, false);
        let roles = [
            theme.title,
            theme.border,
            theme.focused,
            theme.text,
            theme.dim,
            theme.ok,
            theme.warn,
            theme.critical,
            theme.bar,
            theme.over,
            theme.limit,
            theme.selected,
            theme.key,
        ];
        let allowed = Modifier::BOLD | Modifier::DIM | Modifier::UNDERLINED;
        for style in roles {
            assert!(style.fg.is_none() && style.bg.is_none(), "{style:?}");
            assert!(allowed.contains(style.add_modifier), "{style:?}");
        }
    }

    #[test]
    fn ascii_is_ascii_whatever_comes() {
        let theme = Theme::new(true, true);
        assert!("…—▲►◆•━═→×↑▁▂▃▄▅▆▇█▏日é╭┼".chars().all(|c| theme.glyph(c).is_ascii()));
        assert_eq!(Theme::new(true, false).glyph('…'), '…');
    }
}
