//! Cases by several threads; the order of the results is that of the cases.

use std::sync::Mutex;
use std::thread;

use crate::base::Base;
use crate::case::Case;
use crate::score;
use crate::table::Result;

/// Runs every case.
pub fn run(cases: Vec<Case>, base: &Base) -> Vec<Result> {
    let threads = thread::available_parallelism().map_or(1, usize::from);
    let total = cases.len();
    let queue = Mutex::new(cases.into_iter().enumerate());
    let done = Mutex::new(Vec::with_capacity(total));
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let next = queue.lock().ok().and_then(|mut queue| queue.next());
                    let Some((number, case)) = next else { return };
                    let (ours, perf) = score::run(&case, base);
                    if let Ok(mut done) = done.lock() {
                        done.push((number, Result { case, ours, perf }));
                    }
                }
            });
        }
    });
    let mut done = done.into_inner().unwrap_or_default();
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}
