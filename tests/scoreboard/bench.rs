//! The scoreboard: `cargo bench --bench scoreboard` prints the table; with `-- --check` its exit status
//! says whether every promise was kept.

// Parts of the modules are for the tests alone.
#![allow(dead_code, missing_docs, clippy::unwrap_used, clippy::expect_used)]

mod base;
mod case;
mod cases;
mod chance;
mod crew;
mod recordings;
mod score;
mod site;
mod table;

use std::process::ExitCode;
use std::time::Instant;

use base::Base;

fn main() -> ExitCode {
    let began = Instant::now();
    // `--seed=7` lets all chances fall otherwise, so that nothing is tuned to one outcome of them.
    let seed = std::env::args().find_map(|word| word.strip_prefix("--seed=")?.parse().ok()).unwrap_or(0);
    let wanted: Vec<String> = std::env::args().skip(1).filter(|word| !word.starts_with("--")).collect();
    // A whole day, looked at without a break.
    let base = Base::live(7 + seed, 24, 3600);
    let mut cases = cases::all();
    cases.extend(cases::other_intervals());
    cases.extend(cases::long(6.0 * 3600.0));
    cases.push(cases::life(7));
    cases.retain(|case| wanted.is_empty() || wanted.iter().any(|word| case.to_string().contains(word)));
    let cases = cases.into_iter().map(|case| case.reseed(seed)).collect();
    let mut results = crew::run(cases, &base);
    if wanted.is_empty() {
        results.extend(recordings::score());
    }
    let complaints: Vec<String> = results.iter().flat_map(table::complaints).collect();
    println!("{}", table::table(&results));
    for complaint in &complaints {
        println!("{complaint}");
    }
    let samples: f64 = results.iter().map(|result| result.case.secs).sum();
    println!(
        "{samples} samples in {:.1} s, {} promises broken",
        began.elapsed().as_secs_f64(),
        complaints.len()
    );
    let check = std::env::args().any(|word| word == "--check");
    if check && !complaints.is_empty() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}
