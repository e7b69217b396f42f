//! A folder that plays /proc.

use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use corescope_top::source::discover::{Candidate, Found, Names, scan};
use tempfile::TempDir;

/// `/proc` with a process of our own in it and no other.
pub struct FakeProc {
    folder: TempDir,
}

impl FakeProc {
    pub fn new() -> Self {
        let fake = Self { folder: tempfile::tempdir().unwrap() };
        fake.process(1).args(&["init"]).namespace("mnt", 1).namespace("pid", 1);
        symlink("1", fake.path().join("self")).unwrap();
        fake
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A process of user 1000 that started 100 ticks after boot, and nothing else.
    pub fn process(&self, pid: u32) -> FakeProcess {
        let folder = self.path().join(pid.to_string());
        std::fs::create_dir_all(folder.join("fd")).unwrap();
        std::fs::create_dir_all(folder.join("ns")).unwrap();
        let fields = "S 1 1 1 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 9 0 100 1 2";
        std::fs::write(folder.join("stat"), format!("{pid} (corescope-inges) {fields}\n")).unwrap();
        std::fs::write(folder.join("cmdline"), "").unwrap();
        std::fs::write(folder.join("environ"), "").unwrap();
        let process = FakeProcess { folder };
        process.user(1000)
    }

    /// The process that was made before, to be changed.
    pub fn again(&self, pid: u32) -> FakeProcess {
        FakeProcess { folder: self.path().join(pid.to_string()) }
    }

    pub fn scan(&self) -> Found {
        scan(self.path(), &Names::default())
    }

    /// The only ingestor that is found.
    pub fn ingestor(&self) -> Candidate {
        let mut found = self.scan().ingestors;
        assert_eq!(found.len(), 1);
        found.remove(0)
    }
}

pub struct FakeProcess {
    folder: PathBuf,
}

impl FakeProcess {
    pub fn write(self, file: &str, bytes: impl AsRef<[u8]>) -> Self {
        std::fs::write(self.folder.join(file), bytes).unwrap();
        self
    }

    pub fn link(self, name: &str, target: impl AsRef<Path>) -> Self {
        let _ = std::fs::remove_file(self.folder.join(name));
        symlink(target, self.folder.join(name)).unwrap();
        self
    }

    pub fn args(self, words: &[&str]) -> Self {
        self.write("cmdline", words.join("\0") + "\0")
    }

    pub fn env(self, pairs: &[(&str, &str)]) -> Self {
        let entries: Vec<String> = pairs.iter().map(|(key, value)| format!("{key}={value}\0")).collect();
        self.write("environ", format!("SECRET=x\0{}", entries.concat()))
    }

    pub fn user(self, uid: u32) -> Self {
        self.write("status", format!("Name:\tx\nUid:\t{uid}\t{uid}\t{uid}\t{uid}\nNSpid:\t1\n"))
    }

    pub fn namespace(self, kind: &str, number: u32) -> Self {
        self.link(&format!("ns/{kind}"), format!("{kind}:[{number}]"))
    }

    /// A container of its own with `root` for its root and `cwd` in it.
    pub fn contained(self, root: &Path, cwd: &str, id: &str) -> Self {
        let cgroup = format!("0::/system.slice/docker-{id:0<64}.scope\n");
        self.namespace("mnt", 2)
            .namespace("pid", 2)
            .write("cgroup", cgroup)
            .link("root", root)
            .link("cwd", root.join(cwd))
    }

    /// An open file.
    pub fn open(self, number: u32, path: &Path) -> Self {
        self.link(&format!("fd/{number}"), path)
    }

    pub fn path(&self) -> &Path {
        &self.folder
    }
}

/// Makes a file with everything above it.
pub fn file(path: &Path) -> PathBuf {
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, "").unwrap();
    path.to_owned()
}

/// Makes a database with its log.
pub fn database(path: &Path) -> PathBuf {
    file(&path.with_extension("db-wal"));
    file(path)
}

/// Device and inode.
pub fn id(path: &Path) -> Option<(u64, u64)> {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata(path).ok().map(|found| (found.dev(), found.ino()))
}
