//! Rounds of killing.

use std::path::{Path, PathBuf};
use std::process::Child;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::check::{Found, check};
use crate::history::History;
use crate::journal::{self, Line};
use crate::place::Place;
use crate::seeded::Seeded;
use crate::worker::Errand;

/// Rounds on one place before another one is taken, so that reading it whole after each stays cheap.
pub(crate) const OF_A_PLACE: u64 = 20;

/// How many rounds a long run has, and its seed.
pub(crate) fn settings() -> (u64, u64) {
    let number = |name: &str, default| std::env::var(name).map_or(default, |text| text.parse().unwrap());
    (number("GUARD_TORTURE_ROUNDS", 500), number("GUARD_TORTURE_SEED", 1))
}

/// What is asked of a place.
impl Place {
    /// The most processes that work on it at once.
    fn processes(&self) -> u64 {
        match self {
            Self::Sqlite { shared: false, .. } => 1,
            _ => 2,
        }
    }

    /// How many milliseconds a process works at the most.
    fn life_ms(&self) -> u64 {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres { .. } => 300,
            _ => 120,
        }
    }

    /// Whether the events of one call are kept together or not at all, and numbered without gaps.
    fn is_database(&self) -> bool {
        match self {
            #[cfg(feature = "nats")]
            Self::Nats { .. } => false,
            _ => true,
        }
    }

    /// Waits until the server has ended what a process that was killed had asked for.
    async fn quiet(&self) {
        match self {
            #[cfg(feature = "postgres")]
            Self::Postgres { url } => {
                use sqlx::{Connection, PgConnection};

                let mut connection = PgConnection::connect(url).await.unwrap();
                let others = "SELECT COUNT(*) FROM pg_stat_activity \
                              WHERE datname = current_database() AND pid <> pg_backend_pid()";
                while sqlx::query_scalar::<_, i64>(others)
                    .fetch_one(&mut connection)
                    .await
                    .unwrap()
                    > 0
                {
                    tokio::time::sleep(std::time::Duration::from_millis(5)).await;
                }
                connection.close().await.unwrap();
            }
            // It reads what was sent to it, and knows nobody's answer.
            #[cfg(feature = "nats")]
            Self::Nats { .. } => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            Self::Sqlite { .. } => {}
        }
    }
}

/// A process that dies with this value, so that none outlives a test that fails.
struct Process(Child);

impl Drop for Process {
    fn drop(&mut self) {
        // On Unix this is SIGKILL.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Process {
    /// Kills it; nothing but this may end it.
    fn kill(&mut self) {
        let ended = self.0.try_wait().unwrap();
        assert!(ended.is_none(), "the process ended by itself: {ended:?}");
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

/// What a run came to.
#[derive(Debug, Default)]
pub(crate) struct Run {
    pub(crate) rounds: u64,
    pub(crate) killed: u64,
    pub(crate) servers_killed: u64,
    pub(crate) found: Found,
}

/// The processes of one place, one round after the other.
pub(crate) struct Rounds<'t> {
    /// The test that does errands.
    pub(crate) test: &'t str,
    pub(crate) seed: u64,
    /// The number of the first round.
    pub(crate) first: u64,
    pub(crate) place: Place,
    journals: TempDir,
    history: History,
    found: Found,
}

impl<'t> Rounds<'t> {
    pub(crate) fn new(test: &'t str, seed: u64, first: u64, place: Place) -> Self {
        let journals = TempDir::new().unwrap();
        Self {
            test,
            seed,
            first,
            place,
            journals,
            history: History::default(),
            found: Found::default(),
        }
    }

    fn errand(&self, number: u64, times: Option<u64>) -> Errand {
        Errand {
            place: self.place.clone(),
            journal: self.journals.path().join(number.to_string()),
            seed: self.seed.wrapping_add(self.first),
            number,
            times,
        }
    }

    /// One round, in which `kill_server` is called where the seed says so, and gives how many processes were killed.
    pub(crate) async fn round(&mut self, round: u64, kill_server: Option<&mut dyn FnMut()>) -> u64 {
        let mut numbers = Seeded::of(self.seed, self.first + round);
        let processes = 1 + numbers.below(self.place.processes());
        let errands: Vec<Errand> = (0..processes)
            .map(|process| self.errand(2 * round + process, None))
            .collect();
        let mut running: Vec<Process> = errands.iter().map(|errand| Process(errand.start(self.test))).collect();
        if let Some(kill_server) = kill_server {
            errands.iter().for_each(|errand| wait_for_lines(&errand.journal));
            pause(numbers.below(self.place.life_ms()));
            kill_server();
            pause(numbers.below(200));
        } else if numbers.percent(15) {
            // Also while the place is opened, or made.
            pause(numbers.below(40));
        } else {
            errands.iter().for_each(|errand| wait_for_lines(&errand.journal));
            pause(numbers.below(self.place.life_ms()));
        }
        for process in &mut running {
            process.kill();
            pause(numbers.below(20));
        }
        drop(running);
        self.check(round, &errands).await;
        processes
    }

    /// One round in which every process does so much and ends, and everything has an answer.
    pub(crate) async fn quiet_round(&mut self, round: u64, times: u64) {
        let errands: Vec<Errand> = (0..self.place.processes())
            .map(|process| self.errand(2 * round + process, Some(times)))
            .collect();
        let running: Vec<Process> = errands.iter().map(|errand| Process(errand.start(self.test))).collect();
        for mut process in running {
            assert!(process.0.wait().unwrap().success());
        }
        self.check(round, &errands).await;
        assert_eq!(self.found.unheard, 0, "{:?}", self.found);
    }

    /// One round of one process that goes on until something else was done.
    pub(crate) async fn round_beside(&mut self, done: impl AsyncFnOnce()) {
        let errand = self.errand(0, None);
        let mut running = Process(errand.start(self.test));
        wait_for_lines(&errand.journal);
        done().await;
        pause(100);
        running.kill();
        self.check(0, &[errand]).await;
    }

    async fn check(&mut self, round: u64, errands: &[Errand]) {
        let checked = self.checked(errands).await;
        let (seed, first) = (self.seed, self.first);
        self.found = checked.unwrap_or_else(|why| {
            let journals = keep(self.journals.path());
            panic!(
                "seed {seed}, round {}: {why}; the journals are in {}",
                first + round,
                journals.display()
            )
        });
    }

    async fn checked(&mut self, errands: &[Errand]) -> Result<Found, String> {
        for errand in errands {
            self.history.add(journal::read(&errand.journal))?;
        }
        self.place.quiet().await;
        let stores = self.place.open().await.map_err(|error| format!("{error:?}"))?;
        check(&stores, self.place.is_database(), &mut self.history).await
    }

    /// What the place has, and what was said of it.
    pub(crate) fn into_parts(self) -> (Place, History, Found) {
        (self.place, self.history, self.found)
    }
}

/// For whoever looks for the fault.
fn keep(journals: &Path) -> PathBuf {
    let kept = std::env::temp_dir().join(format!("guard-torture-{}", std::process::id()));
    std::fs::create_dir_all(&kept).unwrap();
    for journal in std::fs::read_dir(journals).unwrap().flatten() {
        std::fs::copy(journal.path(), kept.join(journal.file_name())).unwrap();
    }
    kept
}

fn wait_for_lines(journal: &Path) {
    let start = Instant::now();
    while journal::read(journal).first() != Some(&Line::Open) {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "the process does not open its stores"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn pause(ms: u64) {
    std::thread::sleep(Duration::from_millis(ms));
}

impl Run {
    pub(crate) fn tell(&self, backend: &str, seed: u64) {
        let Self {
            rounds,
            killed,
            servers_killed,
            found,
        } = self;
        eprintln!("{backend}, seed {seed}: {rounds} rounds, {killed} processes and {servers_killed} servers killed");
        eprintln!("  found: {found:?}");
    }
}
