//! What is taken out by itself, on every backend.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use guard::clock::Clock;
use guard::context::OpaqueId;
use guard::store::{
    BudgetAccount, Cap, ChargeKey, ChargeState, Cost, Memory, NewEvent, NoEventLog, Read, Reservation, Retention,
    Settlement, Stores, StreamKey, Swept, TicketEntry, Upkeep,
};

use crate::support::stream;

const HOUR: u64 = 3_600;
const NOW: u64 = 1_800_000_000;

/// A clock that a test sets, in seconds.
#[derive(Debug, Clone)]
struct Hand(Arc<AtomicU64>);

impl Hand {
    fn new() -> Self {
        Self(Arc::new(AtomicU64::new(NOW)))
    }
}

impl Clock for Hand {
    fn wall(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.0.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Duration {
        Duration::ZERO
    }
}

fn id(text: &str) -> OpaqueId {
    OpaqueId::parse(text).unwrap()
}

fn named(kind: &str, name: &str) -> StreamKey {
    StreamKey {
        kind: id(kind),
        id: id(name),
        ..stream()
    }
}

async fn append(stores: &Stores, stream: &StreamKey, at_s: &[u64]) {
    let event = |at_s: &u64| NewEvent {
        at_ms: at_s * 1_000,
        body: at_s.to_string(),
    };
    let log = stores.event_log().unwrap();
    log.append(stream, at_s.iter().map(event).collect()).await.unwrap();
}

async fn kept(stores: &Stores, stream: &StreamKey) -> Vec<u64> {
    let log = stores.event_log().unwrap();
    let Read::Events(events) = log.read(stream, None, 1_000).await.unwrap() else {
        panic!("no cursor was given");
    };
    events.iter().map(|event| event.body.parse().unwrap()).collect()
}

/// Events go by age and count of their kind, the newest never; a clock that steps back takes out nothing young.
pub(crate) async fn prunes_events(stores: &Stores) {
    let clock = Hand::new();
    let (chat, other, counted, spared) = (
        named("chat", "a"),
        named("chat", "b"),
        named("canvas", "a"),
        named("notes", "a"),
    );
    append(stores, &chat, &[NOW - 3 * HOUR, NOW - 2 * HOUR, NOW - HOUR, NOW]).await;
    append(stores, &other, &[1]).await;
    append(stores, &counted, &[5, 4, 3, 2, 1]).await;
    append(stores, &spared, &[1, 2]).await;
    let by_age = Retention {
        max_age: Some(Duration::from_secs(HOUR)),
        max_count: None,
    };
    let by_count = Retention {
        max_age: None,
        max_count: Some(2),
    };
    let upkeep = Upkeep::of(stores)
        .clock(clock.clone())
        .events(id("chat"), by_age)
        .events(id("canvas"), by_count);
    assert_eq!(upkeep.once().await.unwrap().events, 5);
    assert_eq!(kept(stores, &chat).await, [NOW - HOUR, NOW]);
    assert_eq!(kept(stores, &other).await, [1]);
    assert_eq!(kept(stores, &counted).await, [2, 1]);
    assert_eq!(kept(stores, &spared).await, [1, 2]);
    clock.0.store(NOW - 2 * HOUR, Ordering::SeqCst);
    append(stores, &chat, &[NOW - 2 * HOUR]).await;
    assert_eq!(upkeep.once().await.unwrap(), Swept::default());
    clock.0.store(NOW + HOUR, Ordering::SeqCst);
    assert_eq!(upkeep.once().await.unwrap().events, 1);
    // What is old stands behind what is young, so it stays until that goes.
    assert_eq!(kept(stores, &chat).await, [NOW, NOW - 2 * HOUR]);
}

/// Tickets go some minutes after their end, charges when they were kept for long enough; what is held stays.
pub(crate) async fn forgets_tickets_and_charges(stores: &Stores) {
    let clock = Hand::new();
    let upkeep = Upkeep::of(stores)
        .clock(clock.clone())
        .charges(Duration::from_secs(24 * HOUR));
    let (tickets, budget) = (stores.used_tickets().unwrap(), stores.budget_store().unwrap());
    let scope = stream().scope;
    for (jti, end) in [("old", NOW - 400), ("just", NOW - 200), ("young", NOW + 60)] {
        assert_eq!(
            tickets.use_once(&scope.tenant, &id(jti), end).await.unwrap(),
            TicketEntry::First
        );
    }
    let account = BudgetAccount {
        scope: scope.clone(),
        currency: "EUR".parse().unwrap(),
        name: "total".to_owned(),
    };
    let one = Cost::from_micros(1).unwrap();
    let key = |request: &str| ChargeKey {
        tenant: scope.tenant.clone(),
        request_id: id(request),
        route: "POST /renders".to_owned(),
    };
    for (request, end, is_settled) in [
        ("settled", NOW - 25 * HOUR, true),
        ("young", NOW - 23 * HOUR, true),
        ("held", NOW - 25 * HOUR, false),
    ] {
        let reservation = Reservation {
            key: key(request),
            amount: one,
            caps: vec![Cap {
                account: account.clone(),
                limit: Cost::MAX,
            }],
            expires_at_ms: end * 1_000,
        };
        budget.reserve(reservation).await.unwrap();
        if is_settled {
            let settlement = Settlement {
                key: key(request),
                cost: one,
                usage: Vec::new(),
            };
            budget.settle(settlement).await.unwrap();
        }
    }
    let before = budget.balance(&account).await.unwrap();
    let swept = upkeep.once().await.unwrap();
    assert_eq!(
        swept,
        Swept {
            events: 0,
            tickets: 1,
            charges: 1
        }
    );
    for jti in ["old", "just", "young"] {
        let again = tickets.use_once(&scope.tenant, &id(jti), NOW - 400).await.unwrap();
        assert_eq!(again, TicketEntry::Used, "{jti}");
    }
    assert_eq!(budget.charge(&key("settled")).await.unwrap(), None);
    for request in ["young", "held"] {
        assert!(budget.charge(&key(request)).await.unwrap().is_some(), "{request}");
    }
    assert_eq!(budget.balance(&account).await.unwrap(), before);
    assert_eq!(upkeep.once().await.unwrap(), Swept::default());
}

/// Something in the tables of version 1, beside a stream: its event, a charge that is settled, a ticket.
pub(crate) const VERSION_1: &str = "\
    CREATE TABLE guard_schema (version BIGINT NOT NULL PRIMARY KEY); \
    INSERT INTO guard_schema VALUES (1); \
    INSERT INTO guard_event (stream, seq, tag, at_ms, body) SELECT id, 1, 7, 1000, '1' FROM guard_stream; \
    INSERT INTO guard_charge (tenant, request_id, route, state, amount, expires_at_ms) \
        VALUES ('t_acme', 'r_1', 'POST /renders', 'settled', 5, 1000); \
    INSERT INTO guard_ticket VALUES ('t_acme', 'j_1', 9000000000)";

/// Whether what version 1 kept is there, and can be forgotten as anything else.
pub(crate) async fn has_what_version_1_had(stores: &Stores) {
    let scope = stream().scope;
    assert_eq!(kept(stores, &stream()).await, [1]);
    let (tickets, jti) = (stores.used_tickets().unwrap(), id("j_1"));
    let used = tickets.use_once(&scope.tenant, &jti, 9_000_000_000);
    assert_eq!(used.await.unwrap(), TicketEntry::Used);
    let budget = stores.budget_store().unwrap();
    let key = ChargeKey {
        tenant: scope.tenant,
        request_id: id("r_1"),
        route: "POST /renders".to_owned(),
    };
    let settled = ChargeState::Settled(Cost::from_micros(5).unwrap());
    assert_eq!(budget.charge(&key).await.unwrap(), Some(settled));
    assert_eq!(budget.forget_charges(999).await.unwrap(), 0);
}

#[tokio::test]
async fn memory_is_kept_small() {
    let stores = Stores::of(Memory::default());
    forgets_tickets_and_charges(&stores).await;
    prunes_events(&stores).await;
}

#[tokio::test(start_paused = true)]
async fn upkeep_goes_on_until_it_is_dropped() {
    let stores = Stores::of(Memory::default());
    let chat = named("chat", "a");
    let one = Retention {
        max_count: Some(1),
        ..Retention::default()
    };
    let upkeep = Upkeep::of(&stores).events(id("chat"), one);
    let task = upkeep.clone().start().unwrap();
    for last in 2..5 {
        append(&stores, &chat, &[0, last]).await;
        tokio::time::sleep(Duration::from_secs(61)).await;
        assert_eq!(kept(&stores, &chat).await, [last]);
    }
    drop(task);
    append(&stores, &chat, &[0, 1]).await;
    tokio::time::sleep(Duration::from_secs(600)).await;
    assert_eq!(kept(&stores, &chat).await, [4, 0, 1]);

    let none = Upkeep::of(&Stores::default());
    drop(none.clone().start().unwrap());
    let error = none.events(id("chat"), one).start().unwrap_err();
    assert_eq!(error, NoEventLog);
    assert!(error.to_string().contains("Stores::events"), "{error}");
}
