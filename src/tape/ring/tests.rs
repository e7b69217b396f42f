use super::*;
use crate::sample::Sample;
use crate::tape::Tape;

fn sample(second: u64) -> Input {
    let (at, mono) = (Wall::from_secs(1_795_359_500 + second as i64), Mono(second * 1_000_000_000));
    Input::Sample(Arc::new(Sample { at, mono, interval: 1.0, ..Sample::default() }))
}

fn written(ring: &Ring) -> (Header, Vec<Input>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("x.zst");
    let summary = ring.dump().write(&path).unwrap();
    assert_eq!(summary.bytes, path.metadata().unwrap().len());
    let tape = Tape::open(&path).unwrap();
    assert_eq!((tape.samples(), tape.cut()), (summary.samples, None));
    let inputs = (0..tape.chunks().len()).flat_map(|chunk| tape.read(chunk).unwrap()).collect();
    (tape.header().clone(), inputs)
}

#[test]
fn an_hour_is_kept_and_begins_with_what_was_known_then() {
    let mut ring = Ring::new(Header::now(1.0));
    for second in 1..=10_000 {
        ring.note(&sample(second), State::default);
    }
    let (header, inputs) = written(&ring);
    assert!(matches!(inputs[0], Input::State(_)));
    assert_eq!(inputs.last(), Some(&sample(10_000)));
    assert!((3600..=3901).contains(&inputs.len()), "{} inputs", inputs.len());
    let Input::Sample(first) = &inputs[1] else { panic!("{:?}", inputs[1]) };
    assert_eq!(header.started, first.at);
}

#[test]
fn another_target_is_a_beginning_of_its_own() {
    let attach = |name: &str| {
        let db = Some(name.into());
        Input::Attach(Arc::new(Labels { db, ..Labels::default() }))
    };
    let mut ring = Ring::new(Header::now(1.0));
    let inputs = [attach("/a"), sample(1), sample(2), Input::Accept, attach("/b"), sample(3)];
    for input in &inputs {
        ring.note(input, State::default);
    }
    let (header, read) = written(&ring);
    assert_eq!(header.target.db.as_deref(), Some("/a"));
    assert_eq!(read[1..], inputs[1..]);
}

#[test]
fn memory_is_bounded_where_samples_are_large() {
    let mut ring = Ring::new(Header::now(1.0));
    let mut seed = 1_u64;
    for second in 1..=1500 {
        let Input::Sample(mut input) = sample(second) else { unreachable!() };
        let noise = |seed: &mut u64| {
            *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            format!("{seed:x}{:x}", seed.rotate_left(17).wrapping_mul(77))
        };
        let text: String = (0..400).map(|_| noise(&mut seed)).collect();
        let fault = crate::sample::Fault::new(crate::sample::FaultKind::Other, text);
        Arc::make_mut(&mut input).db = crate::sample::Reading::Failed(fault);
        ring.note(&Input::Sample(input), State::default);
        assert!(ring.bytes() < MAX_BYTES + 2 * FRAME, "{}", ring.bytes());
        // What has to go is the oldest, and little of it: nearly as much as may be kept is kept.
        let full = MAX_BYTES - SEGMENT_BYTES - 2 * FRAME;
        assert!(second < 600 || ring.bytes() > full, "{} at {second}", ring.bytes());
    }
    let (_, inputs) = written(&ring);
    assert!(matches!(inputs[0], Input::State(_)));
    assert!(inputs[1..].iter().all(|input| matches!(input, Input::Sample(_))));
}

/// It was once given back and taken anew, half a megabyte somewhere else, for every frame longer than all before.
#[test]
fn the_memory_to_compress_in_stays_where_it_is() {
    let mut ring = Ring::new(Header::now(1.0));
    let mut sizes = std::collections::BTreeSet::new();
    for length in (FRAME..FRAME + 5000).step_by(500).chain([100, FRAME / 2, FRAME + 5000]) {
        ring.plain = b"{\"a\":1}\n".iter().copied().cycle().take(length).collect();
        ring.compress();
        let compressor = ring.compressor.as_mut().unwrap();
        sizes.insert((
            compressor.context_mut().sizeof(),
            ring.compressed.as_ptr(),
            ring.compressed.capacity(),
        ));
    }
    assert_eq!(sizes.len(), 1, "{sizes:?}");
    assert!(sizes.iter().all(|(size, ..)| *size < 400 << 10), "{sizes:?}");
}
