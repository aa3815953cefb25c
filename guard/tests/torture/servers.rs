//! Rounds on databases that have a server, which is killed now and then too.

use crate::place::Place;
use crate::rounds::{OF_A_PLACE, Rounds, Run};
use crate::server::Server;

/// How a backend is tortured.
pub(crate) struct Torture {
    pub(crate) backend: &'static str,
    /// The test that does errands.
    pub(crate) test: &'static str,
    pub(crate) rounds: u64,
    pub(crate) seed: u64,
    /// In so many of ten rounds the server is killed before the processes are.
    pub(crate) kills: u64,
}

impl Torture {
    /// Runs it, on a new server for each place, since one that comes back looks through all that it has. `place` makes a place
    /// on the server at a port. Nothing where there is no such server.
    pub(crate) async fn run(
        self,
        start: impl Fn() -> Option<Server>,
        place: impl AsyncFn(u16) -> Place,
    ) -> Option<Run> {
        let Self {
            backend,
            test,
            rounds,
            seed,
            kills,
        } = self;
        let mut run = Run::default();
        for first in (0..rounds).step_by(OF_A_PLACE as usize) {
            let mut server = Some(start()?);
            let place = place(server.as_ref().unwrap().port).await;
            let mut of_place = Rounds::new(test, seed, first, place);
            for round in 0..OF_A_PLACE.min(rounds - first) {
                let mut kill = || server = server.take().map(Server::killed_and_started_again);
                let is_killed = round % 10 >= 10 - kills;
                let kill_server = is_killed.then_some(&mut kill as &mut dyn FnMut());
                run.killed += of_place.round(round, kill_server).await;
                run.servers_killed += u64::from(is_killed);
                run.rounds += 1;
            }
            run.found += of_place.into_parts().2;
            run.tell(backend, seed);
        }
        assert!(run.servers_killed > 0 && run.found.events > 0);
        Some(run)
    }
}
