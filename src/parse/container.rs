//! Which container a process runs in, as far as `/proc/<pid>/cgroup` and `status` tell, see
//! cgroups(7) and `pid_namespaces(7)`.

use super::text;

/// Hexadecimal digits of a container's id that are shown, as Docker shows them.
const SHORT: usize = 12;
/// What comes before the name of a container in a folder of cgroups: LXC and systemd-nspawn.
const NAMED: [&str; 3] = ["lxc.payload.", "lxc.monitor.", "machine-"];

/// The container's short id or its name; absent for a process that no container manager has put
/// anywhere, and for one whose cgroup namespace hides it.
pub fn from_cgroup(bytes: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(bytes);
    text.lines().filter_map(|line| line.splitn(3, ':').nth(2)).find_map(of_path)
}

fn of_path(path: &str) -> Option<String> {
    let mut folders = path.split('/').collect::<Vec<_>>();
    let id = folders.iter().rev().find_map(|folder| hex_id(folder));
    if let Some(id) = id {
        return Some(id[..SHORT].to_owned());
    }
    let of_lxc =
        folders.iter().position(|folder| *folder == "lxc").and_then(|at| folders.get(at + 1).copied());
    folders.retain(|folder| NAMED.iter().any(|prefix| folder.starts_with(prefix)));
    let named = folders.first().map(|folder| {
        let name = NAMED.iter().find_map(|prefix| folder.strip_prefix(prefix)).unwrap_or(folder);
        name.strip_suffix(".scope").unwrap_or(name)
    });
    let name = text::name(&named.or(of_lxc)?.replace("\\x2d", "-"));
    (!name.is_empty()).then_some(name)
}

/// 64 hexadecimal digits, alone or as in `docker-<id>.scope` and `cri-containerd-<id>.scope`.
fn hex_id(folder: &str) -> Option<&str> {
    let stem = folder.strip_suffix(".scope").unwrap_or(folder);
    let id = stem.rsplit(['-', ':']).next()?;
    (id.len() == 64 && id.bytes().all(|b| b.is_ascii_hexdigit())).then_some(id)
}

/// Whether `/proc/<pid>/status` shows a process in a pid namespace below the one that /proc is of.
pub fn nested(status: &[u8]) -> bool {
    let line = status.split(|&b| b == b'\n').find_map(|line| line.strip_prefix(b"NSpid:"));
    line.is_some_and(|ids| ids.split(u8::is_ascii_whitespace).filter(|id| !id.is_empty()).count() > 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ID: &str = "3f2a9c1b77de00112233445566778899aabbccddeeff00112233445566778899";

    #[test]
    fn the_managers_ways_to_name() {
        for (path, name) in [
            (format!("0::/system.slice/docker-{ID}.scope"), Some("3f2a9c1b77de")),
            (format!("12:cpu:/x\n4:memory:/docker/{ID}\n"), Some("3f2a9c1b77de")),
            (format!("0::/machine.slice/libpod-{ID}.scope/container"), Some("3f2a9c1b77de")),
            (format!("0::/kubepods.slice/pod1.slice/cri-containerd-{ID}.scope"), Some("3f2a9c1b77de")),
            (
                format!("0::/system.slice/containerd.service/kubepods:cri-containerd:{ID}"),
                Some("3f2a9c1b77de"),
            ),
            ("0::/lxc.payload.mesh/system.slice/x.service".to_owned(), Some("mesh")),
            ("2:cpu:/lxc/mesh/x".to_owned(), Some("mesh")),
            ("0::/machine.slice/machine-my\\x2dmesh.scope/payload".to_owned(), Some("my-mesh")),
            ("0::/system.slice/corescope-ingestor.service".to_owned(), None),
            ("0::/user.slice/user-1000.slice/session-3.scope".to_owned(), None),
            ("0::/".to_owned(), None),
            (String::new(), None),
        ] {
            assert_eq!(from_cgroup(path.as_bytes()).as_deref(), name, "{path}");
        }
    }

    #[test]
    fn more_than_one_pid_is_a_namespace_below() {
        assert!(nested(b"Name:\tx\nNSpid:\t4382\t7\nNSpgid:\t1\n"));
        assert!(!nested(b"NSpid:\t4382\nNSpgid:\t4\t5\n"));
        assert!(!nested(b""));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), name in "[^/\n]{0,300}") {
            let _ = (from_cgroup(&bytes), nested(&bytes));
            let named = from_cgroup(format!("0::/lxc/{name}").as_bytes());
            prop_assert!(named.is_none_or(|name| name.chars().count() <= text::MAX_NAME));
        }
    }
}
