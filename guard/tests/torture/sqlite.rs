//! SQLite: the process that has the file is killed, or two that share it.

use guard::store::{EventId, OpenError};
use tempfile::TempDir;

use crate::check::check;
use crate::history::History;
use crate::place::Place;
use crate::rounds::{OF_A_PLACE, Rounds, Run, settings};
use crate::worker::Errand;

/// The test that does errands.
const ERRANDS: &str = "sqlite::what_nobody_kills_is_whole_and_the_check_sees_what_is_not";

fn folder() -> TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap()
}

fn place(folder: &TempDir, shared: bool) -> Place {
    Place::Sqlite {
        path: folder.path().join("guard.db"),
        shared,
    }
}

async fn run(rounds: u64, seed: u64) {
    let mut run = Run::default();
    for first in (0..rounds).step_by(OF_A_PLACE as usize) {
        let folder = folder();
        // Every third place is of one process that has it alone.
        let shared = first / OF_A_PLACE % 3 != 2;
        let mut of_place = Rounds::new(ERRANDS, seed, first, place(&folder, shared));
        for round in 0..OF_A_PLACE.min(rounds - first) {
            run.killed += of_place.round(round, None).await;
            run.rounds += 1;
        }
        run.found += of_place.into_parts().2;
    }
    run.tell("SQLite", seed);
    assert!(run.found.events > 0 && run.found.records > 0 && run.found.charges > 0 && run.found.tickets > 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn e52_g65_g71_killed_processes_lose_and_double_nothing() {
    run(8, 7).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "takes minutes: 500 rounds, or GUARD_TORTURE_ROUNDS"]
async fn many_rounds_on_sqlite() {
    let (rounds, seed) = settings();
    run(rounds, seed).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_second_process_is_refused_while_the_first_one_goes_on() {
    let folder = folder();
    let place = place(&folder, false);
    let mut rounds = Rounds::new(ERRANDS, 5, 0, place.clone());
    rounds
        .round_beside(async || {
            let error = place.open().await.unwrap_err();
            assert!(matches!(error, OpenError::InUse(_)), "{error}");
            let advice = error.to_string();
            assert!(advice.contains("shared") && advice.contains("PostgreSQL"), "{advice}");
        })
        .await;
    let found = rounds.into_parts().2;
    assert!(found.events > 0 && found.records > 0, "{found:?}");
}

/// What was said, as if the place had lost or doubled something.
type Bend = fn(&mut History);

/// Also what the other tests start, with an errand.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_nobody_kills_is_whole_and_the_check_sees_what_is_not() {
    if let Some(errand) = Errand::of_this_process() {
        return errand.run().await;
    }
    let folder = folder();
    let mut rounds = Rounds::new(ERRANDS, 3, 0, place(&folder, true));
    rounds.quiet_round(0, 20).await;
    let (place, history, found) = rounds.into_parts();
    assert!(found.charges > 0 && found.open > 0 && found.tickets >= 20, "{found:?}");

    let bends: [(&str, Bend); 9] = [
        ("is lost", |said| {
            let unknown = EventId::from_parts(1_000_000, 1).unwrap();
            said.appended.get_mut(&0).unwrap().push((unknown, 1, 1));
        }),
        ("were given the number", |said| {
            let events = said.appended.get_mut(&0).unwrap();
            let again = events[0];
            events.push(again);
        }),
        ("that nobody wrote", |said| said.appends.get_mut(&1).unwrap().clear()),
        ("are there", |said| said.appends.get_mut(&0).unwrap()[0].count += 1),
        ("is good again", |said| {
            let uses = crate::history::Uses {
                end: 9_000_000,
                firsts: 1,
                is_used: true,
            };
            said.tickets.insert("j_9_9".to_owned(), uses);
        }),
        ("the charge", |said| {
            let open = said
                .charges
                .values_mut()
                .find(|charge| charge.end.is_none() && charge.held == Some(true));
            open.unwrap().amount += 1;
        }),
        ("come to", |said| {
            let key = said
                .charges
                .iter()
                .find(|(_, charge)| charge.held == Some(true) && charge.end.is_none());
            let key = key.unwrap().0.clone();
            said.charges.remove(&key);
        }),
        ("Missing", |said| {
            let (hash, ..) = said.recorded[&1].clone();
            said.recorded.insert(1_000_000, (hash, 1, 1));
        }),
        ("is lost", |said| {
            said.stored.insert("metric 9".to_owned(), (1, 1));
        }),
    ];
    for (at, (expected, bend)) in bends.into_iter().enumerate() {
        let mut bent = history.clone();
        bend(&mut bent);
        let stores = place.open().await.unwrap();
        let checked = check(&stores, true, &mut bent).await;
        assert!(
            checked.as_ref().is_err_and(|why| why.contains(expected)),
            "{at}: {checked:?}"
        );
    }
}
