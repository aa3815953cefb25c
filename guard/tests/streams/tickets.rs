//! Streams that a ticket opens.

use std::fmt::Write as _;
use std::sync::{Arc, Mutex};

use axum::extract::{OriginalUri, Request as AxumRequest};
use guard::context::{OpaqueId, RequestContext, ScopeRules, TenantId};
use guard::credential::Identity;
use guard::layer::Settings;
use guard::registry::{Engine, Route};
use guard::store::{Memory, UsedTickets};
use guard::stream::{Streams, Subscribe};
use guard::ticket::{TicketScope, TicketSecret, TicketUse, Tickets};
use http::HeaderMap;

use crate::support::*;

/// Used tickets in memory, which says that it is durable.
#[derive(Debug, Clone, Default)]
struct Used(Memory);

impl guard::store::Backend for Used {
    fn name(&self) -> &'static str {
        "Used"
    }

    fn durability(&self) -> guard::store::Durability {
        guard::store::Durability::Delayed
    }

    fn prove(&self) -> guard::store::StoreFuture<'_, ()> {
        self.0.prove()
    }
}

impl UsedTickets for Used {
    fn use_once<'a>(
        &'a self,
        tenant: &'a TenantId,
        jti: &'a OpaqueId,
        expires_at_s: u64,
    ) -> guard::store::StoreFuture<'a, guard::store::TicketEntry> {
        self.0.use_once(tenant, jti, expires_at_s)
    }

    fn forget(&self, now_s: u64) -> guard::store::StoreFuture<'_, u64> {
        self.0.forget(now_s)
    }
}

fn tickets(house: &House, uses: TicketUse) -> Tickets {
    let secret = TicketSecret::new("another secret of thirty-two bytes!").unwrap();
    Tickets::new([secret], uses).unwrap().clock(house.clock.clone())
}

pub(crate) fn single(house: &House) -> Tickets {
    tickets(house, TicketUse::Single(Arc::new(Used::default())))
}

/// The scope of a request whose token ends in an hour.
pub(crate) fn scope_of(more: &[(&'static str, &str)]) -> TicketScope {
    let mut headers = HeaderMap::new();
    let usual = [
        ("x-mode", "saas"),
        ("x-tenant-id", "t_acme"),
        ("x-project-id", "launch"),
        ("x-app-id", "studio"),
    ];
    for (name, value) in usual.iter().chain(more) {
        headers.insert(*name, value.parse().unwrap());
    }
    let tenant = TenantId::parse(headers["x-tenant-id"].as_bytes()).unwrap();
    let user = Identity::builder(OpaqueId::parse("u_1").unwrap())
        .tenant(tenant)
        .expires_at(NOW + 3_600);
    let user = Arc::new(user.build().unwrap());
    let id = OpaqueId::parse("r_1").unwrap();
    TicketScope::of(&RequestContext::from_headers(&headers, user, &ScopeRules::default(), id).unwrap())
}

pub(crate) fn issue(tickets: &Tickets, scope: &TicketScope) -> String {
    tickets.issue(scope).unwrap().expose_ticket().to_owned()
}

fn settings(house: &House, streams: &Streams, tickets: &Tickets) -> Settings {
    house.settings(streams).transport_tickets(tickets.clone())
}

pub(crate) fn engine_of(house: &House, streams: &Streams, tickets: &Tickets) -> Engine {
    engine(settings(house, streams, tickets))
}

#[tokio::test]
async fn e57_a_browser_without_headers_follows_and_comes_back() {
    let house = House::default();
    let (streams, tickets) = (house.streams().build(), single(&house));
    let engine = engine_of(&house, &streams, &tickets);
    let ids = publish(&streams, &stream("chat", "th_1"), 0..3).await;
    let path = |more: &str| format!("/sse/chat/th_1?ticket={}{more}", issue(&tickets, &scope_of(&[])));
    let mut client = Client::open(&engine, bare(&path(""))).await;
    publish(&streams, &stream("chat", "th_1"), 3..4).await;
    assert_eq!(client.numbers(1).await, [3]);
    let mut again = Client::open(&engine, bare(&path(&format!("&last_event_id={}", ids[1])))).await;
    assert_eq!(again.numbers(2).await, [2, 3]);
    let mut repeated = Client::open(&engine, bare(&path("&tenant_id=t_acme&project_id=launch"))).await;
    assert_eq!(repeated.next().await.unwrap().name, "resume_cursor");
}

#[tokio::test]
async fn e41_of_a_hundred_uses_one_wins() {
    let house = House::default();
    let (streams, tickets) = (house.streams().build(), single(&house));
    let engine = engine_of(&house, &streams, &tickets);
    let path = format!("/sse/chat/th_1?ticket={}", issue(&tickets, &scope_of(&[])));
    let mut uses = tokio::task::JoinSet::new();
    for _ in 0..100 {
        let (engine, path) = (engine.clone(), path.clone());
        uses.spawn(async move {
            let Ok(response) = tower::ServiceExt::oneshot(engine, bare(&path)).await;
            response.status().as_u16()
        });
    }
    let mut statuses = uses.join_all().await;
    statuses.sort_unstable();
    assert_eq!((statuses[0], statuses[1], statuses[99]), (200, 401, 401));
    is(refused(&engine, bare(&path)).await, 401, "auth.ticket_replayed");
    // Another engine on the same store.
    let restarted = engine_of(&house, &streams, &tickets);
    is(refused(&restarted, bare(&path)).await, 401, "auth.ticket_replayed");
}

#[tokio::test]
async fn e42_a_ticket_is_good_for_its_route_origin_and_scope() {
    let house = House::default();
    let (streams, tickets) = (house.streams().build(), single(&house));
    let engine = engine_of(&house, &streams, &tickets);
    let with_ticket = |path: &str, scope: &TicketScope| bare(&format!("{path}?ticket={}", issue(&tickets, scope)));
    let bound = scope_of(&[])
        .for_route("/sse/chat/th_1")
        .unwrap()
        .for_origin("https://app.example")
        .unwrap();
    let origin = |path: &str, origin: &str| with(with_ticket(path, &bound), "origin", origin);
    Client::open(&engine, origin("/sse/chat/th_1", "https://app.example")).await;
    for request in [
        origin("/sse/chat/th_2", "https://app.example"),
        origin("/sse/canvas/th_1", "https://app.example"),
        origin("/sse/chat/th_1", "https://evil.example"),
        origin("/sse/chat/th_1", "http://app.example"),
        with_ticket("/sse/chat/th_1", &bound),
    ] {
        is(refused(&engine, request).await, 401, "auth.ticket_invalid");
    }
    let free = scope_of(&[]);
    for (name, value) in [
        ("x-tenant-id", "t_other"),
        ("x-mode", "lab"),
        ("x-project-id", "other"),
        ("x-app-id", "other"),
        ("x-user-id", "u_2"),
    ] {
        let (status, code, envelope) = refused(&engine, with(with_ticket("/sse/chat/th_1", &free), name, value)).await;
        assert_eq!((status, &*code), (400, "auth.context_mismatch"), "{name}");
        assert_eq!(envelope["error"]["details"]["in"], "ticket");
    }
    for query in ["tenant_id=t_other", "mode=lab", "user_id=u_2"] {
        let request = bare(&format!("/sse/chat/th_1?ticket={}&{query}", issue(&tickets, &free)));
        is(refused(&engine, request).await, 400, "auth.context_mismatch");
    }
    // The tenant of a ticket is the tenant of the stream.
    publish(&streams, &stream("chat", "th_1"), 0..2).await;
    let mut foreign = Client::open(
        &engine,
        with_ticket("/sse/chat/from_start", &scope_of(&[("x-tenant-id", "t_other")])),
    )
    .await;
    streams.drain();
    assert_eq!(foreign.next().await.unwrap().name, "stream_end", "it has seen nothing");
}

#[tokio::test]
async fn e42_one_credential_of_one_kind() {
    let house = House::default();
    let (streams, tickets) = (house.streams().build(), single(&house));
    let engine = engine_of(&house, &streams, &tickets);
    let ticket = issue(&tickets, &scope_of(&[]));
    is(
        refused(&engine, bare("/sse/chat/th_1")).await,
        401,
        "auth.ticket_missing",
    );
    is(
        refused(&engine, get(&format!("/sse/chat/th_1?ticket={ticket}"))).await,
        400,
        "validation.error",
    );
    let twice = bare(&format!("/sse/chat/th_1?ticket={ticket}&ticket={ticket}"));
    is(refused(&engine, twice).await, 401, "auth.ticket_invalid");
    for nonsense in ["", "a.b", "ticket", &"a".repeat(5_000)] {
        let request = bare(&format!("/sse/chat/th_1?ticket={nonsense}"));
        is(refused(&engine, request).await, 401, "auth.ticket_invalid");
    }
    is(
        refused(&engine, bare(&format!("/plain?ticket={ticket}"))).await,
        401,
        "auth.token_missing",
    );
    is(
        refused(&engine, bare(&format!("/nowhere?ticket={ticket}"))).await,
        401,
        "auth.token_missing",
    );
    let as_token = with(bare("/sse/chat/th_1"), "authorization", &format!("Bearer {ticket}"));
    is(refused(&engine, as_token).await, 401, "auth.token_invalid");
    Client::open(&engine, bare(&format!("/sse/chat/th_1?ticket={ticket}"))).await;
    let without = house.engine(&streams);
    let request = bare(&format!("/sse/chat/th_1?ticket={}", issue(&tickets, &scope_of(&[]))));
    is(refused(&without, request).await, 401, "auth.ticket_missing");
}

#[tokio::test]
async fn e50_a_stream_ends_with_its_ticket() {
    let house = House::default();
    let (streams, tickets) = (house.streams().build(), single(&house));
    let engine = engine_of(&house, &streams, &tickets);
    let path = format!("/sse/chat/th_1?ticket={}", issue(&tickets, &scope_of(&[])));
    let mut client = Client::open(&engine, bare(&path)).await;
    house.clock.set(NOW + 300);
    publish(&streams, &stream("chat", "th_1"), 0..1).await;
    assert_eq!(
        client.next().await.unwrap().data["error"]["code"],
        "auth.ticket_expired"
    );
    let late = engine_of(&house, &streams, &tickets);
    is(refused(&late, bare(&path)).await, 401, "auth.ticket_expired");
}

#[tokio::test]
async fn h80_no_mode_but_lab_forgets_tickets() {
    let house = House::default();
    let streams = house.streams().build();
    let tickets = tickets(&house, TicketUse::Single(Arc::new(Memory::default())));
    let engine = engine_of(&house, &streams, &tickets);
    let request = |mode| {
        bare(&format!(
            "/sse/chat/th_1?ticket={}",
            issue(&tickets, &scope_of(&[("x-mode", mode)]))
        ))
    };
    is(refused(&engine, request("saas")).await, 403, "ticket.backend_forbidden");
    is(
        refused(&engine, request("enterprise")).await,
        403,
        "ticket.backend_forbidden",
    );
    Client::open(&engine, request("lab")).await;
}

#[tokio::test]
async fn multi_use_tickets_are_good_until_they_expire() {
    let house = House::default();
    let streams = house.streams().build();
    let multi = tickets(&house, TicketUse::Multi);
    let engine = engine_of(&house, &streams, &multi);
    let path = format!("/sse/chat/th_1?ticket={}", issue(&multi, &scope_of(&[])));
    Client::open(&engine, bare(&path)).await;
    Client::open(&engine, bare(&path)).await;
}

/// Everything that is logged, with every field.
#[derive(Debug, Clone, Default)]
struct Logged(Arc<Mutex<String>>);

impl tracing::field::Visit for Logged {
    fn record_debug(&mut self, field: &tracing::field::Field, value: &dyn std::fmt::Debug) {
        let _ = writeln!(self.0.lock().unwrap(), "{field}={value:?}");
    }
}

impl tracing::Subscriber for Logged {
    fn enabled(&self, _: &tracing::Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, span: &tracing::span::Attributes<'_>) -> tracing::span::Id {
        span.record(&mut self.clone());
        tracing::span::Id::from_u64(1)
    }

    fn record(&self, _: &tracing::span::Id, values: &tracing::span::Record<'_>) {
        values.record(&mut self.clone());
    }

    fn record_follows_from(&self, _: &tracing::span::Id, _: &tracing::span::Id) {}

    fn event(&self, event: &tracing::Event<'_>) {
        event.record(&mut self.clone());
    }

    fn enter(&self, _: &tracing::span::Id) {}

    fn exit(&self, _: &tracing::span::Id) {}
}

#[tokio::test]
async fn e43_nothing_logs_a_ticket_and_no_handler_sees_one() {
    let house = House::default();
    let (streams, tickets) = (house.streams().build(), single(&house));
    let seen = Arc::new(Mutex::new(String::new()));
    let kept = Arc::clone(&seen);
    let see = move |OriginalUri(uri): OriginalUri, request: AxumRequest| {
        let _ = write!(kept.lock().unwrap(), "{uri} {request:?}");
        async { Subscribe::to(OpaqueId::parse("th_1").unwrap()) }
    };
    let engine = Engine::new(
        settings(&house, &streams, &tickets),
        [Route::new(sse("/see", "chat"), see)],
    )
    .unwrap();
    let logged = Logged::default();
    let guard = tracing::subscriber::set_default(logged.clone());
    let ticket = issue(&tickets, &scope_of(&[]));
    // The last letter of a signature has bits that do not count.
    let (start, end) = ticket.split_at(ticket.len() - 2);
    let tampered = format!("{start}{}{}", if end.starts_with('A') { 'B' } else { 'A' }, &end[1..]);
    let address = |ticket: &str| format!("/see?a=1&ticket={ticket}&b=%26");
    let mut client = Client::open(&engine, bare(&address(&ticket))).await;
    is(
        refused(&engine, bare(&address(&ticket))).await,
        401,
        "auth.ticket_replayed",
    );
    is(
        refused(&engine, bare(&address(&tampered))).await,
        401,
        "auth.ticket_invalid",
    );
    house.clock.set(NOW + 300);
    streams.recheck();
    while client.next().await.is_some() {}
    is(
        refused(&engine, bare(&address(&ticket))).await,
        401,
        "auth.ticket_expired",
    );
    drop(guard);
    let (logged, seen) = (logged.0.lock().unwrap(), seen.lock().unwrap());
    assert!(logged.contains("request_id"), "something was logged: {logged}");
    assert!(seen.contains("/see?a=1&b=%26"), "{seen}");
    let canaries = [&ticket[..20], &ticket[ticket.len() - 20..]];
    for canary in canaries {
        assert!(!logged.contains(canary) && !seen.contains(canary), "{logged}\n{seen}");
    }
}
