//! Recordings that are played: every place looks as it did live, however one gets there.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "replay/made.rs"]
mod made;

use std::fs::OpenOptions;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::time::{Duration, Instant};

use corescope_top::app::{Picture, Progress, Shown};
use corescope_top::event::Event;
use corescope_top::model::Model;
use corescope_top::model::history::Key;
use corescope_top::model::limits::Limits;
use corescope_top::run::player::Player;
use corescope_top::run::player::deck::{Checkpoint, Deck, last_time};
use corescope_top::run::player::scan::{Checkpoints, scan};
use corescope_top::tape::Tape;
use corescope_top::ui::replay::Move;
use corescope_top::units::Wall;
use made::{Made, numbers};

const DEADLINE: Duration = Duration::from_mins(1);

/// What is seen of a picture.
fn seen(picture: &Picture) -> String {
    let keys = [Key::IngestorWrite, Key::WalSize, Key::Source("tx_inserted".into())];
    let columns = keys.map(|key| picture.history.columns(&key, 600, 1.0));
    format!("{:?}\n{columns:?}", picture.snapshot)
}

/// What live showed at every sample.
fn live(made: &Made) -> Vec<String> {
    let (mut model, mut picture) = (Model::new(Limits::default()), Picture::default());
    let mut pictures = Vec::new();
    for input in &made.inputs {
        match model.feed(input) {
            Some(snapshot) => {
                picture.history.push(&snapshot);
                picture.snapshot = Some(snapshot);
                pictures.push(seen(&picture));
            }
            None if made::attaches(input) => picture = Picture::default(),
            None => {}
        }
    }
    pictures
}

fn scanned(tape: &Arc<Tape>) -> (Checkpoints, Vec<Progress>) {
    let checkpoints = Checkpoints::new(Checkpoint::beginning(tape, Limits::default()));
    let mut told = Vec::new();
    scan(tape, Limits::default(), &checkpoints, |progress| {
        told.push(progress);
        true
    });
    (checkpoints, told)
}

#[test]
fn every_place_is_what_live_showed() {
    let made = Made::new(3000, 7);
    let pictures = live(&made);
    let tape = made.tape();
    let (checkpoints, told) = scanned(&tape);
    assert_eq!(told.last().unwrap().whole, Some(3000));
    let mut deck = Deck::new(Arc::clone(&tape), Limits::default());
    let ends = [2999, 0, 1, 2998, 255, 256, 257, 1500, 1499];
    for number in ends.into_iter().chain(numbers(11).map(|number| number % 3000).take(40)) {
        let lead_in = deck.lead_in(number);
        let (from, nearer) = checkpoints.nearest(lead_in);
        assert!(!nearer);
        deck.go(number, from.as_ref());
        assert_eq!(deck.next(), number + 1);
        assert!(seen(deck.shown().0) == pictures[number as usize], "at sample {number}");
    }
}

#[test]
fn times_are_found() {
    let made = Made::new(1000, 3);
    let tape = made.tape();
    let mut deck = Deck::new(Arc::clone(&tape), Limits::default());
    let at = |number: u64| made.sample(number).at;
    for number in [0, 1, 255, 256, 600, 999] {
        assert_eq!(deck.at_time(at(number)), number);
        assert_eq!(deck.at_time(Wall(at(number).0 - 1)), number);
    }
    assert_eq!((deck.at_time(Wall(0)), deck.at_time(Wall(i64::MAX))), (0, 999));
    for (from, secs, to) in
        [(100, 60.0, 160), (300, -60.0, 240), (10, -60.0, 0), (990, 60.0, 999), (5, 0.1, 6)]
    {
        assert_eq!(deck.by_secs(from, secs), to, "{secs} s from {from}");
    }
    assert_eq!(last_time(&tape), Some(at(999)));
}

#[test]
fn damage_ends_a_recording_and_is_told() {
    let made = Made::new(1000, 5);
    let file = made.damaged(600);
    let tape = Arc::new(Tape::open(file.path()).unwrap());
    let (_, told) = scanned(&tape);
    let last = told.last().unwrap();
    assert_eq!(last.whole, Some(600));
    assert!(last.damage.as_ref().unwrap().contains("damaged"), "{last:?}");
    let mut deck = Deck::new(tape, Limits::default());
    deck.go(900, None);
    assert_eq!(deck.next(), 600);
}

fn wait_for(receiver: &Receiver<Event>, what: impl Fn(&Shown) -> bool) -> Shown {
    let end = Instant::now() + DEADLINE;
    loop {
        match receiver.recv_timeout(end.saturating_duration_since(Instant::now())).unwrap() {
            Event::Shown(shown) if what(&shown) => return *shown,
            Event::Died(text) => panic!("{text}"),
            _ => {}
        }
    }
}

#[test]
fn the_player_goes_where_it_is_told_and_plays_to_the_end() {
    let tape = Made::new(2000, 9).tape();
    let (sender, receiver) = sync_channel(256);
    let player = Player::start(&tape, Limits::default(), 1, &sender).unwrap();
    wait_for(&receiver, |shown| shown.number == 1);
    player.go(Move::Sample(1900));
    wait_for(&receiver, |shown| shown.number == 1900);
    player.go(Move::Step(-10));
    player.go(Move::Secs(-60.0));
    wait_for(&receiver, |shown| shown.number == 1830 && !shown.waiting);
    player.go(Move::Time(made::time_of(1990)));
    player.go(Move::Speed(64));
    player.go(Move::Play(true));
    wait_for(&receiver, |shown| shown.number > 1990 && shown.playing);
    let last = wait_for(&receiver, |shown| !shown.playing);
    assert_eq!(last.number, 1999);
    player.go(Move::Sample(u64::MAX));
    player.go(Move::Step(-5000));
    wait_for(&receiver, |shown| shown.number == 0);
}

#[test]
fn a_file_that_grows_while_it_is_played_ends_where_it_was_opened() {
    let made = Made::new(300, 5);
    let file = made.file();
    let tape = Arc::new(Tape::open(file.path()).unwrap());
    let mut more = OpenOptions::new().append(true).open(file.path()).unwrap();
    std::io::Write::write_all(&mut more, &made::line(&made.inputs[5])).unwrap();
    let mut deck = Deck::new(tape, Limits::default());
    deck.go(u64::MAX, None);
    assert_eq!(deck.next(), 300);
}
