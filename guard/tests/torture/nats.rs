//! NATS JetStream: processes that append to one stream are killed, or the server is.

use crate::place::Place;
use crate::rounds::{Rounds, settings};
use crate::server;
use crate::servers::Torture;
use crate::worker::Errand;

/// The test that does errands.
const ERRANDS: &str = "nats::what_nobody_kills_is_whole";

async fn run(rounds: u64, seed: u64, kills: u64) {
    let torture = Torture {
        backend: "JetStream",
        test: ERRANDS,
        rounds,
        seed,
        kills,
    };
    torture
        .run(server::start_nats, async |port| Place::new_stream(port))
        .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e52_killed_processes_and_a_killed_server_lose_and_double_nothing() {
    run(4, 7, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: 500 rounds, or GUARD_TORTURE_ROUNDS"]
async fn many_rounds_on_jetstream() {
    let (rounds, seed) = settings();
    run(rounds, seed, 2).await;
}

/// Also what the other tests start, with an errand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_kills_is_whole() {
    if let Some(errand) = Errand::of_this_process() {
        return errand.run().await;
    }
    let Some(server) = server::start_nats() else { return };
    Rounds::new(ERRANDS, 3, 0, Place::new_stream(server.port))
        .quiet_round(0, 20)
        .await;
}
