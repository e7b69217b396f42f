//! Colours by role, and glyphs that every terminal has.
//!
//! Only the terminal's own 16 colours are used unless a person asks for others, and never a
//! background: what is legible there is legible here. Without colour, bold and dim alone carry the
//! roles, because a reversed cell is undone by crossterm 0.29 under `NO_COLOR`; and no role depends on
//! either, every mark has a glyph or a word.

use ratatui::style::{Color, Modifier, Style};

/// Names of the themes.
pub const THEMES: [&str; 4] = ["default", "high-contrast", "light", "mono"];
/// Roles whose colour can be chosen.
pub const ROLES: [&str; 6] = ["accent", "critical", "graph", "limit", "ok", "warn"];

/// The colours of the roles; `None` for the terminal's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Palette {
    accent: Option<Color>,
    critical: Option<Color>,
    graph: Option<Color>,
    limit: Option<Color>,
    ok: Option<Color>,
    warn: Option<Color>,
    /// Dim text is hard to read on some terminals.
    dims: bool,
}

impl Palette {
    /// The terminal's own sixteen, for dark backgrounds and most light ones.
    pub const DEFAULT: Self = Self {
        accent: Some(Color::Cyan),
        critical: Some(Color::Red),
        graph: Some(Color::Green),
        limit: Some(Color::Yellow),
        ok: Some(Color::Green),
        warn: Some(Color::Yellow),
        dims: true,
    };
    /// Bright colours and nothing dim.
    pub const HIGH_CONTRAST: Self = Self {
        accent: Some(Color::LightCyan),
        critical: Some(Color::LightRed),
        graph: Some(Color::LightGreen),
        limit: Some(Color::LightYellow),
        ok: Some(Color::LightGreen),
        warn: Some(Color::LightYellow),
        dims: false,
    };
    /// Yellow and cyan can't be read on white.
    pub const LIGHT: Self = Self {
        accent: Some(Color::Blue),
        critical: Some(Color::Red),
        graph: Some(Color::Blue),
        limit: Some(Color::Magenta),
        ok: Some(Color::Green),
        warn: Some(Color::Magenta),
        dims: true,
    };
    /// No colour at all.
    pub const MONO: Self =
        Self { accent: None, critical: None, graph: None, limit: None, ok: None, warn: None, dims: true };

    /// The palette of a theme; `None` for a name that is not one of [`THEMES`].
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "default" => Self::DEFAULT,
            "high-contrast" => Self::HIGH_CONTRAST,
            "light" => Self::LIGHT,
            "mono" => Self::MONO,
            _ => return None,
        })
    }

    /// Gives a role another colour; a role that is not one of [`ROLES`] changes nothing.
    pub fn set(&mut self, role: &str, color: Color) {
        let slot = match role {
            "accent" => &mut self.accent,
            "critical" => &mut self.critical,
            "graph" => &mut self.graph,
            "limit" => &mut self.limit,
            "ok" => &mut self.ok,
            "warn" => &mut self.warn,
            _ => return,
        };
        *slot = Some(color);
    }

    fn colored(&self) -> bool {
        self.accent.is_some()
    }
}

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
    /// The default theme with or without colour, in Unicode or in bytes below 0x80 alone.
    pub fn new(color: bool, ascii: bool) -> Self {
        Self::of(if color { Palette::DEFAULT } else { Palette::MONO }, ascii)
    }

    /// A theme with these colours.
    pub fn of(palette: Palette, ascii: bool) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        let dim = if palette.dims { plain.add_modifier(Modifier::DIM) } else { plain };
        let color = palette.colored();
        let in_color = |style: Style, fg: Option<Color>| fg.map_or(style, |fg| style.fg(fg));
        Self {
            title: bold,
            // Bright black is the background itself in some palettes; dim never is.
            border: dim,
            focused: in_color(if color { plain } else { bold }, palette.accent),
            text: plain,
            dim,
            ok: in_color(plain, palette.ok),
            warn: in_color(bold, palette.warn),
            critical: in_color(bold, palette.critical),
            bar: in_color(plain, palette.graph),
            over: in_color(plain, palette.critical),
            limit: in_color(if color { plain } else { dim }, palette.limit),
            selected: in_color(bold.add_modifier(Modifier::UNDERLINED), palette.accent),
            key: in_color(if color { plain } else { bold }, palette.accent),
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
