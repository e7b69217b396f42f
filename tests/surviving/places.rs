//! A disk that is full where the program would write: only the demo does.

use crate::may;
use crate::terminal::{PROGRAM, Terminal};

/// Every place that the demo could take, in a mount namespace of its own: full or read-only.
const SHELL: &str = r#"
exec 9< "$3"
mount -t tmpfs -o "$1" none /tmp && mount -t tmpfs -o "$1" none /var/tmp || exit 77
[ "$2" = ro ] && { mount -o remount,ro /tmp; mount -o remount,ro /var/tmp; }
unset TMPDIR XDG_CACHE_HOME
export HOME=/tmp
exec /proc/self/fd/9 demo
"#;

fn without_room(options: &str, kind: &str, reason: &str) {
    let probe = ["--mount", "sh", "-c", "mount -t tmpfs none /tmp && mount -t tmpfs none /var/tmp"];
    if !may("unshare", &probe) {
        return;
    }
    let arguments = ["--mount", "sh", "-c", SHELL, "sh", options, kind, PROGRAM];
    let mut terminal = Terminal::run("unshare", &arguments, &[], 120, 24);
    terminal.ends_with(1);
    // What it said last may still be on its way.
    let text = terminal.see(reason);
    // One line, which the terminal may have wrapped.
    assert_eq!(text.matches("corescope-top: the demo could not be started: ").count(), 1, "{text}");
    assert!(!text.contains("nothing to watch") && text.contains(reason), "{text}");
}

#[test]
fn no_room_for_a_demo_is_one_clear_line() {
    without_room("nr_inodes=1", "full", "cannot make a folder in");
}

#[test]
fn a_read_only_place_is_one_clear_line() {
    without_room("size=1m", "ro", "cannot make a folder in");
}

#[test]
fn a_full_disk_under_a_demo_is_one_clear_line() {
    without_room("size=4k", "full", "full");
}
