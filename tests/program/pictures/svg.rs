//! A screen as SVG: a word an element, so that any monospaced font keeps the columns.

use std::fmt::Write as _;

const CELL: (f64, f64) = (8.4, 18.0);
/// Space around the screen.
const MARGIN: f64 = 8.0;

/// What the terminal itself looks like.
#[derive(Clone, Copy)]
pub enum Ground {
    Dark,
    Light,
}

struct Colours {
    ground: &'static str,
    text: &'static str,
    sixteen: [&'static str; 16],
}

const DARK: Colours = Colours {
    ground: "#15171c",
    text: "#c8ccd4",
    sixteen: [
        "#1c1c1c", "#e05561", "#8cc265", "#d18f52", "#4aa5f0", "#c162de", "#42b3c2", "#d7dae0", "#6b717d",
        "#ff616e", "#a5e075", "#f0a45d", "#4dc4ff", "#de73ff", "#4cd1e0", "#ffffff",
    ],
};
const LIGHT: Colours = Colours {
    ground: "#ffffff",
    text: "#24292f",
    sixteen: [
        "#24292f", "#cf222e", "#116329", "#4d2d00", "#0969da", "#8250df", "#1b7c83", "#6e7781", "#57606a",
        "#a40e26", "#1a7f37", "#633c01", "#218bff", "#a475f9", "#3192aa", "#8c959f",
    ],
};

impl Colours {
    /// A colour; `None` for the terminal's own.
    fn of(&self, color: vt100::Color) -> Option<String> {
        match color {
            vt100::Color::Default => None,
            vt100::Color::Rgb(r, g, b) => Some(format!("#{r:02x}{g:02x}{b:02x}")),
            vt100::Color::Idx(index @ ..16) => Some(self.sixteen[usize::from(index)].to_owned()),
            vt100::Color::Idx(index @ 232..) => {
                Some(format!("#{}", format!("{:02x}", 8 + 10 * (index - 232)).repeat(3)))
            }
            vt100::Color::Idx(index) => {
                let level = |step: u8| if step == 0 { 0 } else { 55 + 40 * step };
                let index = index - 16;
                let (r, g, b) = (level(index / 36), level(index / 6 % 6), level(index % 6));
                Some(format!("#{r:02x}{g:02x}{b:02x}"))
            }
        }
    }
}

/// What a cell looks like, without its text.
#[derive(Clone, PartialEq)]
struct Look {
    fill: String,
    ground: Option<String>,
    bold: bool,
    dim: bool,
    underlined: bool,
}

fn look(cell: &vt100::Cell, colours: &Colours) -> Look {
    Look {
        fill: colours.of(cell.fgcolor()).unwrap_or_else(|| colours.text.to_owned()),
        ground: colours.of(cell.bgcolor()),
        bold: cell.bold(),
        dim: cell.dim(),
        underlined: cell.underline(),
    }
}

/// A block element as a share of its cell's height, from below.
fn block(c: char) -> Option<f64> {
    ('▁'..='█').contains(&c).then(|| f64::from(c as u32 - '▁' as u32 + 1) / 8.0)
}

/// What words are made of; of anything else only equals are drawn together.
fn letter(c: char) -> bool {
    c.is_ascii_graphic() || c.is_alphanumeric()
}

fn rectangle(svg: &mut String, (column, row): (usize, usize), cells: usize, share: f64, look: (&str, bool)) {
    let (x, height) = (column as f64 * CELL.0, CELL.1 * share);
    let y = (row + 1) as f64 * CELL.1 - height;
    let width = cells as f64 * CELL.0;
    let opacity = if look.1 { " opacity=\"0.65\"" } else { "" };
    let fill = look.0;
    let _ = writeln!(
        svg,
        "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{fill}\"{opacity}/>"
    );
}

fn word(svg: &mut String, column: usize, row: usize, text: &str, look: &Look) {
    let (x, y) = (column as f64 * CELL.0, (row + 1) as f64 * CELL.1 - 4.5);
    let cells = text.chars().count();
    // A letter alone keeps its own width; words are as wide as their cells whatever the font.
    let length = match cells {
        1 => String::new(),
        _ => format!(" textLength=\"{:.1}\"", cells as f64 * CELL.0),
    };
    let fill = &look.fill;
    let weight = if look.bold { " font-weight=\"bold\"" } else { "" };
    let opacity = if look.dim { " opacity=\"0.65\"" } else { "" };
    let line = if look.underlined { " text-decoration=\"underline\"" } else { "" };
    let escaped = text.replace('&', "&amp;").replace('<', "&lt;");
    let _ = writeln!(
        svg,
        "<text x=\"{x:.1}\" y=\"{y:.1}\"{length} fill=\"{fill}\"{weight}{opacity}{line}>{escaped}</text>"
    );
}

/// Runs of neighbours that are the same by `same`: where each begins, and how long it is.
fn runs<T>(cells: &[T], same: impl Fn(&T, &T) -> bool) -> Vec<(usize, usize)> {
    let mut runs: Vec<(usize, usize)> = Vec::new();
    for (at, cell) in cells.iter().enumerate() {
        match runs.last_mut() {
            Some((begin, length)) if same(&cells[*begin], cell) => *length += 1,
            _ => runs.push((at, 1)),
        }
    }
    runs
}

fn draw_row(svg: &mut String, row: usize, cells: &[(char, Look)]) {
    for (begin, length) in runs(cells, |a, b| a.1.ground == b.1.ground) {
        if let Some(ground) = &cells[begin].1.ground {
            rectangle(svg, (begin, row), length, 1.0, (ground, false));
        }
    }
    let same = |a: &(char, Look), b: &(char, Look)| a.1 == b.1 && (a.0 == b.0 || letter(a.0) && letter(b.0));
    for (begin, length) in runs(cells, same) {
        let (c, look) = &cells[begin];
        if let Some(share) = block(*c) {
            rectangle(svg, (begin, row), length, share, (&look.fill, look.dim));
        } else if *c != ' ' {
            let text: String = cells[begin..begin + length].iter().map(|(c, _)| *c).collect();
            word(svg, begin, row, &text, look);
        }
    }
}

/// The screen as a picture.
pub fn of(screen: &vt100::Screen, ground: Ground) -> String {
    let colours = match ground {
        Ground::Dark => DARK,
        Ground::Light => LIGHT,
    };
    let (rows, columns) = screen.size();
    let (rows, columns) = (rows.get(), columns.get());
    let width = f64::from(columns) * CELL.0 + 2.0 * MARGIN;
    let height = f64::from(rows) * CELL.1 + 2.0 * MARGIN;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"-{MARGIN} -{MARGIN} {width:.0} {height:.0}\" \
         font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"14\" shape-rendering=\"crispEdges\">\n\
         <rect x=\"-{MARGIN}\" y=\"-{MARGIN}\" width=\"{width:.0}\" height=\"{height:.0}\" rx=\"8\" \
         fill=\"{}\"/>\n",
        colours.ground
    );
    for row in 0..rows {
        let cells: Vec<(char, Look)> = (0..columns)
            .filter_map(|column| screen.cell(row, column))
            .map(|cell| (cell.contents().chars().next().unwrap_or(' '), look(cell, &colours)))
            .collect();
        draw_row(&mut svg, row.into(), &cells);
    }
    svg + "</svg>\n"
}
