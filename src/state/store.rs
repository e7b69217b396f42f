//! The files: versioned, bounded, and not believed when they make no sense.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::Identity;
use super::folder::Folder;
use crate::model::state::State;
use crate::parse::text;
use crate::units::{Bytes, Wall};

/// The format that this program writes. Fields that it doesn't know are ignored; a change that older
/// programs would misread gets a new number.
const VERSION: u32 = 1;
/// The largest file that is read or written.
const MAX_SIZE: u64 = 1 << 20;
/// Databases that are remembered, those set aside included.
const MAX_FILES: usize = 64;

/// What stands in a file.
#[derive(Debug, Serialize, Deserialize)]
struct Content<T> {
    version: u32,
    /// Which program wrote it; for people.
    program: String,
    /// When it was written, nanoseconds since 1970; for people.
    saved: Wall,
    state: T,
}

/// The version alone, which is read first.
#[derive(Deserialize)]
struct Version {
    version: u32,
}

/// The files of one user.
#[derive(Clone, Debug)]
pub struct Store {
    path: PathBuf,
}

/// The outcome of reading a file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Loaded {
    /// What was learned; absent where nothing is kept.
    pub state: Option<State>,
    /// What is to be said about it, one sentence.
    pub notice: Option<String>,
    /// It must not be replaced: a newer program wrote it.
    pub locked: bool,
}

impl Store {
    /// The files below `path`.
    pub fn new(path: &Path) -> Self {
        Self { path: path.to_owned() }
    }

    /// What is kept about a database. A file without sense is set aside as `.bad`.
    pub fn load(&self, identity: &Identity) -> Loaded {
        let name = file_name(identity);
        let said = |what: String| Loaded { notice: Some(Self::goes_without(&what)), ..Loaded::default() };
        let folder = match Folder::open(&self.path) {
            Ok(folder) => folder,
            Err(why) => return said(format!("{} {why}", shown(&self.path))),
        };
        let bytes = match folder.read(&name, MAX_SIZE) {
            Ok(Some(bytes)) => bytes,
            Ok(None) => return Loaded::default(),
            Err(why) => return said(format!("{} {why}", self.shown(&name))),
        };
        match decode(&bytes) {
            Ok(state) => Loaded { state: Some(state), ..Loaded::default() },
            Err(Bad::Newer(version)) => {
                let text = format!("{} is of version {version}, newer than this program", self.shown(&name));
                Loaded { locked: true, ..said(text) }
            }
            Err(Bad::Garbage(why)) => said(self.set_aside(&folder, &name, &why)),
        }
    }

    /// Keeps what was learned about a database, and forgets the oldest of too many.
    ///
    /// # Errors
    /// One sentence that says why it can't be kept.
    pub fn save(&self, identity: &Identity, state: &State, saved: Wall) -> Result<(), String> {
        let name = file_name(identity);
        let program = concat!("corescope-top ", env!("CARGO_PKG_VERSION")).to_owned();
        let content = Content { version: VERSION, program, saved, state };
        let refused = |why: String| Self::not_kept(&format!("{} {why}", self.shown(&name)));
        let bytes =
            serde_json::to_vec(&content).map_err(|error| refused(format!("can't be made: {error}")))?;
        if bytes.len() as u64 > MAX_SIZE {
            return Err(refused(format!("would be larger than {}", Bytes(MAX_SIZE))));
        }
        // JSON has no infinity: what could not be read again must not take the place of what can.
        if decode(&bytes).is_err() {
            return Err(refused("would hold figures that can't be kept".to_owned()));
        }
        let folder = Folder::open(&self.path)
            .map_err(|why| Self::not_kept(&format!("{} {why}", shown(&self.path))))?;
        folder.write(&name, &bytes).map_err(refused)?;
        folder.prune(MAX_FILES);
        Ok(())
    }

    fn set_aside(&self, folder: &Folder, name: &str, why: &str) -> String {
        match folder.rename(name, &format!("{name}.bad")) {
            Ok(()) => format!("{} made no sense ({why}) and was set aside as .bad", self.shown(name)),
            Err(error) => format!("{} makes no sense ({why}; setting it aside: {error})", self.shown(name)),
        }
    }

    fn goes_without(what: &str) -> String {
        format!("learning anew what is normal: {what}")
    }

    fn not_kept(what: &str) -> String {
        format!("what is normal here will not be known to the next run: {what}")
    }

    fn shown(&self, name: &str) -> String {
        shown(&self.path.join(name))
    }
}

/// Why a file is not believed.
enum Bad {
    Newer(u32),
    Garbage(String),
}

fn decode(bytes: &[u8]) -> Result<State, Bad> {
    let garbage = |error: serde_json::Error| Bad::Garbage(text::sentence(&error.to_string()));
    let Version { version } = serde_json::from_slice(bytes).map_err(garbage)?;
    if version > VERSION {
        return Err(Bad::Newer(version));
    }
    serde_json::from_slice(bytes).map(|content: Content<State>| content.state).map_err(garbage)
}

fn file_name(identity: &Identity) -> String {
    format!("{}.json", identity.name())
}

fn shown(path: &Path) -> String {
    text::sentence(&path.to_string_lossy())
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Scene {
        folder: tempfile::TempDir,
        store: Store,
        identity: Identity,
    }

    fn scene() -> Scene {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::new(&folder.path().join("state"));
        Scene { store, identity: Identity("m.db-1-2".to_owned()), folder }
    }

    impl Scene {
        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join("state").join(name)
        }
    }

    #[test]
    fn what_was_kept_is_there_again() {
        let scene = scene();
        assert_eq!(scene.store.load(&scene.identity), Loaded::default());
        scene.store.save(&scene.identity, &State::default(), Wall(7)).unwrap();
        let loaded = scene.store.load(&scene.identity);
        assert_eq!((loaded.state, loaded.notice), (Some(State::default()), None));
        let text = std::fs::read_to_string(scene.at("m.db-1-2.json")).unwrap();
        assert!(text.starts_with(r#"{"version":1,"program":"corescope-top "#), "{text}");
    }

    #[test]
    fn garbage_is_set_aside_and_said() {
        let scene = scene();
        scene.store.save(&scene.identity, &State::default(), Wall(7)).unwrap();
        let whole = std::fs::read(scene.at("m.db-1-2.json")).unwrap();
        let deep = "[".repeat(100_000);
        for content in [&b""[..], b"{}", b"\xff\xfe", &whole[..whole.len() - 1], deep.as_bytes()] {
            std::fs::write(scene.at("m.db-1-2.json"), content).unwrap();
            let loaded = scene.store.load(&scene.identity);
            assert_eq!((loaded.state, loaded.locked), (None, false));
            assert!(loaded.notice.unwrap().contains("set aside as .bad"));
            assert_eq!(std::fs::read(scene.at("m.db-1-2.json.bad")).unwrap(), content);
            assert_eq!(scene.store.load(&scene.identity), Loaded::default(), "said once");
        }
    }

    #[test]
    fn what_could_not_be_read_again_is_not_kept() {
        let scene = scene();
        let good = State { secs: 900.0, ..State::default() };
        scene.store.save(&scene.identity, &good, Wall(7)).unwrap();
        let error = scene.store.save(&scene.identity, &State { secs: f64::NAN, ..good.clone() }, Wall(8));
        assert!(error.unwrap_err().contains("can't be kept"));
        assert_eq!(scene.store.load(&scene.identity).state, Some(good));
    }

    #[test]
    fn a_newer_file_stays_as_it_is() {
        let scene = scene();
        scene.store.save(&scene.identity, &State::default(), Wall(7)).unwrap();
        std::fs::write(scene.at("m.db-1-2.json"), r#"{"version":2,"other":[]}"#).unwrap();
        let loaded = scene.store.load(&scene.identity);
        assert!(loaded.locked && loaded.notice.unwrap().contains("newer than this program"));
        assert!(!scene.at("m.db-1-2.json.bad").exists());
    }

    #[test]
    fn a_folder_that_is_none_is_said() {
        let scene = scene();
        std::fs::write(scene.folder.path().join("state"), "a file").unwrap();
        let notice = scene.store.load(&scene.identity).notice.unwrap();
        assert!(notice.contains("is no folder"), "{notice}");
        let error = scene.store.save(&scene.identity, &State::default(), Wall(7)).unwrap_err();
        assert!(error.contains("is no folder") && error.contains("next run"), "{error}");
    }
}
