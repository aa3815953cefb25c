//! What a test shows, by what it asserts and by the words of its name.

use super::bind::requests;
use super::{Need, Subject, Test};
use crate::vocabulary::words;

/// Whether a test shows something of the subject, by what it asserts.
pub(super) fn shows(test: &Test, need: Need, subject: &Subject) -> bool {
    let name = test.name.to_lowercase();
    let says = |hints: &[&str]| hints.iter().any(|hint| name.contains(hint));
    let status = |wanted: &[i64]| wanted.iter().any(|status| test.statuses.contains(status));
    let word = |wanted: &[&str]| {
        test.asserted
            .iter()
            .any(|word| wanted.iter().any(|wanted| word.contains(wanted)))
    };
    let raises = !test.raises.is_empty();
    match need {
        Need::MissingHeaders => {
            let refused = status(&[400, 401, 403, 422]) || test.any_refusal || raises;
            let bare = requests(test, subject).any(|request| request.headers.as_ref().is_some_and(Vec::is_empty));
            let partly = requests(test, subject).any(|request| request.headers.as_deref().is_some_and(lacks_one));
            let named = says(&[
                "missing", "without", "no_", "absent", "require", "reject", "unauth", "lacks",
            ]);
            let about = says(&["header", "identity", "context", "mode", "tenant", "project", "app_id"]);
            // A bad body may be refused before anybody asks who sends it.
            let other = says(&[
                "ticket", "token", "expired", "mismatch", "cross", "wrong", "other", "invalid", "bad_",
            ]);
            refused
                && !other
                && ((bare && status(&[401, 403]))
                    || (named && about && (bare || partly || requests(test, subject).next().is_none())))
        }
        Need::Mismatch => {
            let refused = status(&[400, 401, 403, 404, 409]) || test.any_refusal || raises;
            let hints = [
                "mismatch",
                "wrong",
                "other",
                "cross",
                "overrid",
                "foreign",
                "different",
                "conflict",
                "spoof",
                "isolat",
            ];
            refused && says(&hints)
        }
        Need::Unauthorized => {
            let hints = [
                "auth",
                "token",
                "ticket",
                "forbidden",
                "permission",
                "role",
                "member",
                "credential",
            ];
            status(&[401, 403]) || ((test.any_refusal || raises) && says(&hints))
        }
        Need::Validation => {
            let of_identity = [
                "header",
                "missing_tenant",
                "missing_project",
                "missing_mode",
                "missing_env",
                "missing_app",
            ];
            status(&[400, 422]) && !says(&of_identity)
        }
        Need::CursorInvalid => status(&[410]) || word(&["cursor_invalid", "invalid_cursor"]),
        Need::Restart => {
            let lives_on = [
                "Store",
                "Service",
                "Repository",
                "Transport",
                "Timeline",
                "Registry",
                "Bus",
            ];
            let again = test.made.iter().any(|class| {
                let twice = test.made.iter().filter(|other| *other == class).count() > 1;
                twice && lives_on.iter().any(|word| class.contains(word))
            });
            says(&["restart", "surviv", "durab", "across_instances", "new_instance"])
                || (again && says(&["resum", "replay", "reconnect", "reload"]))
        }
        Need::Raises => {
            raises && (test.environment || says(&["missing", "without", "unset", "config", "fail_fast", "fails_fast"]))
        }
        Need::Fields => match subject.fields.is_empty() {
            true => word(&["meta", "pipeline_hash", "backend_version"]),
            false => subject.fields.iter().any(|field| test.asserted.contains(field)),
        },
        Need::Stable => {
            let names_one = test
                .asserted
                .iter()
                .any(|word| words(word).any(|word| matches!(word.as_str(), "hash" | "id" | "ids" | "key")));
            test.compares
                && (word(&["pipeline_hash"])
                    || (names_one && says(&["stab", "determin", "same", "repeat", "reproduc"])))
        }
        Need::Budget => word(&["budget", "usage", "request_id", "run_id"]),
        Need::Gate => {
            word(&["gate"]) || (test.mocks.iter().any(|mock| mock.contains("gate")) && word(&["assert_called"]))
        }
        Need::Enveloped => word(&["error"]) && word(&["code", "http_status"]),
        Need::Available => test.statuses.iter().any(|status| (200..300).contains(status)),
        Need::Backend => {
            test.raises.iter().any(|class| class.contains("ForbiddenBackend"))
                || word(&[
                    "forbidden_backend",
                    "backend_forbidden",
                    "forbiddenbackendclass",
                    "backend_class_forbidden",
                ])
        }
        Need::Durable => says(&[
            "durab",
            "persist",
            "firestore",
            "dynamo",
            "cosmos",
            "surviv",
            "round_trip",
            "roundtrip",
            "restart",
        ]),
        Need::Privacy => test.logs,
        Need::Any => true,
    }
}

/// Whether one of the headers that carry identity is not among these.
fn lacks_one(headers: &[String]) -> bool {
    ["x-tenant-id", "x-mode", "x-project-id", "x-app-id"]
        .iter()
        .any(|wanted| !headers.iter().any(|header| header == wanted))
}
