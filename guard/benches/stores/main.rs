//! What the event log costs over the database under it: `cargo bench -p guard --all-features --bench stores`, and after
//! `--` the names of some databases for these alone: `sqlite`, `postgres`, `nats`.
//!
//! Each line is one database: events are appended in batches, or 10,000 are read, through the log and by the plainest
//! statements of the same driver with the same commit settings. Both are measured in turn, in one run, so that what else
//! the machine does falls on both. The first ratio is that of the fastest round of either side, since what else is done only
//! ever adds; the second is the median of the rounds' own ratios, for a disk whose commits take now this long and now that.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a benchmark prints, and may panic"
)]

mod nats;
mod postgres;
#[path = "../../tests/stores/server.rs"]
mod server;
mod sqlite;

use std::time::{Duration, Instant};

use futures_util::future::join_all;
use guard::context::{Mode, OpaqueId, ProjectId, TenantId};
use guard::store::{EventLog, NewEvent, Read, Scope, StreamKey};

/// Events that are replayed.
const REPLAYED: usize = 10_000;

/// Rounds, each of one measurement of either side.
const ROUNDS: usize = 25;

/// Who appends at the same time; the other side inserts that many events one by one in one transaction.
const APPENDERS: usize = 16;

/// The events of an append.
const BATCHES: [usize; 3] = [1, 16, 128];

#[tokio::main]
async fn main() {
    println!(
        "{:<34} {:>12} {:>12} {:>8} {:>8}",
        "", "guard", "raw", "ratio", "median"
    );
    let named: Vec<String> = std::env::args().skip(1).filter(|name| !name.starts_with('-')).collect();
    let is_wanted = |name: &str| named.is_empty() || named.iter().any(|wanted| wanted == name);
    if is_wanted("sqlite") {
        sqlite::measure().await;
    }
    if is_wanted("postgres") {
        postgres::measure().await;
    }
    if is_wanted("nats") {
        nats::measure().await;
    }
}

fn stream(id: &str) -> StreamKey {
    StreamKey {
        scope: Scope {
            tenant: TenantId::parse("t_acme").unwrap(),
            mode: Mode::Saas,
            project: ProjectId::parse("p").unwrap(),
        },
        kind: OpaqueId::parse("chat").unwrap(),
        id: OpaqueId::parse(id).unwrap(),
    }
}

/// Events of about 300 bytes, as a chat has them.
fn batch(size: usize) -> Vec<NewEvent> {
    let event = |n: usize| NewEvent {
        at_ms: n as u64,
        body: format!(
            r#"{{"v":1,"type":"message","data":{{"n":{n},"text":"{}"}}}}"#,
            "word ".repeat(50)
        ),
    };
    (0..size).map(event).collect()
}

/// Whatever can be measured beside the log.
trait Raw {
    /// Commits a batch.
    async fn append(&mut self, events: &[NewEvent]);

    /// Reads so many events, oldest first, and says how many there were.
    async fn read(&mut self, count: usize) -> usize;
}

async fn compare(name: &str, log: &impl EventLog, raw: &mut impl Raw) {
    let appended = stream("appended");
    for size in BATCHES {
        let rounds = 8.max(64 / size);
        let mut times = (Vec::new(), Vec::new());
        for _ in 0..ROUNDS {
            let start = Instant::now();
            for _ in 0..rounds {
                log.append(&appended, batch(size)).await.unwrap();
            }
            times.0.push(start.elapsed() / rounds as u32);
            let start = Instant::now();
            for _ in 0..rounds {
                raw.append(&batch(size)).await;
            }
            times.1.push(start.elapsed() / rounds as u32);
        }
        report(&format!("{name}: append {size}"), times);
    }

    let replayed = stream("replayed");
    for _ in 0..REPLAYED / 1_000 {
        log.append(&replayed, batch(1_000)).await.unwrap();
        raw.append(&batch(1_000)).await;
    }
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let Read::Events(events) = log.read(&replayed, None, REPLAYED).await.unwrap() else {
            panic!("no cursor was given");
        };
        assert_eq!(events.len(), REPLAYED);
        times.0.push(start.elapsed());
        let start = Instant::now();
        assert_eq!(raw.read(REPLAYED).await, REPLAYED);
        times.1.push(start.elapsed());
    }
    report(&format!("{name}: read {REPLAYED}"), times);
}

/// Requests append beside each other, and what waits at the same time is committed together.
async fn compare_grouped(name: &str, log: &impl EventLog, raw: &mut sqlite::Table) {
    let appended = stream("grouped");
    let mut times = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let appends = (0..APPENDERS).map(|_| async {
            for _ in 0..8 {
                log.append(&appended, batch(1)).await.unwrap();
            }
        });
        join_all(appends).await;
        times.0.push(start.elapsed() / 8);
        let start = Instant::now();
        for _ in 0..8 {
            raw.append_one_by_one(&batch(APPENDERS)).await;
        }
        times.1.push(start.elapsed() / 8);
    }
    report(&format!("{name}: {APPENDERS} append 1 each"), times);
}

fn report(name: &str, (guard, raw): (Vec<Duration>, Vec<Duration>)) {
    let mut ratios: Vec<f64> = guard
        .iter()
        .zip(&raw)
        .map(|(guard, raw)| raw.as_secs_f64() / guard.as_secs_f64())
        .collect();
    ratios.sort_by(f64::total_cmp);
    let median = ratios[ratios.len() / 2];
    let (guard, raw) = (guard.into_iter().min().unwrap(), raw.into_iter().min().unwrap());
    let ratio = raw.as_secs_f64() / guard.as_secs_f64();
    println!("{name:<34} {guard:>12.1?} {raw:>12.1?} {ratio:>8.2} {median:>8.2}");
}
