//! Colours by role, and glyphs that every terminal has.
//!
//! The default theme has the terminal's own 16 colours alone, and never a background: what is legible
//! there is legible here. Those can't be known, so the themes that promise contrast take theirs from the
//! cube of 256, which palettes leave alone. Without colour, bold and dim alone carry the roles, because a
//! reversed cell is undone by crossterm 0.29 under `NO_COLOR`; and no role depends on either, every mark
//! has a glyph or a word.

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
    /// Bars over a limit; `critical` unless that is a text on a ground of its own.
    over: Option<Color>,
    /// Grounds of what is critical and of what wants attention.
    grounds: (Option<Color>, Option<Color>),
    /// Dim text is hard to read on some terminals.
    dims: bool,
}

impl Palette {
    /// No colour at all.
    pub const MONO: Self = Self {
        accent: None,
        critical: None,
        graph: None,
        limit: None,
        ok: None,
        warn: None,
        over: None,
        grounds: (None, None),
        dims: true,
    };
    /// The terminal's own sixteen: for dark backgrounds, where they are made for.
    pub const DEFAULT: Self = Self {
        accent: Some(Color::Cyan),
        critical: Some(Color::Red),
        graph: Some(Color::Green),
        limit: Some(Color::Yellow),
        ok: Some(Color::Green),
        warn: Some(Color::Yellow),
        over: Some(Color::Red),
        ..Self::MONO
    };
    /// For any background: nothing dim, text in the terminal's own colour, and what matters on a ground
    /// that comes along with it: white on dark red, black on yellow.
    pub const HIGH_CONTRAST: Self = Self {
        critical: Some(Color::Indexed(231)),
        warn: Some(Color::Indexed(16)),
        over: Some(Color::Indexed(196)),
        grounds: (Some(Color::Indexed(124)), Some(Color::Indexed(226))),
        dims: false,
        ..Self::MONO
    };
    /// Dark colours for light backgrounds.
    pub const LIGHT: Self = Self {
        accent: Some(Color::Indexed(25)),
        critical: Some(Color::Indexed(124)),
        graph: Some(Color::Indexed(25)),
        limit: Some(Color::Indexed(90)),
        ok: Some(Color::Indexed(22)),
        warn: Some(Color::Indexed(90)),
        over: Some(Color::Indexed(124)),
        ..Self::MONO
    };

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
            "critical" => {
                (self.over, self.grounds.0) = (Some(color), None);
                &mut self.critical
            }
            "graph" => &mut self.graph,
            "limit" => &mut self.limit,
            "ok" => &mut self.ok,
            "warn" => {
                self.grounds.1 = None;
                &mut self.warn
            }
            _ => return,
        };
        *slot = Some(color);
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
        let in_color = |style: Style, fg: Option<Color>| fg.map_or(style, |fg| style.fg(fg));
        let on = |style: Style, ground: Option<Color>| ground.map_or(style, |ground| style.bg(ground));
        // Where a role has no colour, something else tells it from plain text.
        let or = |fg: Option<Color>, without: Style| fg.map_or(without, |fg| plain.fg(fg));
        Self {
            title: bold,
            // Bright black is the background itself in some palettes; dim never is.
            border: dim,
            focused: or(palette.accent, bold),
            text: plain,
            dim,
            ok: in_color(plain, palette.ok),
            warn: on(in_color(bold, palette.warn), palette.grounds.1),
            critical: on(in_color(bold, palette.critical), palette.grounds.0),
            bar: in_color(plain, palette.graph),
            over: in_color(plain, palette.over),
            limit: or(palette.limit, dim),
            selected: in_color(bold.add_modifier(Modifier::UNDERLINED), palette.accent),
            key: or(palette.accent, bold),
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
mod tests;
