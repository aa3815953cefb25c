//! The gates that the actions of this example pass.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use guard::code::{self, Code};
use guard::envelope::ErrorEnvelope;
use guard::gate::{GateChain, GateFuture, GateRequest, Pass};

/// A kill switch, and a list of the actions that need no strategy lock. A real chain asks the services behind the gates; what
/// it shares with this one is that whatever it does not know is denied.
#[derive(Debug, Clone, Default)]
pub struct DemoGates {
    killed: Arc<AtomicBool>,
}

/// Everything else needs a strategy lock.
const UNLOCKED: [&str; 1] = ["video_mask.create"];

impl DemoGates {
    /// Throws the kill switch, or takes it back. It acts on the next request.
    pub fn set_kill_switch(&self, on: bool) {
        self.killed.store(on, Ordering::SeqCst);
    }

    fn judge(&self, request: &GateRequest) -> Option<Code> {
        if self.killed.load(Ordering::SeqCst) {
            Some(code::KILL_SWITCH_BLOCKED)
        } else if UNLOCKED.contains(&request.action) {
            None
        } else if request.context.trace().strategy_lock_id.is_none() {
            Some(code::STRATEGY_LOCK_APPROVAL_REQUIRED)
        } else {
            // Nobody here can say what the lock allows.
            Some(code::THREE_WISE_VERDICT_REQUIRED)
        }
    }
}

impl GateChain for DemoGates {
    fn decide(&self, request: GateRequest) -> GateFuture {
        let verdict = self.judge(&request).map(|code| {
            let error = ErrorEnvelope::builder(code).action_name(request.action);
            match request.resource_kind {
                Some(kind) => error.resource_kind(kind).build(),
                None => error.build(),
            }
        });
        Box::pin(async move { verdict.map_or(Ok(Pass::new()), Err) })
    }
}
