//! Decisions on the streams that they are about.

use std::error::Error;
use std::time::Duration;

use super::GateRequest;
use super::judge::within;
use crate::audit::DecisionRecord;
use crate::context::OpaqueId;
use crate::store::{Scope, StreamKey};
use crate::stream::{StreamEvent, Streams};

/// Says which stream an action is about: its kind and its id, in the scope of the request; `None` where it is about none.
type About = dyn Fn(&GateRequest) -> Option<(OpaqueId, OpaqueId)> + Send + Sync;

/// Tells streams what was decided about them.
pub(super) struct Telling {
    pub(super) streams: Streams,
    pub(super) about: Box<About>,
}

/// The type of the event, as the contract names it.
const KIND: &str = "SAFETY_DECISION";

impl Telling {
    /// Appends the decision of this number in the audit to the stream that it is about. It is in the audit already, so where the
    /// stream takes no event the log has a warning and the decision stands.
    pub(super) async fn tell(&self, request: &GateRequest, record: &DecisionRecord<'_>, seq: u64, deadline: Duration) {
        // What says which stream it is belongs to the engine, and may panic.
        match within(deadline, self.told(request, record, seq)).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(error = &*error as &dyn Error, "a stream was not told of a decision"),
            Err(doubt) => tracing::warn!(doubt, "a stream was not told of a decision"),
        }
    }

    async fn told(
        &self,
        request: &GateRequest,
        record: &DecisionRecord<'_>,
        seq: u64,
    ) -> Result<(), Box<dyn Error + Send + Sync>> {
        let Some((kind, id)) = (self.about)(request) else {
            return Ok(());
        };
        let scope = Scope::of(&request.context);
        let event = StreamEvent::new(KIND, record.told(seq))?.caused_by(&request.context);
        self.streams.publish(&StreamKey { scope, kind, id }, &event).await?;
        Ok(())
    }
}
