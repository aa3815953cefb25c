//! PostgreSQL: processes that work on one database are killed, or the server is.

use crate::place::Place;
use crate::rounds::{Rounds, Run, settings};
use crate::server;
use crate::servers::Torture;
use crate::worker::Errand;

/// The test that does errands.
const ERRANDS: &str = "postgres::what_nobody_kills_is_whole";

async fn run(rounds: u64, seed: u64, kills: u64) {
    let torture = Torture {
        backend: "PostgreSQL",
        test: ERRANDS,
        rounds,
        seed,
        kills,
    };
    if let Some(Run { found, .. }) = torture.run(|| server::start_postgres(&[]), Place::new_database).await {
        assert!(found.records > 0 && found.charges > 0 && found.tickets > 0);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e52_g65_g71_killed_processes_and_a_killed_server_lose_and_double_nothing() {
    run(4, 7, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: 500 rounds, or GUARD_TORTURE_ROUNDS"]
async fn many_rounds_on_postgres() {
    let (rounds, seed) = settings();
    run(rounds, seed, 2).await;
}

/// Also what the other tests start, with an errand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_kills_is_whole() {
    if let Some(errand) = Errand::of_this_process() {
        return errand.run().await;
    }
    let Some(server) = server::start_postgres(&[]) else {
        return;
    };
    let place = Place::new_database(server.port).await;
    Rounds::new(ERRANDS, 3, 0, place).quiet_round(0, 20).await;
}
