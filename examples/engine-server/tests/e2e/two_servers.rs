//! Two servers on one PostgreSQL and one NATS. `two-servers.sh --check` runs the same against servers that it has started.

use std::env;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use engine_server::places;
use guard::audit::{Verified, verify};
use guard::context::{Mode, ProjectId, TenantId};
use guard::gate::Policies;
use guard::store::{Scope, Stores};
use http::Version;
use serde_json::json;
use tokio::time::sleep;
use uuid::Uuid;

use crate::follower::{Follower, say, thread, ticket};
use crate::program::{SECRETS, listening, program};
use crate::server::{Server, start_nats, start_postgres};
use crate::support::*;

/// Two servers, what they stand on, and a token for both.
struct Pair {
    one: SocketAddr,
    other: SocketAddr,
    stores: Stores,
    token: String,
    // In the order in which they end.
    _programs: Vec<tokio::process::Child>,
    _servers: Vec<Server>,
}

impl Pair {
    /// Those that `ENGINE_SERVERS` names, with `GUARD_STORE` and `DEMO_LOGIN_SECRET`, or two that are started here. `None` on a
    /// machine that has no PostgreSQL or no NATS.
    async fn start() -> Option<Self> {
        if let Ok(named) = env::var("ENGINE_SERVERS") {
            let (one, other) = named
                .split_once(',')
                .expect("ENGINE_SERVERS is two addresses with a comma between");
            let (store, secret) = (env::var("GUARD_STORE").unwrap(), env::var("DEMO_LOGIN_SECRET").unwrap());
            let places = (one.parse().unwrap(), other.parse().unwrap());
            return Some(Self::of(places, &store, &secret, Vec::new(), Vec::new()).await);
        }
        let postgres = start_postgres(&[])?;
        let nats = start_nats()?;
        let store = format!("postgres://guard@127.0.0.1:{}/postgres", postgres.port);
        let events = format!("nats://127.0.0.1:{}", nats.port);
        let mut programs = Vec::new();
        let mut places = Vec::new();
        for _ in 0..2 {
            let mut command = program(&["--address", "127.0.0.1:0", "--mode", "lab,saas"]);
            command
                .envs(SECRETS)
                .env("GUARD_STORE", &store)
                .env("GUARD_EVENTS", &events);
            let (child, _, place) = listening(command).await;
            programs.push(child);
            places.push(place.parse().unwrap());
        }
        let places = (places[0], places[1]);
        Some(Self::of(places, &store, LOGIN_SECRET, programs, vec![postgres, nats]).await)
    }

    async fn of(
        (one, other): (SocketAddr, SocketAddr),
        store: &str,
        secret: &str,
        programs: Vec<tokio::process::Child>,
        servers: Vec<Server>,
    ) -> Self {
        let body = json!({"user": "owner", "secret": secret}).to_string();
        let answer = bare(Version::HTTP_11, "POST", "/auth/login")
            .json(&body)
            .send_to(one)
            .await;
        Self {
            one,
            other,
            stores: places::open(store, None).await.unwrap(),
            token: answer.ok()["token"].as_str().unwrap().to_owned(),
            _programs: programs,
            _servers: servers,
        }
    }

    async fn say(&self, address: SocketAddr, id: &str, text: &str) -> String {
        say(address, &self.token, id, text).await
    }

    async fn follow(&self, address: SocketAddr, id: &str) -> Follower {
        Follower::open(address, thread(id, &self.token)).await
    }
}

/// A thread that nobody has used.
fn fresh() -> String {
    format!("th_{}", Uuid::new_v4().simple())
}

#[tokio::test]
async fn two_servers_on_one_postgresql_and_nats_are_one_engine() {
    let Some(pair) = Pair::start().await else { return };
    what_is_said_at_one_is_seen_at_the_other(&pair).await;
    a_cursor_of_one_resumes_at_the_other(&pair).await;
    e41_a_ticket_that_one_took_the_other_refuses(&pair).await;
    g65_one_day_is_spent_once(&pair).await;
    g68_a_kill_switch_ends_streams_on_both_within_a_second(&pair).await;
    the_audit_of_both_is_one_chain(&pair).await;
}

async fn what_is_said_at_one_is_seen_at_the_other(pair: &Pair) {
    let id = fresh();
    pair.say(pair.one, &id, "before").await;
    let mut follower = pair.follow(pair.other, &id).await;
    assert_eq!(follower.texts(1).await.0, ["before"]);
    let begun = Instant::now();
    pair.say(pair.one, &id, "live").await;
    assert_eq!(follower.texts(1).await.0, ["live"]);
    assert!(begun.elapsed() < Duration::from_secs(5), "{:?}", begun.elapsed());
}

async fn a_cursor_of_one_resumes_at_the_other(pair: &Pair) {
    let id = fresh();
    for number in 0..20 {
        let address = if number % 2 == 0 { pair.one } else { pair.other };
        pair.say(address, &id, &number.to_string()).await;
    }
    let (texts, cursor) = pair.follow(pair.one, &id).await.texts(7).await;
    let resumed = thread(&id, &pair.token).with("last-event-id", &cursor);
    let mut follower = Follower::open(pair.other, resumed).await;
    pair.say(pair.one, &id, "20").await;
    let rest = follower.texts(14).await.0;
    let all: Vec<String> = (0..=20).map(|number| number.to_string()).collect();
    assert_eq!([texts, rest].concat(), all);

    // Of another thread it is unknown, at both.
    for address in [pair.one, pair.other] {
        let foreign = thread(&fresh(), &pair.token).with("last-event-id", &cursor);
        assert_eq!(
            foreign.send_to(address).await.error(),
            (410, "chat.cursor_invalid".to_owned())
        );
    }
}

async fn e41_a_ticket_that_one_took_the_other_refuses(pair: &Pair) {
    let path = format!("/sse/chat/{}", fresh());
    let ticket = ticket(pair.one, &pair.token, &path).await;
    let call = || bare(Version::HTTP_11, "GET", &format!("{path}?ticket={ticket}"));
    let opened = patient(call().open(pair.one)).await;
    assert_eq!(opened.status(), 200);
    assert_eq!(
        call().send_to(pair.other).await.error(),
        (401, "auth.ticket_replayed".to_owned())
    );
}

/// Twelve euros of holds ask at both servers at once for a day that has one.
async fn g65_one_day_is_spent_once(pair: &Pair) {
    let policies = Policies::load(pair.stores.policy_store().unwrap().clone())
        .await
        .unwrap();
    let rule = json!({"currency": "EUR", "daily_cap": "1"});
    put(&policies, guard::envelope::Gate::Budget, "render.start", rule).await;
    sleep(Duration::from_secs(1)).await;
    let mut rendered = 0;
    for round in 0..6 {
        let calls = (0..8).map(|number| {
            let body = json!({"width": 1, "height": 1, "points": [], "seed": round * 8 + number});
            let call = guarded(Version::HTTP_11, "POST", "/canvas/c_1/renders", &pair.token);
            let address = if number % 2 == 0 { pair.one } else { pair.other };
            call.json(&body.to_string()).send_to(address)
        });
        for answer in futures_util::future::join_all(calls).await {
            match answer.status {
                200 => rendered += 1,
                _ => assert_eq!(answer.error(), (403, "budget.daily_cap_exceeded".to_owned())),
            }
        }
        // What was held is settled after the answer.
        sleep(Duration::from_millis(300)).await;
    }
    // 0.25 is held for each, and each costs 0.08.
    assert_eq!(rendered, 10);
}

async fn g68_a_kill_switch_ends_streams_on_both_within_a_second(pair: &Pair) {
    let id = fresh();
    pair.say(pair.one, &id, "before").await;
    let mut followers = [pair.follow(pair.one, &id).await, pair.follow(pair.other, &id).await];
    for follower in &mut followers {
        follower.texts(1).await;
    }
    // As guardctl does it: in the store, which tells both.
    let policies = Policies::load(pair.stores.policy_store().unwrap().clone())
        .await
        .unwrap();
    kill(&policies, "chat.stream", true).await;
    let thrown = Instant::now();
    for follower in &mut followers {
        let last = follower.next().await.unwrap();
        assert_eq!(last.data["error"]["code"], "kill_switch.blocked");
        assert_eq!(follower.next().await, None);
    }
    assert!(thrown.elapsed() < Duration::from_secs(1), "{:?}", thrown.elapsed());
    kill(&policies, "chat.stream", false).await;
}

async fn the_audit_of_both_is_one_chain(pair: &Pair) {
    let scope = Scope {
        tenant: TenantId::parse("t_demo").unwrap(),
        mode: Mode::Lab,
        project: ProjectId::parse("launch").unwrap(),
    };
    let verified = verify(&**pair.stores.audit_store().unwrap(), &scope, None)
        .await
        .unwrap();
    assert!(matches!(verified, Verified::Whole { head: Some(_) }), "{verified:?}");
}
