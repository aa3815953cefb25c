//! The same bytes as CPython, in both directions.

use std::io::Write;
use std::process::{Command, Stdio};

use guard::ticket::{Place, TicketScope};
use serde_json::{Value, json};

use crate::support::*;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/ticket/cpython.py");
const VECTORS: &str = include_str!("vectors.json");

fn python(args: &[&str], input: &str) -> String {
    let mut child = Command::new("python3")
        .arg(SCRIPT)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("python3 is needed for this test: {error}"));
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// What a verified ticket holds, in the words of the payload.
fn payload(ticket: &guard::ticket::Ticket, issued: &Value) -> Value {
    let scope = ticket.scope();
    let mut payload = json!({
        "tenant_id": scope.tenant_id, "mode": scope.mode, "project_id": scope.project_id,
        "surface_id": scope.surface_id, "app_id": scope.app_id, "user_id": scope.user_id,
        "request_id": scope.request_id, "exp": ticket.expires_at(), "iat": issued,
    });
    for (key, value) in [
        ("jti", ticket.id()),
        ("route", scope.route.as_ref()),
        ("origin", scope.origin.as_ref()),
    ] {
        if let Some(value) = value {
            payload[key] = json!(value);
        }
    }
    payload
}

#[test]
fn vectors_hold() {
    let document: Value = serde_json::from_str(VECTORS).unwrap();
    let tickets = tickets_at(document["now"].as_u64().unwrap());
    let place = Place::new("/sse/chat/th_1").origin("https://app.example");
    let mut good = 0;
    for vector in document["vectors"].as_array().unwrap() {
        let verified = tickets.verify(vector["ticket"].as_str().unwrap(), place);
        assert_eq!(
            verified.is_ok(),
            vector["good"].as_bool().unwrap(),
            "{}",
            vector["name"]
        );
        match verified {
            Ok(ticket) => {
                let mut expected = vector["payload"].clone();
                if expected["surface_id"] == "SQUARED²" {
                    expected["surface_id"] = json!("squared2");
                }
                assert_eq!(payload(&ticket, &expected["iat"]), expected, "{}", vector["name"]);
                good += 1;
            }
            Err(error) => assert_eq!(error.envelope().code(), "auth.ticket_invalid", "{}", vector["name"]),
        }
    }
    assert_eq!(good, 5);
}

#[test]
fn vectors_are_what_this_machines_cpython_writes() {
    assert_eq!(python(&["vectors"], ""), VECTORS);
}

#[test]
fn cpython_reads_what_guard_issues() {
    // Everything that an id may hold.
    let user: String = (0x21..0x7f).filter(|byte| *byte != b',').map(char::from).collect();
    let context = context_until(NOW + 3600, &[("user", &user), ("x-surface-id", "SQUARED")]);
    let bound = TicketScope::of(&context)
        .for_route("/sse/chat/th_1?a=\"\\")
        .unwrap()
        .for_origin("https://app.example")
        .unwrap();
    for scope in [TicketScope::of(&context), bound, scope()] {
        let issued = tickets().issue(&scope).unwrap();
        let read: Value = serde_json::from_str(&python(&["read", SECRET], issued.expose_ticket())).unwrap();
        let route = scope.route.as_ref().map_or("/", |route| route.as_str());
        let ticket = tickets()
            .verify(issued.expose_ticket(), Place::new(route).origin("https://app.example"))
            .unwrap();
        assert_eq!(payload(&ticket, &json!(NOW)), read);
        assert_eq!(read["exp"], NOW + 300);
    }
}

#[test]
fn guard_reads_what_cpython_issues() {
    let payload = json!({
        "tenant_id": "t_acme", "mode": "lab", "project_id": "p", "surface_id": null, "app_id": "a", "user_id": "u\"",
        "request_id": "r", "exp": NOW + 60, "iat": NOW,
    });
    let issued = python(&["issue", SECRET], &payload.to_string());
    let ticket = tickets().verify(&issued, Place::new("/")).unwrap();
    assert_eq!(ticket.scope().user_id.as_ref().unwrap().as_str(), "u\"");
    assert_eq!(ticket.id(), None);
}
