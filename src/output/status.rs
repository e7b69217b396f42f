//! `status`: one short line for a status bar.

use unicode_width::UnicodeWidthStr;

use crate::model::snapshot::{FlagId, Snapshot};
use crate::model::verdict::Severity;
use crate::units::{Bytes, BytesPerSec, PerSec};

/// How the line is marked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Markup {
    /// Not at all.
    Plain,
    /// With tmux' `#[fg=…]`; `#` in the text is doubled.
    Tmux,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tone {
    Good,
    Bad,
    Worse,
}

/// A line of at most `columns` columns, markup not counted. Figures that don't fit are left out whole,
/// the least important first; what is wrong stays the longest.
pub fn line(snapshot: &Snapshot, columns: usize, markup: Markup) -> String {
    let (headline, tone) = headline(snapshot);
    let mut parts = vec![headline];
    for figure in figures(snapshot) {
        let used: usize = parts.iter().map(|part| part.width() + 2).sum();
        if used + figure.width() <= columns {
            parts.push(figure);
        }
    }
    let headline = fit(&parts[0], columns);
    let rest = parts[1..].iter().fold(String::new(), |all, part| all + "  " + part);
    marked(&headline, &rest, tone, markup)
}

/// A line that says in a word or two why there are no figures: never an error.
pub fn nothing(why: &str, columns: usize, markup: Markup) -> String {
    marked(&fit(&format!("corescope: {why}"), columns), "", Tone::Bad, markup)
}

fn marked(headline: &str, rest: &str, tone: Tone, markup: Markup) -> String {
    let colour = match (markup, tone) {
        (Markup::Plain, _) => return format!("{headline}{rest}"),
        (_, Tone::Good) => "green",
        (_, Tone::Bad) => "yellow",
        (_, Tone::Worse) => "red,bold",
    };
    let escaped = |text: &str| text.replace('#', "##");
    format!("#[fg={colour}]{}#[default]{}", escaped(headline), escaped(rest))
}

/// What is wrong in a few words, marked by more than its colour.
fn headline(snapshot: &Snapshot) -> (String, Tone) {
    let gone = snapshot.ingestor.as_ref().is_some_and(|process| process.gone_since.is_some());
    if let Some(verdict) = snapshot.verdicts.first() {
        let tone = if verdict.severity == Severity::Critical { Tone::Worse } else { Tone::Bad };
        let more = snapshot.verdicts.len() - 1;
        let more = if more > 0 { format!(" +{more}") } else { String::new() };
        return (format!("▲ {}{more}", verdict.id.words()), tone);
    }
    match snapshot.flags.first() {
        Some(flag) => (format!("▲ {}", flag_words(flag.id)), Tone::Bad),
        None if gone => ("▲ ingestor gone".to_owned(), Tone::Worse),
        None if snapshot.sources.stale => ("▲ stats stale".to_owned(), Tone::Bad),
        // Nothing looks wrong to who can't look.
        None => snapshot.faults.first().map_or_else(
            || ("ok".to_owned(), Tone::Good),
            |fault| (format!("? fault: {}", fault.source), Tone::Bad),
        ),
    }
}

fn flag_words(id: FlagId) -> String {
    match id {
        FlagId::BackfillVsTx => "backfill > tx".to_owned(),
        FlagId::WalSize => "WAL size".to_owned(),
        FlagId::Baseline => "over baseline".to_owned(),
        other => other.name().replace('_', " "),
    }
}

/// The figures that are known, the most important first.
fn figures(snapshot: &Snapshot) -> Vec<String> {
    let write = snapshot.ingestor.as_ref().and_then(|process| process.rates).map(|rates| rates.write);
    let wal = snapshot.sqlite.as_ref().and_then(|db| db.wal_size);
    let rows = &snapshot.sources.rows;
    let tx = rows.iter().find(|row| &*row.name == "tx_inserted").and_then(|row| row.rate);
    let backfill = rows.iter().filter(|row| row.backfill).filter_map(|row| row.rate).reduce(|a, b| a + b);
    let entries = [
        write.map(|rate| format!("write {}", BytesPerSec(rate))),
        wal.map(|size: Bytes| format!("WAL {size}")),
        tx.map(|rate| format!("tx {}", PerSec(rate))),
        backfill.map(|rate| format!("backfill {}", PerSec(rate))),
    ];
    entries.into_iter().flatten().collect()
}

/// Cut to `columns`, with a sign that something is missing.
fn fit(text: &str, columns: usize) -> String {
    if text.width() <= columns {
        return text.to_owned();
    }
    let mut cut = String::new();
    for c in text.chars() {
        if cut.width() + c.to_string().width() >= columns {
            break;
        }
        cut.push(c);
    }
    if columns > 0 {
        cut.push('…');
    }
    cut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::snapshot::{Flag, IoRates, ProcView, SourceFault, SourcesView, SqliteView};

    fn snapshot() -> Snapshot {
        let rates = IoRates { write: 2.0 * 1024.0 * 1024.0, ..IoRates::default() };
        Snapshot {
            ingestor: Some(ProcView { rates: Some(rates), ..ProcView::default() }),
            sqlite: Some(SqliteView { wal_size: Some(Bytes(4 << 20)), ..SqliteView::default() }),
            ..Snapshot::default()
        }
    }

    #[test]
    fn never_wider_than_asked() {
        let mut flagged = snapshot();
        let (subject, text) = ("wal".into(), String::new());
        flagged.flags = vec![Flag { id: FlagId::WalSize, subject, value: 1.0, limit: 1.0, text }];
        for snapshot in [&snapshot(), &flagged, &Snapshot::default()] {
            for columns in 0..60 {
                let line = line(snapshot, columns, Markup::Plain);
                assert!(line.width() <= columns, "{columns}: {line}");
            }
        }
        assert!(nothing("no target", 5, Markup::Plain).width() <= 5);
    }

    #[test]
    fn what_is_wrong_comes_first_and_stays_longest() {
        assert_eq!(line(&snapshot(), 60, Markup::Plain), "ok  write 2.00 MB/s  WAL 4.00 MB");
        assert_eq!(line(&snapshot(), 20, Markup::Plain), "ok  write 2.00 MB/s");
        assert_eq!(line(&snapshot(), 4, Markup::Plain), "ok");
    }

    #[test]
    fn what_could_not_be_looked_at_is_not_ok() {
        let fault = SourceFault { source: "stats", text: String::new(), since: None };
        let blind = Snapshot { faults: vec![fault], ..snapshot() };
        assert_eq!(line(&blind, 60, Markup::Plain), "? fault: stats  write 2.00 MB/s  WAL 4.00 MB");
        let stale = Snapshot { sources: SourcesView { stale: true, ..SourcesView::default() }, ..blind };
        assert!(line(&stale, 60, Markup::Plain).starts_with("▲ stats stale"));
    }

    #[test]
    fn markup_is_not_counted_and_not_broken_by_the_text() {
        let marked = line(&snapshot(), 20, Markup::Tmux);
        assert_eq!(marked, "#[fg=green]ok#[default]  write 2.00 MB/s");
        assert_eq!(self::marked("a#b", "", Tone::Bad, Markup::Tmux), "#[fg=yellow]a##b#[default]");
    }
}
