use crate::target::Target;

const ENTER: &str = "\r";
const ESC: &str = "\x1b";

#[test]
fn all_three_panels_come_to_life() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    let text = terminal.wait("rates in all panels", |text| {
        text.contains("tx_inserted") && text.contains("KB/s") && text.contains("live")
    });
    for words in ["Disk I/O", "SQLite", "Write sources", &format!("[{}]", target.pid())] {
        assert!(text.contains(words), "no {words} in:\n{text}");
    }
    terminal.type_keys("q");
    terminal.ends_with(0);
}

#[test]
fn the_help_opens_scrolls_and_closes() {
    let target = Target::start();
    let mut terminal = target.watch(100, 40);
    terminal.see("tx_inserted");
    terminal.type_keys("?");
    terminal.see("next, previous panel");
    terminal.type_keys("q");
    terminal.wait("closed help", |text| !text.contains("next, previous panel"));
    terminal.type_keys("?");
    terminal.see("next, previous panel");
    terminal.type_keys(ESC);
    terminal.wait("closed help", |text| !text.contains("next, previous panel"));
    terminal.type_keys("\x03");
    terminal.ends_with(0);
}

#[test]
fn a_paused_picture_says_so_and_goes_on() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("live");
    terminal.type_keys("p");
    terminal.see("PAUSED");
    terminal.type_keys(" ");
    terminal.wait("live picture", |text| text.contains("live") && !text.contains("PAUSED"));
}

#[test]
fn the_filter_narrows_the_table() {
    let target = Target::start();
    let mut terminal = target.watch(120, 40);
    terminal.see("tx_inserted");
    terminal.type_keys("/obs");
    terminal.wait("filtered table", |text| text.contains("obs_inserted") && !text.contains("tx_inserted"));
    terminal.type_keys(ENTER);
    terminal.type_keys(ESC);
    terminal.see("tx_inserted");
}

#[test]
fn zoom_focus_and_interval() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("tx_inserted");
    terminal.type_keys("1z");
    terminal.wait("zoomed disk panel", |text| text.contains("Disk I/O") && !text.contains("tx_inserted"));
    terminal.type_keys("z3");
    terminal.see("tx_inserted");
    terminal.type_keys("-");
    terminal.see("0.5 s");
}

#[test]
fn a_step_up_from_the_end_is_seen_at_once() {
    let target = Target::start();
    let mut terminal = target.watch(80, 24);
    terminal.see("tx_inserted");
    terminal.resize(80, 21);
    terminal.type_keys("3");
    terminal.wait("list longer than its panel", |text| heading(text).contains(" 1–"));
    terminal.type_keys("\x1b[F");
    let end = terminal.wait("end of the list", |text| !heading(text).contains(" 1–"));
    terminal.type_keys("k");
    terminal.wait(&format!("line above {}", heading(&end)), |text| heading(text) != heading(&end));
}

/// The heading of the sources, which says which rows are shown.
fn heading(text: &str) -> String {
    text.lines().find(|line| line.contains("Write sources")).unwrap_or("").to_owned()
}
