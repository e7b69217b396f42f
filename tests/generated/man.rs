//! The man page: options from the argument parser, the rest as people expect it of a page in section 1.

use clap::Command;
use clap_mangen::Man;
use corescope_top::app::keys::{Binding, LIVE, REPLAY};

use crate::{command, current};

const SYNOPSIS: &str = r".SH SYNOPSIS
.B corescope\-top
.RI [ options ]
.br
.B corescope\-top
.RI [ options ]
.I command
.RI [ arguments ]
";

const DESCRIPTION: &str = r".SH DESCRIPTION
.B corescope\-top
finds the CoreScope ingestor of this host, its database, its stats file and its server by itself, and shows on one
screen what the ingestor writes to disk and why, what its SQLite write\-ahead log is doing, which process pins it and
since when, and one sentence that says what is wrong. It writes nothing next to what it watches and takes no lock.
.PP
Without a command it draws the screen; with
.B \-\-json
it prints one object per sample instead. What can't be read is shown as \(em with its reason.
";

const FILES: &str = r".SH ENVIRONMENT
The variables that stand with an option above hold where the command line says nothing, and win over the configuration
file. Beside them:
.TP
.B CORESCOPE_INGESTOR_STATS
The stats file, as the ingestor itself reads it.
.TP
.B NO_COLOR
No colours, if it is set and not empty.
.TP
.B TZ
Where times of day are told.
.SH FILES
.TP
.I $XDG_CONFIG_HOME/corescope\-top/config.toml
The configuration.
.TP
.I $XDG_STATE_HOME/corescope\-top/
What was learned about each database, a file each.
.TP
.I /tmp/corescope\-ingestor\-stats.json
The stats file where nobody says otherwise.
";

const END: &str = r".SH EXIT STATUS
.TP
.B 0
ended as asked: q, Ctrl\-C, \fB\-\-count\fR, a closed pipe
.TP
.B 1
nothing could be read, or no target was found
.TP
.B 2
usage, or a configuration that makes no sense
.TP
.B 101
a bug, with a message
.TP
.B 128+n
ended by signal n; 129 also when the terminal went away
.PP
.B check
ends as a monitoring plugin does: 0 ok, 1 warning, 2 critical, 3 unknown.
.SH EXAMPLES
.nf
corescope\-top
corescope\-top demo
corescope\-top \-\-db /srv/attic/meshcore.db \-n 2
corescope\-top \-\-record incident.zst
corescope\-top replay incident.zst
corescope\-top \-\-json | jq \-r '.verdicts[].text'
.fi
.SH NOTES
Reading another user's /proc/PID/io needs that user, root or CAP_SYS_PTRACE.
.B corescope\-top doctor
says what is missing.
.SH SEE ALSO
.BR htop (1),
.BR iotop (8),
.BR pidstat (1),
.BR proc (5)
";

/// Text as roff takes it.
fn plain(text: &str) -> String {
    let text = text.replace('\\', "\\e").replace('-', "\\-");
    if text.starts_with(['.', '\'']) { format!("\\&{text}") } else { text }
}

/// The keys, as the help shows them.
fn keys(title: &str, table: &[Binding]) -> String {
    let rows = table.iter().map(|row| format!(".TP\n.B {}\n{}\n", plain(row.keys), plain(row.what)));
    format!(".SS {title}\n") + &rows.collect::<String>()
}

/// The section of one command, its own options included.
fn section(sub: &Command) -> Vec<u8> {
    let about = sub.get_about().map(ToString::to_string).unwrap_or_default();
    let name = sub.get_name();
    let mut made = format!(".SS {name}\n{}.\n", plain(&about)).into_bytes();
    for action in sub.get_subcommands().filter(|action| action.get_name() != "help") {
        let about = action.get_about().map(ToString::to_string).unwrap_or_default();
        made.extend_from_slice(
            format!(".TP\n.B {name} {}\n{}\n", action.get_name(), plain(&about)).as_bytes(),
        );
    }
    // What stands with the program itself is not told again.
    let own = |argument: &&clap::Arg| {
        !argument.is_global_set() && argument.get_help_heading().is_none_or(|heading| heading != "Target")
    };
    let arguments: Vec<clap::Arg> = sub.get_arguments().filter(own).cloned().collect();
    if !arguments.is_empty() {
        let bare = Command::new(&*name.to_owned().leak()).disable_help_flag(true).args(arguments);
        let mut options = Vec::new();
        Man::new(bare).render_options_section(&mut options).unwrap();
        let text = String::from_utf8(options).unwrap();
        // Headings of sections have no place inside one.
        made.extend(
            text.lines()
                .filter(|line| !line.starts_with(".SH"))
                .flat_map(|line| format!("{line}\n").into_bytes()),
        );
    }
    made
}

#[test]
fn man_page() {
    let mut page = Vec::new();
    let whole = Man::new(command()).date("").manual("User Commands");
    whole.render_title(&mut page).unwrap();
    whole.render_name_section(&mut page).unwrap();
    page.extend_from_slice([SYNOPSIS, DESCRIPTION].concat().as_bytes());
    whole.render_options_section(&mut page).unwrap();
    page.extend_from_slice(b".SH COMMANDS\n");
    for sub in command().get_subcommands() {
        page.extend(section(sub));
    }
    page.extend_from_slice(b".SH KEYS\n");
    page.extend_from_slice(keys("On the screen", LIVE).as_bytes());
    page.extend_from_slice(keys("In a replay", REPLAY).as_bytes());
    page.extend_from_slice([FILES, END].concat().as_bytes());
    current("man/corescope-top.1", &page);
}
