//! The MQTT sources: whether the broker is alive, and whether what it sends is written.

use ratatui::layout::Rect;

use crate::sample::{Liveness, MqttSource};
use crate::units::{Count, Wall};
use crate::view::View;
use crate::view::canvas::{Canvas, Row, cut_left};
use crate::view::figures::{ago, or_dash};
use crate::view::sources::Section;
use crate::view::theme::UNKNOWN;

/// From this width the headings are written out, and the broker is shown.
const ROOMY: u16 = 60;
/// From this width every column has room; below, the ages are the last to go.
const FULL: u16 = 43;

/// MQTT sources with their liveness.
pub(crate) struct Mqtt<'a> {
    sources: &'a [(MqttSource, Option<Liveness>)],
    at: Wall,
    indent: u16,
}

impl<'a> Mqtt<'a> {
    /// Those of the last stats file, none from builds that don't publish them, `indent` columns
    /// from the left.
    pub(crate) fn new(view: &'a View, indent: u16) -> Self {
        Self { sources: &view.snapshot.sources.mqtt, at: view.snapshot.at, indent }
    }

    fn age(&self, time: Option<Wall>) -> String {
        or_dash(time, |time| ago(self.at.secs_since(time)))
    }
}

/// Columns of name, connected, last packet, last write and packets.
fn widths(columns: u16) -> [u16; 5] {
    let figures = match columns {
        ROOMY.. => [10, 12, 12, 10],
        FULL.. => [6, 9, 9, 9],
        32.. => [5, 9, 9, 0],
        _ => [5, 9, 0, 0],
    };
    let [connected, packet, write, packets] = figures;
    let name = columns.saturating_sub(figures.iter().sum()).clamp(8, 17);
    [name, connected, packet, write, packets]
}

impl Section for Mqtt<'_> {
    fn title(&self) -> &'static str {
        "MQTT"
    }

    fn rows(&self) -> usize {
        self.sources.len()
    }

    fn heading(&self, canvas: &mut Canvas, area: Rect) {
        let area = cut_left(area, self.indent).1;
        let dim = canvas.theme.dim;
        let titles = if area.width >= ROOMY {
            ["MQTT source", "connected", "last packet", "last write", "packets"]
        } else {
            ["MQTT source", "conn", "packet", "write", "packets"]
        };
        let [name, rest @ ..] = widths(area.width);
        let mut row = Row::new(area);
        row.left(canvas, name, titles[0], dim);
        for (columns, title) in rest.into_iter().zip(&titles[1..]) {
            row.right(canvas, columns, title, dim);
        }
    }

    fn row(&self, canvas: &mut Canvas, area: Rect, index: usize) {
        let Some((source, liveness)) = self.sources.get(index) else { return };
        let area = cut_left(area, self.indent).1;
        let theme = canvas.theme;
        let [name, connected, packet, write, packets] = widths(area.width);
        let mut row = Row::new(area);
        row.left(canvas, name, &source.name, theme.text);
        match source.connected {
            Some(true) => row.right(canvas, connected, "yes", theme.ok),
            Some(false) => row.right(canvas, connected, "NO", theme.critical),
            None => row.right(canvas, connected, UNKNOWN, theme.dim),
        }
        let received = source.last_packet.or(liveness.and_then(|times| times.last_receipt));
        let written = liveness.and_then(|times| times.last_message);
        row.right(canvas, packet, &self.age(received), theme.text);
        row.right(canvas, write, &self.age(written), theme.text);
        row.right(canvas, packets, &or_dash(source.packets, |n| Count(n).to_string()), theme.text);
        if area.width >= ROOMY {
            // An error of a source that has come back is history.
            let error = source.last_error.as_deref().filter(|_| source.connected != Some(true));
            let error = error.map(|error| (error, theme.warn));
            let (text, style) = error.unwrap_or((&source.broker, theme.dim));
            row.left(canvas, 2, "", style);
            row.left(canvas, row.room(), text, style);
        }
    }
}
