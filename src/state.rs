//! What was learned about a database, kept across runs in the user's own state folder.
//!
//! One file per database. All of it happens on a thread of its own ([`keeper`]): the home folder may be
//! a disk that is full, may not be written, or does not answer; the run goes on without.

pub mod folder;
pub mod keeper;
pub mod store;

use std::path::Path;

use rustix::fs::{AtFlags, CWD, StatxFlags, statx};

use crate::parse::text;

/// Characters of a database's name that its file's name takes over.
const NAME: usize = 40;

/// Which database it is: the same across reboots, mounts and restarts of its container, another one
/// once the file was replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity(String);

impl Identity {
    /// The identity of the file at `path`, which its user knows as `shown`. Inode and birth time tell;
    /// on a filesystem without birth times inode and path. Absent where there is no such file, or it
    /// may not be looked at.
    pub fn of(path: &Path, shown: &str) -> Option<Self> {
        let wanted = StatxFlags::INO | StatxFlags::BTIME;
        let found = statx(CWD, path, AtFlags::empty(), wanted).ok()?;
        let birth = (found.stx_mask & StatxFlags::BTIME.bits() != 0).then_some(found.stx_btime);
        let second = match birth.filter(|birth| birth.tv_sec != 0) {
            Some(birth) => format!("{:x}.{:x}", birth.tv_sec, birth.tv_nsec),
            None => format!("p{:x}", fnv1a(shown.as_bytes())),
        };
        let name = Path::new(shown).file_name().unwrap_or(shown.as_ref()).to_string_lossy();
        Some(Self(format!("{}-{:x}-{second}", plain(&name), found.stx_ino)))
    }

    /// It as the name of a file.
    pub fn name(&self) -> &str {
        &self.0
    }
}

/// What of a name can stand in any file's name and on any command line.
fn plain(name: &str) -> String {
    let fits = |c: char| if c.is_ascii_alphanumeric() || "._".contains(c) { c } else { '_' };
    text::name(name).chars().take(NAME).map(fits).collect::<String>().trim_start_matches('.').to_owned()
}

/// FNV-1a: short, and the same for ever, which the standard library's hash is not.
fn fnv1a(bytes: &[u8]) -> u64 {
    bytes
        .iter()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_itself_under_any_path_and_another_once_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("m.db");
        std::fs::write(&path, "x").unwrap();
        let first = Identity::of(&path, "/data/m.db").unwrap();
        assert!(first.name().starts_with("m.db-"));
        let through = Path::new("/proc/self/root").join(path.strip_prefix("/").unwrap());
        assert_eq!(Identity::of(&through, "/data/m.db").unwrap(), first);
        std::fs::write(&path, "written anew").unwrap();
        assert_eq!(Identity::of(&path, "/data/m.db").unwrap(), first);
        std::fs::write(folder.path().join("other"), "y").unwrap();
        std::fs::rename(folder.path().join("other"), &path).unwrap();
        assert_ne!(Identity::of(&path, "/data/m.db").unwrap(), first);
        assert_eq!(Identity::of(Path::new("/nowhere"), "m"), None);
    }

    #[test]
    fn names_are_harmless() {
        assert_eq!(plain("../../etc/pass wd\x1b[31m"), "_.._etc_pass_wd_31m");
        assert_eq!(plain(&"ü".repeat(99)), "_".repeat(NAME));
        assert_eq!(fnv1a(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
