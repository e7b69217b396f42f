//! What processes write about themselves: command line, environment, config; and what the kernel says of them.

#![no_main]

use corescope_top::parse::{cmdline, config, container, environ, process, rights, text};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(identity) = process::stat(bytes) {
        let _ = identity.dead();
        assert!(identity.comm.len() < bytes.len());
    }
    let _ = process::effective_uid(bytes);
    let _ = (rights::may_trace(bytes), rights::hides_processes(bytes), container::nested(bytes));
    for name in ["config", "db", ""] {
        assert!(cmdline::flag(bytes, name).is_none_or(|value| !value.is_empty() && !value.contains(&0)));
    }
    let program = cmdline::program(bytes);
    assert!(program.is_none_or(|name| !name.is_empty() && !name.contains(&b'/')));
    for key in ["DB_PATH", "CORESCOPE_INGESTOR_STATS"] {
        assert!(environ::value(bytes, key).is_none_or(|value| !value.is_empty() && !value.contains(&0)));
    }
    if let Ok(Some(path)) = config::db_path(bytes) {
        assert!(!path.is_empty() && !path.contains('\0'));
    }
    let names = [container::from_cgroup(bytes), rights::user_name(bytes, 1000)];
    for name in names.into_iter().flatten().chain([text::name(&String::from_utf8_lossy(bytes))]) {
        assert!(!name.chars().any(char::is_control) && name.chars().count() <= text::MAX_NAME, "{name:?}");
    }
    let sentence = text::sentence(&String::from_utf8_lossy(bytes));
    assert!(!sentence.chars().any(char::is_control) && sentence.chars().count() <= text::MAX_TEXT);
});
