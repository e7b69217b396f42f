//! What decides whose processes can be looked at: capabilities, `hidepid`, names of users.

use super::text;

/// The bit of `CAP_SYS_PTRACE`, see capabilities(7).
const SYS_PTRACE: u32 = 19;

/// Whether the effective capabilities in `/proc/<pid>/status` hold `CAP_SYS_PTRACE`.
pub fn may_trace(status: &[u8]) -> bool {
    let line = status.split(|&b| b == b'\n').find_map(|line| line.strip_prefix(b"CapEff:"));
    let bits = line
        .and_then(|hex| std::str::from_utf8(hex).ok())
        .and_then(|hex| u64::from_str_radix(hex.trim(), 16).ok());
    bits.is_some_and(|bits| bits & (1 << SYS_PTRACE) != 0)
}

/// Whether a line of `/proc/<pid>/mountinfo` mounts `/proc` so that it hides the processes of other
/// users, see proc(5).
pub fn hides_processes(mountinfo: &[u8]) -> bool {
    let mut hides = false;
    for line in String::from_utf8_lossy(mountinfo).lines() {
        let Some((place, kind)) = line.split_once(" - ") else { continue };
        if place.split(' ').nth(4) != Some("/proc") || !kind.starts_with("proc ") {
            continue;
        }
        let option =
            kind.rsplit(' ').next().unwrap_or("").split(',').find_map(|o| o.strip_prefix("hidepid="));
        // The last one lies on top.
        hides = option.is_some_and(|value| !matches!(value, "0" | "off"));
    }
    hides
}

/// The name of user `uid` in the text of `/etc/passwd`, cleaned.
pub fn user_name(passwd: &[u8], uid: u32) -> Option<String> {
    let text = String::from_utf8_lossy(passwd);
    let wanted = uid.to_string();
    let name = text.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == wanted).then_some(name)
    })?;
    let name = text::name(name);
    (!name.is_empty()).then_some(name)
}

/// The home of user `uid` in the text of `/etc/passwd`.
pub fn home(passwd: &[u8], uid: u32) -> Option<String> {
    let text = String::from_utf8_lossy(passwd);
    let wanted = uid.to_string();
    let home = text.lines().find_map(|line| {
        let fields: Vec<&str> = line.split(':').collect();
        (fields.get(2) == Some(&wanted.as_str())).then(|| fields.get(5).copied()).flatten()
    })?;
    home.starts_with('/').then(|| home.to_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn homes() {
        let passwd = b"root:x:0:0:root:/root:/bin/sh\nmesh:x:1000:1000::/home/mesh:/bin/sh\nodd:x:7:7:::\n";
        assert_eq!(home(passwd, 1000).as_deref(), Some("/home/mesh"));
        assert_eq!((home(passwd, 7), home(passwd, 8)), (None, None));
    }

    #[test]
    fn one_bit_of_many() {
        assert!(may_trace(b"Name:\tx\nCapEff:\t000001ffffffffff\n"));
        assert!(may_trace(b"CapEff:\t0000000000080004\n"));
        assert!(!may_trace(b"CapPrm:\t000001ffffffffff\nCapEff:\t00000000a80425fb\n"));
        assert!(!may_trace(b"CapEff:\tzz\n"));
    }

    #[test]
    fn the_topmost_mount_of_proc_decides() {
        let open = "22 1 0:20 / /proc rw,nosuid shared:5 - proc proc rw\n";
        let hidden = "23 1 0:21 / /proc rw - proc proc rw,gid=4,hidepid=invisible\n";
        let else_where = "24 1 0:21 / /mnt/proc rw - proc proc rw,hidepid=2\n";
        assert!(hides_processes(format!("{open}{hidden}{else_where}").as_bytes()));
        assert!(!hides_processes(format!("{hidden}{open}").as_bytes()));
        assert!(!hides_processes(else_where.as_bytes()));
    }

    #[test]
    fn users() {
        let passwd = b"root:x:0:0:root:/root:/bin/sh\nmesh\x1b:x:1000:1000::/:/bin/sh\nbad:1000\n";
        assert_eq!(user_name(passwd, 1000).as_deref(), Some("mesh"));
        assert_eq!((user_name(passwd, 0).as_deref(), user_name(passwd, 7)), (Some("root"), None));
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300), uid: u32) {
            let _ = (may_trace(&bytes), hides_processes(&bytes), user_name(&bytes, uid));
        }
    }
}
