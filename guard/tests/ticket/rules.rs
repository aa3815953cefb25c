//! What a ticket is good for, and what it is not.

use std::sync::Arc;
use std::time::Duration;

use guard::context::{Mode, ScopeHeaders};
use guard::store::{Memory, UsedTickets};
use guard::ticket::{
    Place, RedeemError, TicketError, TicketFault, TicketIssueError, TicketScope, TicketSecretError, TicketUse, Tickets,
    TicketsError,
};
use http::HeaderMap;
use proptest::prelude::*;

use crate::support::*;

const HERE: &str = "/sse/chat/th_1";

fn issued(scope: &TicketScope) -> String {
    tickets().issue(scope).unwrap().expose_ticket().to_owned()
}

fn fault(ticket: &str) -> TicketFault {
    match tickets().verify(ticket, Place::new(HERE)) {
        Err(TicketError::Invalid(fault)) => fault,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn single_use_is_once_for_whoever_shares_the_store() {
    let store: Arc<dyn UsedTickets> = Arc::new(Memory::default());
    let tickets = || {
        let uses = TicketUse::Single(Arc::clone(&store));
        Tickets::new([secret(SECRET)], uses).unwrap().clock(At(Some(NOW)))
    };
    let lab = TicketScope::of(&context_until(NOW + 3600, &[("x-mode", "lab")]));
    let issued = tickets().issue(&lab).unwrap();
    let redeem = async |tickets: Tickets| {
        let ticket = tickets.verify(issued.expose_ticket(), Place::new(HERE)).unwrap();
        tickets.redeem(&ticket).await
    };
    assert!(redeem(tickets()).await.is_ok());
    let again = redeem(tickets()).await.unwrap_err();
    assert!(matches!(again, RedeemError::Ticket(TicketError::Replayed)), "{again}");
    let saas = tickets().issue(&scope()).unwrap();
    let saas = tickets().verify(saas.expose_ticket(), Place::new(HERE)).unwrap();
    let forgets = tickets().redeem(&saas).await.unwrap_err();
    assert!(matches!(forgets, RedeemError::Forgetful(Mode::Saas)), "{forgets}");
}

#[test]
fn a_ring_is_needed() {
    assert_eq!(
        Tickets::new([], TicketUse::Multi).unwrap_err(),
        TicketsError::Secret(TicketSecretError::Empty)
    );
}

#[test]
fn it_ends_in_time_and_with_its_credential() {
    let ticket = issued(&scope());
    let at = |second| tickets_at(second).verify(&ticket, Place::new(HERE)).map(|_| ());
    assert_eq!(at(NOW), Ok(()));
    assert_eq!(at(NOW + 299), Ok(()));
    assert_eq!(at(NOW + 300), Err(TicketError::Expired));
    assert_eq!(at(NOW - 30), Ok(()), "the other clock is ahead");
    assert_eq!(at(NOW - 31), Err(TicketError::Invalid(TicketFault::Issued)));
    assert_eq!(TicketError::Expired.envelope().code(), "auth.ticket_expired");

    let short = tickets().issue(&TicketScope::of(&context_until(NOW + 7, &[]))).unwrap();
    assert_eq!(short.expires_in(), 7);
    let ended = tickets().issue(&TicketScope::of(&context_until(NOW, &[])));
    assert_eq!(ended.unwrap_err(), TicketIssueError::CredentialEnded);

    let kept = tickets().verify(&ticket, Place::new(HERE)).unwrap();
    let renewed = tickets_at(NOW + 200).issue(kept.scope()).unwrap();
    assert_eq!(renewed.expires_in(), 100, "a ticket does not prolong itself");
}

#[test]
fn lifetimes_are_bounded() {
    for (seconds, fits) in [(0, false), (1, true), (3600, true), (3601, false)] {
        let set = tickets().lifetime(Duration::from_secs(seconds));
        assert_eq!(set.is_ok(), fits, "{seconds}");
    }
    let long = tickets().lifetime(Duration::from_secs(3600)).unwrap();
    assert_eq!(long.issue(&scope()).unwrap().expires_in(), 3600);
}

#[test]
fn without_a_time_nothing_holds() {
    let ticket = issued(&scope());
    let lost = tickets().clock(At(None));
    assert_eq!(lost.issue(&scope()).unwrap_err(), TicketIssueError::NoTime);
    let error = lost.verify(&ticket, Place::new(HERE)).unwrap_err();
    assert_eq!(error, TicketError::Invalid(TicketFault::NoTime));
}

#[test]
fn bindings_hold_byte_for_byte() {
    let bound = scope()
        .for_route(HERE)
        .unwrap()
        .for_origin("https://app.example")
        .unwrap();
    let ticket = issued(&bound);
    let at = |route, origin: Option<&'static str>| {
        let place = Place::new(route);
        let place = origin.map_or(place, |origin| place.origin(origin));
        tickets().verify(&ticket, place).map(|_| ())
    };
    assert_eq!(at(HERE, Some("https://app.example")), Ok(()));
    for (route, origin, fault) in [
        ("/sse/chat/th_2", Some("https://app.example"), TicketFault::Route),
        ("/sse/chat/th_1/", Some("https://app.example"), TicketFault::Route),
        (HERE, None, TicketFault::Origin),
        (HERE, Some("http://app.example"), TicketFault::Origin),
        (HERE, Some("https://app.example:443"), TicketFault::Origin),
    ] {
        assert_eq!(
            at(route, origin),
            Err(TicketError::Invalid(fault)),
            "{route} {origin:?}"
        );
    }
    for text in ["", "a b", "a,b", "é", &"a".repeat(129)] {
        assert!(scope().for_route(text).is_err() && scope().for_origin(text).is_err());
    }
}

#[test]
fn headers_that_disagree_are_named() {
    let ticket = tickets().verify(&issued(&scope()), Place::new(HERE)).unwrap();
    let judged = |name: &'static str, value: &str| {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("x-mode", "saas"),
            ("x-tenant-id", "t_acme"),
            ("x-project-id", "p_chat"),
            ("x-app-id", "studio"),
        ] {
            headers.insert(name, value.parse().unwrap());
        }
        headers.insert(name, value.parse().unwrap());
        let headers = ScopeHeaders::from_headers(&headers).unwrap();
        ticket.scope().agrees_with(&headers).map_err(|error| {
            assert_eq!(error.code(), "auth.context_mismatch");
            error.details()["field"].as_str().unwrap().to_owned()
        })
    };
    assert_eq!(judged("x-user-id", "u_1"), Ok(()));
    assert_eq!(judged("x-surface-id", "squared"), Ok(()), "the ticket names none");
    for (name, value, field) in [
        ("x-mode", "lab", "mode"),
        ("x-tenant-id", "t_other", "tenant_id"),
        ("x-project-id", "p", "project_id"),
        ("x-app-id", "a", "app_id"),
        ("x-user-id", "u_2", "user_id"),
    ] {
        assert_eq!(judged(name, value).unwrap_err(), field);
    }
    assert_eq!(ticket.scope().mode, Mode::Saas);
}

#[test]
fn a_ring_outlives_a_secret() {
    let (old, new) = (secret(SECRET), secret("another secret of thirty-two bytes!"));
    let ring = |secrets: Vec<_>| Tickets::new(secrets, TicketUse::Multi).unwrap().clock(At(Some(NOW)));
    let before = ring(vec![old.clone()]).issue(&scope()).unwrap();
    let both = ring(vec![new.clone(), old]);
    assert!(both.verify(before.expose_ticket(), Place::new(HERE)).is_ok());
    let after = both.issue(&scope()).unwrap();
    let only_new = ring(vec![new]);
    assert!(only_new.verify(after.expose_ticket(), Place::new(HERE)).is_ok());
    let refused = only_new.verify(before.expose_ticket(), Place::new(HERE)).unwrap_err();
    assert_eq!(refused, TicketError::Invalid(TicketFault::Signature));
    assert_eq!(refused.envelope().code(), "auth.ticket_invalid");
}

#[test]
fn one_ticket_has_one_spelling() {
    let ticket = issued(&scope());
    let (body, signature) = ticket.split_once('.').unwrap();
    for other in [
        String::new(),
        ".".to_owned(),
        body.to_owned(),
        format!("{body}."),
        format!(".{signature}"),
        format!("{ticket}="),
        format!("{ticket}."),
        format!("{ticket} "),
        format!("{ticket}\n"),
        format!("{ticket}.{signature}"),
        format!("{body}=.{signature}"),
        format!("{body}\u{0}.{signature}"),
        format!("{signature}.{body}"),
        ticket.replace('-', "+").replace('_', "/") + "A",
    ] {
        assert!(tickets().verify(&other, Place::new(HERE)).is_err(), "{other:?}");
    }
    assert_eq!(fault(&format!("{ticket}=")), TicketFault::Form);
    assert_eq!(fault(&"a".repeat(4097)), TicketFault::Length);
    // The last letter of 32 bytes carries two bits that say nothing.
    let (head, last) = signature.split_at(signature.len() - 1);
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let good = alphabet
        .chars()
        .filter(|letter| {
            tickets()
                .verify(&format!("{body}.{head}{letter}"), Place::new(HERE))
                .is_ok()
        })
        .collect::<String>();
    assert_eq!(good, last);
}

#[test]
fn nothing_shows_a_ticket() {
    let issued = tickets().issue(&scope()).unwrap();
    let shown = format!("{issued:?} {:?}", tickets());
    assert!(!shown.contains(&issued.expose_ticket()[..12]), "{shown}");
}

proptest! {
    /// Every byte of a ticket counts.
    #[test]
    fn any_single_byte_change_is_refused(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let ticket = issued(&scope());
        let at = at.index(ticket.len());
        prop_assume!(ticket.as_bytes()[at] != byte);
        let mut changed = ticket.into_bytes();
        changed[at] = byte;
        let changed = String::from_utf8(changed).unwrap();
        let error = tickets().verify(&changed, Place::new(HERE)).unwrap_err();
        prop_assert_eq!(error.envelope().code().to_owned(), "auth.ticket_invalid");
    }

    #[test]
    fn a_byte_more_or_less_is_refused(at in any::<prop::sample::Index>(), byte in 0_u8..128) {
        let ticket = issued(&scope());
        let at = at.index(ticket.len());
        let mut less = ticket.clone();
        less.remove(at);
        prop_assert!(tickets().verify(&less, Place::new(HERE)).is_err());
        let mut more = ticket;
        more.insert(at, char::from(byte));
        prop_assert!(tickets().verify(&more, Place::new(HERE)).is_err());
    }

    #[test]
    fn nonsense_is_invalid_and_nothing_else(ticket in ".{0,200}") {
        let error = tickets().verify(&ticket, Place::new(HERE)).unwrap_err();
        prop_assert!(matches!(error, TicketError::Invalid(_)));
    }
}
