//! The writer's commit latency, in pairs of runs with and without the monitor.

use crate::Site;
use crate::common::Writer;

const PAIRS: usize = 6;
/// At half a millisecond and more for each these take over six seconds: sixty samples and a question
/// to SQLite.
const COMMITS: usize = 11_000;

/// The times of [`COMMITS`] commits in microseconds, sorted.
fn commits(writer: &mut Writer) -> Vec<f64> {
    let answer = writer.ask(&format!("commits {COMMITS}"));
    let mut times: Vec<f64> = answer.split(' ').map(|time| time.parse().unwrap()).collect();
    times.sort_by(f64::total_cmp);
    times
}

fn quantile(sorted: &[f64], share: f64) -> f64 {
    sorted[((sorted.len() - 1) as f64 * share) as usize]
}

/// The ratio of each pair, sorted: its middle and the middle half of it tell what is there beside
/// the machine's own ups and downs.
fn print(name: &str, pairs: &[(f64, f64)]) {
    let mut ratios: Vec<f64> = pairs.iter().map(|(without, with)| with / without).collect();
    ratios.sort_by(f64::total_cmp);
    let middle = |pick: fn(&(f64, f64)) -> f64| {
        let mut all: Vec<f64> = pairs.iter().map(pick).collect();
        all.sort_by(f64::total_cmp);
        quantile(&all, 0.5)
    };
    println!(
        "{name}: without {:.1} µs, with {:.1} µs, ratio {:.3} (half of the pairs within {:.3} to {:.3})",
        middle(|pair| pair.0),
        middle(|pair| pair.1),
        quantile(&ratios, 0.5),
        quantile(&ratios, 0.25),
        quantile(&ratios, 0.75)
    );
}

/// `cargo test --release --test harm -- --ignored --nocapture latency` prints the figures.
#[test]
#[ignore = "minutes of measuring"]
fn commit_latency_with_and_without_the_monitor() {
    let mut site = Site::new();
    commits(&mut site.writer);
    for (title, synchronous, watched) in [
        ("control, never watched, synchronous=NORMAL", "NORMAL", false),
        ("monitor at 0.1 s, synchronous=NORMAL", "NORMAL", true),
        ("monitor at 0.1 s, synchronous=FULL (each commit waits for the disk)", "FULL", true),
    ] {
        site.writer.order(&format!("PRAGMA synchronous={synchronous}"));
        let (mut middle, mut high) = (Vec::new(), Vec::new());
        for pair in 0..PAIRS {
            // Whatever drifts, drifts against both in turn.
            let mut runs = [false, true];
            if pair % 2 == 1 {
                runs.reverse();
            }
            let mut times = [Vec::new(), Vec::new()];
            for second in runs {
                let monitor = (second && watched).then(|| site.watch());
                times[usize::from(second)] = commits(&mut site.writer);
                drop(monitor);
            }
            middle.push((quantile(&times[0], 0.5), quantile(&times[1], 0.5)));
            high.push((quantile(&times[0], 0.99), quantile(&times[1], 0.99)));
        }
        println!("{title}: {PAIRS} pairs of {COMMITS} commits each");
        print("  p50", &middle);
        print("  p99", &high);
    }
}
