//! Keeps the layers: a lower one never imports a higher one, nothing imports the demo, and no two
//! modules import each other in a circle.

#![allow(clippy::unwrap_used, clippy::expect_used)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// The layer of each top-level module; imports go down or stay.
const LAYERS: &[(&str, u8)] = &[
    ("units", 0),
    ("sample", 0),
    ("ui", 0),
    ("parse", 1),
    ("model", 1),
    ("source", 2),
    ("state", 2),
    ("tape", 2),
    ("output", 3),
    ("view", 3),
    ("cli", 4),
    ("settings", 4),
    ("app", 4),
    ("event", 4),
    ("terminal", 4),
    ("run", 4),
    ("demo", 4),
];

/// Who may import the demo: those who start it.
const DEMO_USERS: &[&str] = &["cli", "event", "run", "demo"];

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Top-level module of a file, and its text up to its own tests.
fn sources() -> Vec<(String, PathBuf, String)> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    files
        .into_iter()
        .filter(|path| !path.ends_with("lib.rs") && !path.ends_with("main.rs"))
        .filter(|path| !path.file_stem().is_some_and(|stem| stem.to_string_lossy().ends_with("tests")))
        .map(|path| {
            let relative = path.strip_prefix(&src).unwrap().to_string_lossy().into_owned();
            let module = relative.split('/').next().unwrap().trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap().to_owned();
            (module, path, code)
        })
        .collect()
}

/// Top-level modules that a text names after `crate::`, also inside braces.
fn imports(text: &str) -> BTreeSet<String> {
    let names = text.split("crate::").skip(1).flat_map(|rest| match rest.strip_prefix('{') {
        Some(group) => group
            .split('}')
            .next()
            .unwrap_or("")
            .split(',')
            .map(|item| item.trim().split("::").next().unwrap_or("").to_owned())
            .collect::<Vec<_>>(),
        None => {
            vec![rest.split(|c: char| !(c.is_alphanumeric() || c == '_')).next().unwrap_or("").to_owned()]
        }
    });
    names.filter(|name| !name.is_empty()).collect()
}

fn layer(module: &str) -> u8 {
    LAYERS
        .iter()
        .find(|(name, _)| *name == module)
        .unwrap_or_else(|| panic!("module '{module}' has no layer; give it one in this test"))
        .1
}

#[test]
fn imports_never_go_up() {
    for (module, path, text) in sources() {
        for import in imports(&text) {
            assert!(layer(&import) <= layer(&module), "{} imports {import}", path.display());
        }
    }
}

#[test]
fn the_demo_is_aside() {
    for (module, path, text) in sources() {
        let allowed = DEMO_USERS.contains(&module.as_str());
        assert!(allowed || !imports(&text).contains("demo"), "{} imports the demo", path.display());
    }
}

/// SQLite locks what it reads and maps what others may cut: what is watched is never opened by it.
#[test]
fn only_the_demo_uses_sqlite() {
    for (module, path, text) in sources() {
        assert!(module == "demo" || !text.contains("rusqlite"), "{}", path.display());
    }
}

#[test]
fn no_circles_between_modules() {
    let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (module, _, text) in sources() {
        let others = imports(&text).into_iter().filter(|import| *import != module);
        graph.entry(module.clone()).or_default().extend(others);
    }
    // What imports nothing that is left can be taken away, until nothing is left or a circle is.
    while let Some(free) = graph
        .iter()
        .find(|(_, uses)| uses.iter().all(|used| !graph.contains_key(used)))
        .map(|(m, _)| m.clone())
    {
        graph.remove(&free);
    }
    assert!(graph.is_empty(), "modules in a circle: {graph:?}");
}

#[test]
fn the_reader_of_imports_sees_both_forms() {
    let found = imports("use crate::model::x; use crate::{units::KB, sample}; crate::cli::run()");
    assert_eq!(found.into_iter().collect::<Vec<_>>(), ["cli", "model", "sample", "units"]);
}
