use super::*;

#[test]
fn stamps_are_read_from_the_beginning_of_a_line() {
    for (text, expected) in [
        (r#"{"at":-5,"mono":7,"interval":1.0}"#, Some((Wall(-5), Mono(7)))),
        (r#"{"at":5,"mono":7}"#, Some((Wall(5), Mono(7)))),
        (r#" {"mono": 7, "x": [], "at": 5}"#, Some((Wall(5), Mono(7)))),
        (r#"{"at":5,"mono":-7}"#, None),
        (r#"{"at":5,"mono":7.5}"#, None),
        (r#"{"at":,"mono":7}"#, None),
        (r#"{"at":99999999999999999999,"mono":7}"#, None),
        (r#"{"at":5"#, None),
        (r#"{"accept":true}"#, None),
    ] {
        assert_eq!(stamp(text.as_bytes()), expected, "{text}");
    }
}

#[test]
fn what_is_a_sample_is_decided_before_it_is_cleaned() {
    // No JSON as it stands, but it would be after cleaning.
    let text = br#"{"at": 2, "mono": 3, "host": "x\u0.01b"}"#;
    assert_eq!(stamp(text), None);
    assert_eq!(decode(text).unwrap(), Line::Unknown);
}
