//! The kill switch over running streams.

use super::policies::{KillTarget, Policies};
use crate::code;
use crate::envelope::ErrorEnvelope;
use crate::stream::{StreamGate, StreamInfo};

/// Ends streams that a kill switch blocks, within a second on every process, and opens none.
///
/// A stream has the action `<domain>.stream`, as `chat.stream`, and the surface of its reader's context; a switch on
/// everything, on its project or on its tenant stops it too. No policy at all lets it be, for a stream reads. While the
/// policies cannot be read none opens, and one that is open ends with its next keep-alive.
impl StreamGate for Policies {
    fn judge(&self, stream: &StreamInfo) -> Result<(), ErrorEnvelope> {
        let action = format!("{}.stream", stream.stream.kind);
        let mut target = KillTarget::new(stream.stream.scope.clone()).action(action.clone());
        target.surface = stream.context.surface_id().cloned();
        let reason = if !self.is_fresh() {
            "policies_unavailable"
        } else if self.is_killed(&target) {
            "blocked"
        } else {
            return Ok(());
        };
        let refusal = ErrorEnvelope::builder(code::KILL_SWITCH_BLOCKED).action_name(action);
        Err(refusal.detail("reason", reason).build())
    }

    fn on_change(&self, recheck: Box<dyn Fn() + Send + Sync>) {
        self.listen(recheck);
    }
}
