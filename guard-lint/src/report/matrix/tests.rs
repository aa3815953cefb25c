use super::*;
use crate::report::testing;

#[test]
fn tsv() {
    insta::assert_snapshot!(render_tsv(&testing::report()));
}

#[test]
fn markdown() {
    insta::assert_snapshot!(render_markdown(&testing::report()));
}

#[test]
fn an_aggregate_names_the_best_share_and_the_rest() {
    let words = |words: &[(u8, &'static str)]| aggregate(words.iter().copied());
    assert_eq!(words(&[]), "-");
    assert_eq!(words(&[(3, "missing"); 4]), "missing");
    assert_eq!(
        words(&[(0, "enforced"), (3, "missing"), (0, "enforced"), (0, "enforced")]),
        "enforced 3/4, missing 1"
    );
    assert_eq!(
        words(&[(4, "unknown"), (2, "partial"), (3, "missing")]),
        "partial 1/3, missing 1, unknown 1"
    );
}

#[test]
fn endpoints_that_only_read_do_not_dilute_the_gate() {
    let report = testing::report();
    let media = cells(&report.routers[1]);
    assert_eq!(media[7], "enforced");
    let chat = cells(&report.routers[0]);
    assert_eq!(chat[7], "not required");
}

#[test]
fn streams_of_one_kind_are_named_once() {
    let report = testing::report();
    assert_eq!(
        cells(&report.routers[0])[8],
        "sse, cursor after head, replay, no heartbeat; websocket, no cursor, replay unknown, heartbeat unknown; \
         http, cursor before head, replay unknown, heartbeat"
    );
    assert_eq!(cells(&report.routers[3])[8], "-");
}
