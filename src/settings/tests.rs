use super::*;

fn problems(input: &str) -> Vec<String> {
    read(input).unwrap_err().iter().map(Problem::to_string).collect()
}

#[test]
fn everything_there_is() {
    let settings = read(
        "interval = 2\nascii = true\nbell = false\ncolor = \"never\"\ntheme = \"light\"\n\
         [limits]\nwal-size = \"200MB\"\nbackfill-ratio = 20\n\
         [colors]\ncritical = \"lightred\"\nok = \"#00ff00\"\n\
         [targets.attic]\ndb = \"/srv/m.db\"\nmatch = [\"my-ingestor\"]\n",
    )
    .unwrap();
    assert_eq!(settings.interval, Some(Set { value: 2.0, line: 1 }));
    assert_eq!(settings.theme, Some(Set { value: "light".to_owned(), line: 5 }));
    let limits: Vec<&str> = settings.limits.iter().map(|set| set.value.as_str()).collect();
    assert_eq!(limits.len(), 2);
    assert!(limits.contains(&"wal-size=200MB") && limits.contains(&"backfill-ratio=20"));
    assert_eq!(settings.colors["critical"], Set { value: Color::LightRed, line: 10 });
    let attic = &settings.targets["attic"].value;
    assert_eq!(
        (attic.db.as_deref(), &attic.matches[..]),
        (Some("/srv/m.db".as_ref()), &["my-ingestor".to_owned()][..])
    );
}

#[test]
fn an_empty_file_says_nothing() {
    assert_eq!(read(""), Ok(Settings::default()));
    assert_eq!(read("# only a comment\n[limits]\n"), Ok(Settings::default()));
}

#[test]
fn what_is_wrong_is_said_with_its_line_and_what_was_meant() {
    for (input, expected) in [
        ("\n[limits]\nwal_size = \"1MB\"", "line 3: unknown limit `wal_size`: did you mean `wal-size`?"),
        ("intervall = 1", "line 1: unknown key `intervall`: did you mean `interval`?"),
        ("interval = \"fast\"", "line 1: `interval` can't be a string"),
        ("interval = 0", "line 1: `interval`: give seconds from 0.1 to 60"),
        ("ascii = 1", "line 1: `ascii` can't be an integer"),
        ("theme = \"lihgt\"", "line 1: `theme`: 'lihgt' is not known; did you mean `light`?"),
        ("[limits]\nwal-size = \"big\"", "line 2: `wal-size`: "),
        ("[colors]\nok = \"nocolour\"", "line 2: `ok`: 'nocolour' is no colour"),
        ("limits = 3", "line 1: `limits` is a table: [limits]"),
        ("[targets.a]\ndb = \"m.db\"", "line 2: `db`: give an absolute path"),
        ("[targets.a]\ndatabase = \"/m.db\"", "line 2: unknown key of a target `database`"),
        ("a = [", "line 1: "),
        ("x\u{1b}[31m = 1", "line 1: "),
    ] {
        let found = problems(input);
        assert!(found.iter().any(|text| text.starts_with(expected)), "{input}: {found:?}");
        assert!(found.iter().all(|text| !text.contains('\u{1b}')), "{found:?}");
    }
}

#[test]
fn every_problem_is_told_at_once_in_the_order_of_lines() {
    let found = problems("zzz = 1\ninterval = 99\n[limits]\nwal = 1\n");
    let lines: Vec<&str> = found.iter().map(|text| &text[..6]).collect();
    assert_eq!(lines, ["line 1", "line 2", "line 4"]);
}
