//! Paths as a process sees them, made to paths that can be opened from here.
//!
//! A container's root may be hostile: a link in it that leads to `/etc` means the container's `/etc`.
//! So links are resolved here, one by one, against the process's own root, and the result, which has
//! none left, is looked at with openat2(2) so that the kernel would refuse any. What remains: who may
//! write in that root can put a link into the path between this look and a later open by path. The
//! readers follow none in the last part of a path, and read nothing but regular files.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Component, Path, PathBuf};

use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, ResolveFlags, Stat, fstat, openat, openat2, readlinkat, statat,
};
use rustix::io::Errno;

use super::Place;
use super::handle::{Handle, id, id_at, refused};
use crate::parse::text;
use crate::sample::{Fault, FaultKind};
use crate::source::safe_file::{self, explain, open_regular};

/// Links that are followed in one path, as many as the kernel follows.
const MAX_LINKS: usize = 40;

/// How a process sees the file system.
#[derive(Debug)]
pub struct Root {
    /// Its root, where it is another than ours and may be opened.
    fd: Option<OwnedFd>,
    /// `/proc/<pid>/root`.
    path: PathBuf,
    /// Its root is another than ours.
    elsewhere: bool,
    /// What the kernel puts before paths in links of this process.
    prefix: PathBuf,
    /// Its working directory as it sees it.
    cwd: Option<PathBuf>,
    /// Its root or its working directory can't be had for want of rights.
    pub refused: bool,
    /// No path is looked at: what lies there may be a disk that does not answer.
    blind: bool,
}

impl Root {
    /// Looks at the root of a process; `contained` says whether it is known to be in a container. One that
    /// is `blind` makes paths without a look at any.
    pub fn of(process: &Handle, proc_root: &Path, contained: bool, blind: bool) -> Self {
        let fd = process.folder("root");
        let mut refused_any = fd.as_ref().err().is_some_and(|errno| refused(*errno));
        let elsewhere = match (&fd, own_namespace(process, proc_root)) {
            (Ok(_), Some(false)) => true,
            (Ok(fd), _) => fstat(fd).ok().map(|stat| id(&stat)) != id_at(Path::new("/")),
            (Err(_), known) => known.map_or(contained, |own| !own),
        };
        let prefix = process.link("root").unwrap_or_else(|_| "/".into());
        let cwd = process.link("cwd");
        refused_any |= cwd.as_ref().err().is_some_and(|errno| refused(*errno));
        let cwd = cwd.ok().map(|cwd| below(&prefix, &cwd));
        let path = process.path.join("root");
        let fd = fd.ok().filter(|_| elsewhere && !blind);
        Self { fd, path, elsewhere, prefix, cwd, refused: refused_any, blind }
    }

    /// Whether paths may be looked at.
    pub fn looks(&self) -> bool {
        !self.blind
    }

    /// The path in a link of the process (`fd/3`) as the process sees it.
    pub fn seen(&self, link: &Path) -> PathBuf {
        below(&self.prefix, link)
    }

    /// A path that the process uses, relative ones from its working directory. Absent where that is
    /// not known or the path has too many links.
    pub fn place(&self, raw: &[u8], how: &'static str, last: Last) -> Option<Place> {
        let raw = PathBuf::from(OsString::from_vec(raw.to_vec()));
        let seen = if raw.is_absolute() { raw } else { self.cwd.as_ref()?.join(raw) };
        let shown = text::sentence(&seen.to_string_lossy());
        let (path, found) = match &self.fd {
            Some(root) => {
                let inside = resolve(root, &seen, last)?;
                (self.path.join(&inside), look(root, &inside).ok())
            }
            None if self.elsewhere => (self.path.join(plain(&seen)), None),
            None if self.blind => (seen.clone(), None),
            None => {
                let found = match last {
                    Last::Follow => rustix::fs::stat(&seen),
                    Last::Keep => rustix::fs::lstat(&seen),
                };
                (seen.clone(), found.ok())
            }
        };
        let regular = |stat: &Stat| FileType::from_raw_mode(stat.st_mode) == FileType::RegularFile;
        let id = found.filter(regular).as_ref().map(id);
        let place = Place { path, shown, how, id, elsewhere: self.elsewhere };
        Some(if self.elsewhere && !self.blind { same_here(place, &seen, last) } else { place })
    }

    /// Opens the regular file at `place` for reading.
    pub fn open(&self, what: &str, place: &Place) -> Result<File, Fault> {
        if self.blind {
            return Err(Fault::new(FaultKind::Stalled, format!("{what} is not looked at")));
        }
        let inside = place.path.strip_prefix(&self.path).ok().zip(self.fd.as_ref());
        let Some((inside, root)) = inside else {
            let real = place.path.canonicalize().map_err(|error| explain(what, &place.path, error))?;
            return open_regular(what, &real).map(|(file, _)| file);
        };
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY;
        let file = open_inside(root, inside, flags).map_err(|errno| explain(what, &place.path, errno))?;
        safe_file::regular(what, &place.path, &file)?;
        Ok(File::from(file))
    }
}

/// What happens to a link that is the last part of a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Last {
    /// It is followed.
    Follow,
    /// It stays, for the reader to refuse.
    Keep,
}

/// Whether the process has our mount namespace; absent where that can't be told.
fn own_namespace(process: &Handle, proc_root: &Path) -> Option<bool> {
    let ours = std::fs::read_link(proc_root.join("self/ns/mnt")).ok()?;
    Some(process.link("ns/mnt").ok()? == ours)
}

/// The same file is often to be seen from here under the same name; that path outlives the process.
fn same_here(place: Place, seen: &Path, last: Last) -> Place {
    let same = match last {
        Last::Follow => place.id.is_some() && id_at(seen) == place.id,
        // The stats file is another one every second: its folder tells.
        Last::Keep => {
            let folder = |path: &Path| path.parent().and_then(id_at);
            folder(seen).is_some() && folder(seen) == folder(&place.path)
        }
    };
    if same { Place { path: seen.to_owned(), elsewhere: false, ..place } } else { place }
}

fn below(prefix: &Path, path: &Path) -> PathBuf {
    path.strip_prefix(prefix).map_or_else(|_| path.to_owned(), |inside| Path::new("/").join(inside))
}

/// The path without `/` at its beginning, `.` and `..`, none of its links looked at.
fn plain(path: &Path) -> PathBuf {
    let mut done = PathBuf::new();
    for part in path.components() {
        match part {
            Component::Normal(name) => done.push(name),
            Component::ParentDir => drop(done.pop()),
            _ => {}
        }
    }
    done
}

/// The path relative to `root` with every link on it resolved inside of it; what is missing, or may
/// not be looked at, stays as it is. Absent for a path that has too many links: what is left of them
/// would be followed out of it.
fn resolve(root: &OwnedFd, path: &Path, last: Last) -> Option<PathBuf> {
    let mut done = PathBuf::new();
    let mut todo: VecDeque<OsString> = parts(path).collect();
    let mut links = 0;
    while let Some(part) = todo.pop_front() {
        match part.as_bytes() {
            b"/" => done.clear(),
            b".." => drop(done.pop()),
            _ => {
                done.push(&part);
                let follow = last == Last::Follow || !todo.is_empty();
                let Some(link) = follow.then(|| readlinkat(root, &done, Vec::new()).ok()).flatten() else {
                    continue;
                };
                links += 1;
                if links > MAX_LINKS {
                    return None;
                }
                done.pop();
                let link = PathBuf::from(OsString::from_vec(link.into_bytes()));
                parts(&link).collect::<Vec<_>>().into_iter().rev().for_each(|part| todo.push_front(part));
            }
        }
    }
    Some(done)
}

fn parts(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter(|part| *part != Component::CurDir).map(|part| part.as_os_str().to_owned())
}

/// What stands at a resolved path; fails where a link stands in it all the same, unless at its end:
/// that is the link itself.
fn look(root: &OwnedFd, inside: &Path) -> Result<Stat, Errno> {
    fstat(open_inside(root, inside, OFlags::PATH | OFlags::NOFOLLOW | OFlags::CLOEXEC)?)
}

fn open_inside(root: &OwnedFd, inside: &Path, flags: OFlags) -> Result<OwnedFd, Errno> {
    let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS | ResolveFlags::NO_SYMLINKS;
    let inside = if inside.as_os_str().is_empty() { Path::new(".") } else { inside };
    match openat2(root, inside, flags, Mode::empty(), resolve) {
        // Before Linux 5.6, and under old seccomp filters, there is no such call.
        Err(Errno::NOSYS | Errno::PERM) => {
            statat(root, inside, AtFlags::SYMLINK_NOFOLLOW)?;
            openat(root, inside, flags, Mode::empty())
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::symlink;

    use rustix::fs::{CWD, openat};

    use super::*;

    fn folder() -> (tempfile::TempDir, OwnedFd) {
        let folder = tempfile::tempdir().unwrap();
        let fd = openat(CWD, folder.path(), OFlags::PATH | OFlags::DIRECTORY, Mode::empty()).unwrap();
        (folder, fd)
    }

    #[test]
    fn links_stay_inside() {
        let (folder, root) = folder();
        let at = |path: &str| folder.path().join(path);
        std::fs::create_dir_all(at("volumes/data")).unwrap();
        std::fs::write(at("volumes/data/m.db"), "x").unwrap();
        std::fs::create_dir(at("app")).unwrap();
        symlink("/volumes/../volumes/data", at("app/data")).unwrap();
        symlink("../../../../../../volumes", at("up")).unwrap();
        symlink("/etc/passwd", at("evil")).unwrap();
        symlink("loop", at("loop")).unwrap();
        let inside =
            |path: &str, last| resolve(&root, Path::new(path), last).unwrap().to_str().unwrap().to_owned();
        assert_eq!(inside("/app/data/m.db", Last::Follow), "volumes/data/m.db");
        assert_eq!(inside("/up/data/./m.db", Last::Keep), "volumes/data/m.db");
        assert_eq!(inside("/../../app//x/y", Last::Follow), "app/x/y");
        assert_eq!(inside("/evil", Last::Follow), "etc/passwd");
        assert_eq!(inside("/evil", Last::Keep), "evil");
        assert!(look(&root, Path::new("volumes/data/m.db")).is_ok());
        assert!(look(&root, Path::new("etc/passwd")).is_err());
        // The link itself, which is no regular file.
        assert!(
            look(&root, Path::new("evil"))
                .is_ok_and(|stat| FileType::from_raw_mode(stat.st_mode).is_symlink())
        );
        assert!(open_inside(&root, Path::new("evil"), OFlags::RDONLY).is_err());
        assert!(look(&root, Path::new("app/data/m.db")).is_err());
        assert_eq!(resolve(&root, Path::new("/loop/x"), Last::Follow), None);
    }

    #[test]
    fn the_kernels_prefix_is_taken_away() {
        assert_eq!(below(Path::new("/"), Path::new("/app")), Path::new("/app"));
        assert_eq!(below(Path::new("/srv/jail"), Path::new("/srv/jail/app")), Path::new("/app"));
        assert_eq!(below(Path::new("/srv/jail"), Path::new("/srv/jailor")), Path::new("/srv/jailor"));
        assert_eq!(plain(Path::new("/a/../../b/./c")), Path::new("b/c"));
    }
}
