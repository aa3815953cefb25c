//! GL109: ticket-skips-headers

use super::{Sink, declare_rule};
use crate::verdict::judge::Judged;

declare_rule! {
    /// A context made of a ticket, while the request's scope headers are left unread.
    ///
    /// The function takes `X-Mode`, `X-Tenant-Id` and the like, and where there is a ticket it returns the ticket's context
    /// before it looks at them. A ticket of one app or mode is accepted under headers that say another.
    ///
    /// ```python
    /// if ticket:
    ///     return context_from_ticket(ticket)  # whatever the headers say
    /// return get_request_context(mode, tenant, project, app)
    /// ```
    TicketSkipsHeaders {
        code: "GL109",
        name: "ticket-skips-headers",
        severity: Warning,
        confidence: Medium,
        help: "compare the ticket's scope with the headers before returning its context",
    }
}

fn check(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
    for endpoint in &program.endpoints {
        for place in program.skipped_headers(endpoint) {
            let message = format!(
                "`{}` takes a ticket's scope without comparing it with the headers",
                program.handler(endpoint)
            );
            sink.endpoint(endpoint, place, "", message);
        }
    }
}
