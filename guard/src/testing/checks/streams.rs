//! Cursors of streams.

use crate::route::Transport;
use crate::testing::Check;
use crate::testing::answer::Expected;
use crate::testing::conformance::Plan;

/// A client in hello mode is judged by its first frame, which this kit does not send.
pub(super) fn begins_with_hello(plan: &mut Plan<'_>) -> bool {
    let hello = plan
        .route
        .stream
        .as_ref()
        .is_some_and(|stream| stream.transport == Transport::WebsocketHello);
    if hello {
        plan.skip(
            Check::TokenMissing,
            "who asks is said in the first frame of a WebSocket",
        );
    }
    hello
}

pub(super) fn checks(plan: &mut Plan<'_>) {
    let Some(stream) = &plan.route.stream else { return };
    if stream.transport != Transport::Sse {
        plan.skip(
            Check::StreamCursor,
            "the cursor of a WebSocket is judged after its handshake, which this kit does not send",
        );
        return;
    }
    let code = format!("{}.cursor_invalid", stream.domain);
    let unknown = format!("{}-{}", "7".repeat(16), "0".repeat(16));
    let good = plan.good.clone();
    let in_query = good.clone().query(format!("last_event_id={unknown}"));
    for (what, draft) in [
        ("an unknown cursor", good.clone().with("last-event-id", &unknown)),
        ("an unknown cursor in the query", in_query),
        ("a malformed cursor", good.clone().with("last-event-id", "resume-1")),
        ("an empty cursor", good.clone().with("last-event-id", "")),
        ("a long cursor", good.clone().with("last-event-id", "9".repeat(4_000))),
        (
            "two cursors in the query",
            good.query("last_event_id=1&last_event_id=1"),
        ),
    ] {
        plan.expect(Check::StreamCursor, what, draft, Expected::Gone(code.clone()));
    }
}
