//! Plays a recording on threads of its own: one judges all of it from the beginning, one shows what is
//! asked for. Neither keeps the screen waiting.

pub mod deck;
pub mod scan;

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, SyncSender, channel};
use std::time::{Duration, Instant};

use crate::app::{Picture, Shown};
use crate::event::{self, Event};
use crate::model::limits::Limits;
use crate::tape::Tape;
use crate::ui::replay::Move;
use deck::{Checkpoint, Deck};
use scan::Checkpoints;

/// Pictures come no faster than this.
const FRAME: Duration = Duration::from_millis(40);
/// How often a place that is not judged yet is looked for again.
const RETRY: Duration = Duration::from_millis(30);
/// The longest wait between two samples while playing, before the speed: holes are not sat through.
const PATIENCE: f64 = 5.0;
/// So many samples are derived on the way, rather than waiting for the scan.
const REACH: u64 = 1024;

/// The handle on the threads; they end when it is dropped.
#[derive(Debug)]
pub struct Player {
    moves: Sender<Move>,
}

impl Player {
    /// Begins to judge `tape` and shows sample `first`.
    ///
    /// # Errors
    /// When no thread can be started.
    pub fn start(
        tape: &Arc<Tape>,
        limits: Limits,
        first: u64,
        sender: &SyncSender<Event>,
    ) -> io::Result<Self> {
        let (moves, receiver) = channel();
        let checkpoints = Arc::new(Checkpoints::new(Checkpoint::beginning(tape, limits)));
        let mut hands = Hands {
            deck: Deck::new(Arc::clone(tape), limits),
            samples: tape.samples(),
            checkpoints: Arc::clone(&checkpoints),
            wanted: Some(first),
            play: None,
            speed: 1,
            sent: None,
            waits: false,
            news: false,
        };
        event::spawn("player", sender.clone(), move |sender| hands.run(&receiver, sender))?;
        let tape = Arc::clone(tape);
        event::spawn("scan", sender.clone(), move |sender| {
            scan::scan(&tape, limits, &checkpoints, |progress| sender.send(Event::Judged(progress)).is_ok());
        })?;
        Ok(Self { moves })
    }

    /// Goes somewhere else; what is then shown comes as an event.
    pub fn go(&self, to: Move) {
        // A player that is gone has said so by an event.
        let _ = self.moves.send(to);
    }
}

/// What moves the deck.
struct Hands {
    deck: Deck,
    samples: u64,
    checkpoints: Arc<Checkpoints>,
    /// Where to go; `None` once it is shown.
    wanted: Option<u64>,
    /// When the next sample is due, while it plays.
    play: Option<Instant>,
    speed: u32,
    /// When the last picture was sent.
    sent: Option<Instant>,
    /// The place is not judged yet, and that has been told.
    waits: bool,
    /// Something other than the place has changed.
    news: bool,
}

impl Hands {
    fn run(&mut self, moves: &Receiver<Move>, sender: &SyncSender<Event>) {
        loop {
            let moved = self.reach() | self.advance() | std::mem::take(&mut self.news);
            if moved && sender.send(Event::Shown(Box::new(self.shown()))).is_err() {
                return;
            }
            match moves.recv_timeout(self.idle()) {
                Ok(first) => std::iter::once(first).chain(moves.try_iter()).for_each(|to| self.take(to)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
        }
    }

    /// How long nothing is to be done unless somebody asks for it.
    fn idle(&self) -> Duration {
        let now = Instant::now();
        match (self.wanted, self.play) {
            (Some(_), _) => RETRY,
            (None, Some(due)) => {
                let frame = self.sent.map_or(now, |sent| sent + FRAME);
                due.max(frame).saturating_duration_since(now)
            }
            (None, None) => Duration::from_hours(1),
        }
    }

    fn take(&mut self, to: Move) {
        let last = self.samples.saturating_sub(1);
        let from = self.wanted.unwrap_or_else(|| self.deck.next().saturating_sub(1));
        let wanted = match to {
            Move::Sample(number) => number,
            Move::Step(by) => from.saturating_add_signed(by),
            Move::Secs(secs) => self.deck.by_secs(from, secs),
            Move::Time(at) => self.deck.at_time(at),
            Move::Play(play) => {
                self.play = play.then(Instant::now);
                self.news = true;
                return;
            }
            Move::Speed(speed) => {
                self.speed = speed.max(1);
                self.play = self.play.map(|_| Instant::now());
                return;
            }
        };
        self.wanted = Some(wanted.min(last));
    }

    /// Goes where it was asked to, if the way is known; says whether there is something new to show.
    fn reach(&mut self) -> bool {
        let Some(wanted) = self.wanted else { return false };
        let next = self.deck.next();
        let ahead = wanted + 1 >= next && wanted - next.min(wanted) < REACH;
        let lead_in = self.deck.lead_in(wanted);
        let (from, nearer) = self.checkpoints.nearest(lead_in);
        if nearer && !ahead {
            // That it waits is told once.
            return !std::mem::replace(&mut self.waits, true);
        }
        self.waits = false;
        self.deck.go(wanted, from.as_ref());
        self.wanted = None;
        self.play = self.play.map(|_| Instant::now());
        true
    }

    /// Plays what is due; says whether there is something new to show.
    fn advance(&mut self) -> bool {
        let (Some(mut due), None) = (self.play, self.wanted) else { return false };
        let begun = Instant::now();
        let mut moved = false;
        while due <= begun && begun.elapsed() < FRAME {
            let Some(coming) = self.deck.coming_sample() else {
                self.play = None;
                return true;
            };
            let gap = self.deck.shown().0.snapshot.as_ref().map_or(0.0, |shown| {
                if coming.mono > shown.mono { coming.mono.since(shown.mono).as_secs_f64() } else { 0.0 }
            });
            let wait = Duration::from_secs_f64(gap.clamp(0.01, PATIENCE) / f64::from(self.speed));
            if !self.deck.step() {
                self.play = None;
                return true;
            }
            due += wait;
            moved = true;
        }
        self.play = Some(if due + Duration::from_secs(1) < begun { begun } else { due });
        moved
    }

    fn shown(&mut self) -> Shown {
        self.sent = Some(Instant::now());
        let (picture, labels) = self.deck.shown();
        let Picture { snapshot, history } = picture;
        Shown {
            number: self.deck.next().saturating_sub(1),
            picture: Picture { snapshot: snapshot.clone(), history: history.clone() },
            labels: (**labels).clone(),
            playing: self.play.is_some(),
            waiting: self.wanted.is_some(),
        }
    }
}
