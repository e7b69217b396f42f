//! Where the file is, and how it is read.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::OFlags;

use super::{MAX_BYTES, Settings, read};

/// The file that was asked for, else `$XDG_CONFIG_HOME/corescope-top/config.toml`, else the same under
/// `~/.config`; `None` without a home.
pub fn path(asked: Option<&Path>, config_home: Option<PathBuf>, home: Option<PathBuf>) -> Option<PathBuf> {
    let absolute = |path: Option<PathBuf>| path.filter(|path| path.is_absolute());
    let usual = || absolute(config_home).or_else(|| Some(absolute(home)?.join(".config")));
    asked.map(Path::to_owned).or_else(|| Some(usual()?.join("corescope-top").join("config.toml")))
}

/// Reads it. A file that nobody asked for need not be there.
///
/// # Errors
/// A line for everything that is wrong, with the file's name.
pub fn load(path: &Path, asked: bool) -> Result<Settings, Vec<String>> {
    let said = |text: String| vec![format!("{}: {text}", path.display())];
    let text = match text(path) {
        Ok(text) => text,
        // Under sudo the home may be somebody else's: what nobody asked for stands in nobody's way.
        Err(error) if !asked && away(&error) => return Ok(Settings::default()),
        Err(error) => return Err(said(error.to_string())),
    };
    read(&text).map_err(|problems| problems.iter().map(|it| format!("{}: {it}", path.display())).collect())
}

fn away(error: &std::io::Error) -> bool {
    use std::io::ErrorKind;
    matches!(error.kind(), ErrorKind::NotFound | ErrorKind::PermissionDenied | ErrorKind::NotADirectory)
}

/// One's own file may be a link, as dotfiles often are; a FIFO or a folder is no file.
fn text(path: &Path) -> std::io::Result<String> {
    let nonblocking = OFlags::NONBLOCK.bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(nonblocking).open(path)?;
    if !file.metadata()?.is_file() {
        return Err(std::io::Error::other("not a regular file"));
    }
    let mut text = String::new();
    if file.take(MAX_BYTES + 1).read_to_string(&mut text)? as u64 > MAX_BYTES {
        return Err(std::io::Error::other(format!("larger than {MAX_BYTES} bytes")));
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_in_their_order() {
        let of = |asked: Option<&str>, config: Option<&str>, home: Option<&str>| {
            path(asked.map(Path::new), config.map(PathBuf::from), home.map(PathBuf::from))
        };
        assert_eq!(of(Some("x.toml"), Some("/c"), Some("/h")), Some("x.toml".into()));
        assert_eq!(of(None, Some("/c"), Some("/h")), Some("/c/corescope-top/config.toml".into()));
        assert_eq!(
            of(None, Some("relative"), Some("/h")),
            Some("/h/.config/corescope-top/config.toml".into())
        );
        assert_eq!(of(None, None, None), None);
    }

    #[test]
    fn only_a_file_that_was_asked_for_must_be_there() {
        let folder = tempfile::tempdir().unwrap();
        let missing = folder.path().join("none.toml");
        assert_eq!(load(&missing, false), Ok(Settings::default()));
        assert!(load(&missing, true).unwrap_err()[0].contains("none.toml"));
        assert!(load(folder.path(), false).unwrap_err()[0].contains("not a regular file"));
        let wrong = folder.path().join("wrong.toml");
        std::fs::write(&wrong, "intervall = 1").unwrap();
        assert!(load(&wrong, false).unwrap_err()[0].ends_with("did you mean `interval`?"));
    }
}
