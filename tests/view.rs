//! The screen on a terminal that is a buffer: text and styles of every layout, and every size.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "view/judged.rs"]
mod judged;
#[path = "view/scenes.rs"]
mod scenes;

use std::fmt::Write as _;

use corescope_top::app::App;
use corescope_top::model::limits::Limits;
use corescope_top::model::snapshot::{Since, SourceFault};
use corescope_top::ui::stage::Stage;
use corescope_top::ui::{GraphSpan, Labels, Panel, Scroll, SortBy};
use corescope_top::units::{Mono, Wall};
use corescope_top::view::{self, Scene, Theme};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use ratatui::backend::{CrosstermBackend, TestBackend};
use ratatui::buffer::{Buffer, Cell};
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier};
use ratatui::{Terminal, TerminalOptions, Viewport};
use scenes::World;

fn drawn(world: &World, columns: u16, rows: u16) -> Buffer {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    terminal.draw(|frame| view::draw(frame, &world.scene())).unwrap();
    terminal.backend().buffer().clone()
}

/// Rows of text as they stand on the screen; a wide character's second half is left out.
fn text(buffer: &Buffer) -> String {
    let mut lines = String::new();
    for row in buffer.content().chunks(buffer.area.width.max(1).into()) {
        let mut skip = 0;
        let mut line = String::new();
        for cell in row {
            if skip == 0 {
                line.push_str(cell.symbol());
                skip = unicode_width::UnicodeWidthStr::width(cell.symbol());
            }
            skip = skip.saturating_sub(1);
        }
        // Bars at both ends show where the screen ends.
        writeln!(lines, "┃{line}┃").unwrap();
    }
    lines
}

fn style(cell: &Cell) -> String {
    let mut name =
        if cell.fg == Color::Reset { String::new() } else { format!("{:?}", cell.fg).to_lowercase() };
    assert_eq!(cell.bg, Color::Reset, "no background is ever set");
    for (modifier, mark) in
        [(Modifier::BOLD, "+bold"), (Modifier::DIM, "+dim"), (Modifier::UNDERLINED, "+line")]
    {
        if cell.modifier.contains(modifier) {
            name.push_str(mark);
        }
    }
    name
}

/// Runs of equal style in every row that has any: `row: from–to style`.
fn styles(buffer: &Buffer) -> String {
    let mut lines = String::new();
    for (y, row) in buffer.content().chunks(buffer.area.width.max(1).into()).enumerate() {
        let mut runs: Vec<(usize, usize, String)> = Vec::new();
        for (x, cell) in row.iter().enumerate() {
            let name = style(cell);
            match runs.last_mut() {
                // What a blank would look like is nothing that anybody sees.
                Some(_) if cell.symbol() == " " => {}
                Some((_, end, last)) if *last == name => *end = x,
                _ => runs.push((x, x, name)),
            }
        }
        runs.retain(|(_, _, name)| !name.is_empty());
        let runs: Vec<_> = runs.iter().map(|(from, to, name)| format!("{from}-{to} {name}")).collect();
        writeln!(lines, "{y}: {}", runs.join(", ")).unwrap();
    }
    lines
}

fn check(name: &str, world: &World, columns: u16, rows: u16) {
    let buffer = drawn(world, columns, rows);
    insta::with_settings!({ omit_expression => true, prepend_module_to_snapshot => false }, {
        insta::assert_snapshot!(name, format!("{}\n{}", text(&buffer), styles(&buffer)));
    });
}

#[test]
fn every_size_of_a_quiet_target() {
    let world = World::quiet();
    for (columns, rows) in [(200, 50), (120, 40), (120, 30), (80, 24), (40, 10), (60, 8), (20, 5)] {
        check(&format!("quiet_{columns}x{rows}"), &world, columns, rows);
    }
}

#[test]
fn every_size_of_a_backfill_loop() {
    let world = World::backfill_loop();
    for (columns, rows) in [(120, 30), (80, 24), (60, 8), (20, 5)] {
        check(&format!("loop_{columns}x{rows}"), &world, columns, rows);
    }
    let mut world = world;
    for panel in [Panel::Sqlite, Panel::Sources] {
        world.ui.focus = panel;
        check(&format!("loop_40x10_{}", panel.index() + 1), &world, 40, 10);
    }
}

#[test]
fn over_every_limit() {
    let mut world = World::burst();
    world.labels.scenario = Some("write-burst".into());
    check("burst_120x30", &world, 120, 30);
    check("burst_80x24", &world, 80, 24);
    check("burst_20x5", &world, 20, 5);
    world.ui.span = GraphSpan::TenMinutes;
    check("burst_80x24_ten_minutes", &world, 80, 24);
}

#[test]
fn without_colour_and_in_ascii() {
    let mut world = World::burst();
    world.theme = Theme::new(false, false);
    let mono = drawn(&world, 80, 24);
    assert!(mono.content().iter().all(|cell| cell.fg == Color::Reset && cell.bg == Color::Reset));
    check("burst_80x24_mono", &world, 80, 24);
    world.theme = Theme::new(false, true);
    check("burst_80x24_ascii", &world, 80, 24);
    check("burst_120x30_ascii", &world, 120, 30);
}

/// What is wrong is also said by a mark or a word, in the same row or, where a sentence goes on, above it.
#[test]
fn no_colour_says_anything_alone() {
    const MARKS: [&str; 9] = ["▲", "◆", "►", "╌", "limit", "NO", "exited", "STALE", "stale"];
    let worlds = [World::quiet(), World::backfill_loop(), World::burst(), World::pinned(), World::stale()];
    for mut world in worlds {
        let plain = text(&drawn(&world, 120, 30));
        for (columns, rows) in [(120, 30), (80, 24), (60, 8), (20, 5)] {
            let buffer = drawn(&world, columns, rows);
            let mut above = false;
            for (row, line) in buffer.content().chunks(columns.into()).zip(text(&buffer).lines()) {
                let loud = |cell: &Cell| {
                    matches!(cell.fg, Color::Red | Color::Yellow) && !cell.symbol().trim().is_empty()
                };
                let said = MARKS.iter().any(|mark| line.contains(mark));
                assert!(said || above || !row.iter().any(loud), "{columns}x{rows}: {line}");
                above = said;
            }
        }
        // And no theme says anything that the others don't.
        for name in view::THEMES {
            world.theme = Theme::of(view::Palette::named(name).unwrap(), false);
            assert_eq!(text(&drawn(&world, 120, 30)), plain, "{name}");
        }
    }
}

#[test]
fn ascii_stays_ascii_with_any_names() {
    let mut world = World::extreme();
    world.theme = Theme::new(true, true);
    for help in [None, Some(Scroll::default())] {
        world.ui.help = help;
        for (columns, rows) in [(200, 50), (80, 24), (40, 10), (20, 5)] {
            assert!(text(&drawn(&world, columns, rows)).replace('┃', "").is_ascii(), "{columns}x{rows}");
        }
    }
}

#[test]
fn before_the_first_and_the_second_sample() {
    let mut world = World::empty();
    check("first_80x24", &world, 80, 24);
    check("first_120x30", &world, 120, 30);
    check("first_20x5", &world, 20, 5);
    world.tick(|snapshot| {
        snapshot.ingestor.as_mut().unwrap().rates = None;
        snapshot.server.as_mut().unwrap().rates = None;
        for row in &mut snapshot.sources.rows {
            (row.rate, row.baseline) = (None, None);
        }
    });
    check("second_80x24", &world, 80, 24);
}

#[test]
fn states_of_the_header() {
    let mut world = World::stale();
    check("stale_80x24", &world, 80, 24);
    world.ui.paused = true;
    world.now = Mono(world.now.0 + 75_000_000_000);
    check("paused_80x24", &world, 80, 24);
    world.ui.paused = false;
    let silent = text(&drawn(&world, 80, 24));
    assert!(silent.contains("no sample for 1 m"), "{silent}");
    let since = world.now;
    world.tick(|snapshot| {
        let ingestor = snapshot.ingestor.as_mut().unwrap();
        (ingestor.gone_since, ingestor.rates) = (Some(since), None);
        snapshot.faults = vec![SourceFault {
            source: "ingestor",
            text: "process 4382 is gone; waiting for it to come back".to_owned(),
            since: Some(Since { at: Wall(0), mono: since }),
        }];
        scenes::closed(snapshot);
    });
    check("gone_80x24", &world, 80, 24);
}

#[test]
fn help_zoom_filter_and_scroll() {
    let mut world = World::backfill_loop();
    world.ui.help = Some(Scroll::default());
    check("help_80x24", &world, 80, 24);
    check("help_100x14", &world, 100, 14);
    world.ui.help = Some(Scroll { top: 1000 });
    check("help_40x10", &world, 40, 10);
    world.ui.help = None;
    world.ui.zoom = true;
    for panel in Panel::ALL {
        world.ui.focus = panel;
        check(&format!("zoom_80x24_{}", panel.index() + 1), &world, 80, 24);
    }
    check("zoom_120x30_3", &world, 120, 30);
    world.ui.zoom = false;
    world.ui.filter = "back_".replace('_', "");
    world.ui.editing = true;
    world.ui.sort = SortBy::Rate;
    check("filter_80x24", &world, 80, 24);
    world.ui.editing = false;
    world.ui.filter.clear();
    world.ui.scroll[Panel::Sources.index()].top = 9;
    check("scroll_80x24", &world, 80, 24);
}

#[test]
fn a_pinned_log_names_its_reader_everywhere() {
    let mut world = World::pinned();
    for (columns, rows) in [(200, 50), (120, 30), (80, 24)] {
        check(&format!("pinned_{columns}x{rows}"), &world, columns, rows);
    }
    world.ui.focus = Panel::Sqlite;
    check("pinned_40x10", &world, 40, 10);
    check("pinned_20x5", &world, 20, 5);
    world.ui.zoom = true;
    check("pinned_zoom_100x30", &world, 100, 30);
    check("pinned_zoom_80x24", &world, 80, 24);
    world.ui.zoom = false;
    for (columns, rows) in [(80, 20), (80, 24), (100, 24), (119, 40), (120, 30), (160, 50), (300, 80)] {
        let screen = text(&drawn(&world, columns, rows));
        let row = screen.lines().find(|line| line.contains("▲ pins")).unwrap_or_default();
        assert!(row.contains("server[4391]"), "{columns}x{rows}\n{screen}");
    }
}

#[test]
fn every_other_state_of_the_log() {
    check("held_80x24", &World::with_log(scenes::held), 80, 24);
    check("held_120x30", &World::with_log(scenes::held), 120, 30);
    check("high_water_80x24", &World::with_log(scenes::high_water), 80, 24);
    check("high_water_120x30", &World::with_log(scenes::high_water), 120, 30);
    check("high_water_20x5", &World::with_log(scenes::high_water), 20, 5);
    check("no_checkpoints_120x30", &World::with_log(scenes::no_checkpoints), 120, 30);
    check("no_checkpoints_80x24", &World::with_log(scenes::no_checkpoints), 80, 24);
    check("closed_80x24", &World::with_log(scenes::closed), 80, 24);
    check("not_wal_80x24", &World::with_log(scenes::not_wal), 80, 24);
}

#[test]
fn without_a_flag_the_log_has_the_headline() {
    let headline = |world: &World| text(&drawn(world, 120, 30)).lines().nth(2).unwrap().to_owned();
    assert!(
        headline(&World::with_log(scenes::high_water)).contains("▲ high-water mark: the file has 91.0 MB")
    );
    assert!(headline(&World::with_log(scenes::closed)).contains("no flags"));
}

#[test]
fn after_the_end_one_line_up_is_one_line() {
    let keys = |app: &mut App, code: KeyCode, world: &World, area: Rect| {
        let extents = view::extents(&Scene { ui: &app.ui, ..world.scene() }, area);
        app.clamp_scroll(extents.scroll, extents.help);
        app.key(KeyEvent::new(code, KeyModifiers::NONE));
    };
    let mut world = World::pinned();
    let sizes = [(80, 24), (120, 30), (200, 24), (40, 10)];
    for (size, panel) in sizes.iter().flat_map(|size| [(size, Some(1)), (size, Some(2)), (size, None)]) {
        let area = Rect::new(0, 0, size.0, size.1);
        let mut app = App::new(Limits::default(), Labels::default(), 1.0);
        match panel {
            Some(panel) => app.ui.focus = Panel::ALL[panel],
            None => app.ui.help = Some(Scroll::default()),
        }
        let mut screens = Vec::new();
        for code in [KeyCode::End, KeyCode::Char('k'), KeyCode::Char('j'), KeyCode::Char('j')] {
            keys(&mut app, code, &world, area);
            world.ui = app.ui.clone();
            screens.push(drawn(&world, size.0, size.1));
        }
        let scrolls = {
            let extents = view::extents(&world.scene(), area);
            panel.map_or(extents.help, |panel| extents.scroll[panel]) > 0
        };
        assert_eq!(screens[0] != screens[1], scrolls, "{size:?} {panel:?}");
        assert!(screens[0] == screens[2] && screens[2] == screens[3], "{size:?} {panel:?}");
    }
}

#[test]
fn small_tables_that_are_cut_say_so() {
    let mut world = World::extreme();
    let first = text(&drawn(&world, 120, 30));
    assert!(first.contains("Writer lock") && first.contains("of 9 ↓"), "{first}");
    world.ui.scroll[Panel::Sources.index()].top = usize::MAX;
    let last = text(&drawn(&world, 120, 30));
    assert!(last.contains("–9 of 9 ╮"), "{last}");
}

#[test]
fn a_filter_that_finds_nothing_says_so() {
    let mut world = World::quiet();
    world.ui.filter = "nosuch".to_owned();
    assert!(text(&drawn(&world, 80, 24)).contains("no source's name contains 'nosuch'"));
}

#[test]
fn the_cursor_stands_where_the_filter_is_typed() {
    let mut world = World::quiet();
    world.ui.editing = true;
    world.ui.filter = "tx".to_owned();
    let mut terminal = Terminal::new(TestBackend::new(80, 24)).unwrap();
    terminal.draw(|frame| view::draw(frame, &world.scene())).unwrap();
    assert_eq!(terminal.backend().cursor_position(), (11, 23).into());
}

#[test]
fn numbers_move_no_columns() {
    let columns = |world: &World| {
        let screen = text(&drawn(world, 80, 24));
        let heading = screen.lines().find(|line| line.contains("rate/s")).unwrap().to_owned();
        let titles: Vec<_> = screen.lines().filter(|line| line.contains("──")).map(str::len).collect();
        (heading, titles)
    };
    assert_eq!(columns(&World::quiet()).0, columns(&World::extreme()).0);
    assert_eq!(columns(&World::quiet()).0, columns(&World::burst()).0);
}

#[test]
fn no_size_panics() {
    let mut worlds = [
        World::empty(),
        World::extreme(),
        World::pinned(),
        World::with_log(scenes::held),
        World::with_log(scenes::closed),
    ];
    let sizes = (0..=60).flat_map(|columns| (0..=30).map(move |rows| (columns, rows)));
    let large =
        [(79, 24), (80, 19), (80, 20), (116, 20), (119, 29), (120, 30), (500, 200), (500, 1), (1, 200)];
    for (columns, rows) in sizes.chain(large) {
        for world in &mut worlds {
            let focus = Panel::ALL[usize::from(columns + rows) % 3];
            world.ui.focus = focus;
            world.ui.help = (columns % 4 == 3).then_some(Scroll { top: usize::from(rows) });
            world.ui.zoom = rows % 5 == 4;
            world.ui.editing = rows % 7 == 6;
            world.ui.scroll = [Scroll { top: usize::MAX / 2 + usize::from(rows) }; 3];
            drawn(world, columns, rows);
            view::extents(&world.scene(), Rect::new(0, 0, columns, rows));
        }
    }
}

/// Counts what would go over the wire.
#[derive(Clone, Default)]
struct Wire(std::rc::Rc<std::cell::Cell<usize>>);

impl std::io::Write for Wire {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.set(self.0.get() + bytes.len());
        Ok(bytes.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Mean bytes of a second on a terminal of this size.
fn bytes_per_second(mut world: World, columns: u16, rows: u16, second: impl Fn(&mut World, u32)) -> usize {
    let wire = Wire::default();
    let viewport = Viewport::Fixed(Rect::new(0, 0, columns, rows));
    let backend = CrosstermBackend::new(wire.clone());
    let mut terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    terminal.draw(|frame| view::draw(frame, &world.scene())).unwrap();
    let before = wire.0.get();
    for at in 0..20 {
        second(&mut world, at);
        terminal.draw(|frame| view::draw(frame, &world.scene())).unwrap();
    }
    (wire.0.get() - before) / 20
}

#[test]
fn a_second_is_cheap_over_ssh() {
    for (columns, rows, limit) in [(80, 24, 1500), (200, 50, 4000)] {
        let quiet = bytes_per_second(World::quiet(), columns, rows, |world, _| world.tick(|_| {}));
        let burst = bytes_per_second(World::burst(), columns, rows, World::burst_second);
        let pinned = bytes_per_second(World::pinned(), columns, rows, World::pinned_second);
        println!("{columns}x{rows}: quiet {quiet}, burst {burst}, pinned {pinned} B/s");
        assert!(quiet.max(burst).max(pinned) < limit, "{columns}x{rows}: {quiet} {burst} {pinned} B/s");
    }
}

#[test]
fn waiting_for_a_target_and_choosing_one() {
    for (columns, rows) in [(80, 24), (40, 10), (20, 5)] {
        check(&format!("waiting_{columns}x{rows}"), &scenes::stages::waiting(), columns, rows);
        check(&format!("picking_{columns}x{rows}"), &scenes::stages::picking(6), columns, rows);
    }
    check("picking_120x30", &scenes::stages::picking(6), 120, 30);
    let mut filtered = scenes::stages::picking(40);
    if let Stage::Picking(picker) = &mut filtered.ui.stage {
        picker.filter = "site-3".into();
        picker.step(9);
    }
    check("picking_filtered_80x8", &filtered, 80, 8);
    for columns in 0..60 {
        for rows in 0..12 {
            drawn(&scenes::stages::waiting(), columns, rows);
            drawn(&filtered, columns, rows);
        }
    }
}
