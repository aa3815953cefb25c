//! The kill switch.

use std::future::ready;

use super::judge::{ActionGate, Ask, Block, Judging, Passed};
use super::policies::KillState;
use crate::code;
use crate::envelope::Gate;

/// Stops what a kill switch stands on: an action, a surface or everything, at any place.
#[derive(Debug, Clone, Copy)]
pub(super) struct KillSwitchGate;

impl ActionGate for KillSwitchGate {
    fn gate(&self) -> Gate {
        Gate::KillSwitch
    }

    fn judge<'a>(&'a self, ask: &'a Ask<'a>) -> Judging<'a> {
        Box::pin(ready(match ask.kill_state() {
            KillState::Open => Ok(Passed("open")),
            KillState::Blocked => Err(Block::new(code::KILL_SWITCH_BLOCKED, "blocked")),
            KillState::Missing => ask.without_policy(code::KILL_SWITCH_BLOCKED),
        }))
    }
}
