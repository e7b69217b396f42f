//! `config`: what holds and where it comes from, and whether the file is right.

use std::path::{Path, PathBuf};

use clap::ArgMatches;

use crate::cli::{Cli, ConfigAction};
use crate::run::End;
use crate::settings::{Settings, apply, file};

/// Reads the file and puts it under the command line.
///
/// # Errors
/// The end that says what is wrong with it: status 2.
pub fn take(cli: &mut Cli, matches: &ArgMatches) -> Result<(Settings, PathBuf), End> {
    let variable = |name: &str| std::env::var_os(name).map(PathBuf::from);
    let asked = cli.monitor.config.clone();
    let path = file::path(asked.as_deref(), variable("XDG_CONFIG_HOME"), variable("HOME"));
    let Some(path) = path else { return Ok((Settings::default(), PathBuf::new())) };
    let wrong = |lines: Vec<String>| End::Usage(lines.join("\ncorescope-top: "));
    let settings = file::load(&path, asked.is_some()).map_err(wrong)?;
    apply::apply(cli, matches, &settings).map_err(End::Usage)?;
    Ok((settings, path))
}

/// Prints what was asked for.
pub fn run(action: ConfigAction, cli: &Cli, matches: &ArgMatches, settings: &Settings, path: &Path) -> End {
    let text = match action {
        ConfigAction::Print => {
            let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
            match apply::print(&cli.monitor, matches, settings, path, no_color) {
                Ok(text) => text,
                Err(error) => return End::Usage(error),
            }
        }
        ConfigAction::Check => match std::fs::File::open(path) {
            Ok(_) => format!("{}: ok\n", path.display()),
            Err(error) => format!("{}: {error}: the defaults hold\n", path.display()),
        },
    };
    // A reader who has gone away has seen enough.
    let _ = std::io::Write::write_all(&mut std::io::stdout().lock(), text.as_bytes());
    End::Done
}
