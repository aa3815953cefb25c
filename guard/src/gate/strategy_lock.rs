//! The strategy lock, with the verdict of the three wise.

use std::future::ready;

use super::judge::{ActionGate, Ask, Block, Judging, Passed};
use super::rules::{self, StrategyLock, StrategyRule, ThreeWiseVerdict};
use crate::code;
use crate::context::OpaqueId;
use crate::envelope::Gate;

/// Lets pass what an approved lock allows, and what the three wise agree to where their verdict is needed.
#[derive(Debug, Clone, Copy)]
pub(super) struct StrategyLockGate;

impl ActionGate for StrategyLockGate {
    fn gate(&self) -> Gate {
        Gate::StrategyLock
    }

    fn judge<'a>(&'a self, ask: &'a Ask<'a>) -> Judging<'a> {
        Box::pin(ready(judge(ask)))
    }
}

fn judge(ask: &Ask<'_>) -> Result<Passed, Block> {
    let Some(rule) = ask.rule::<StrategyRule>(Gate::StrategyLock)? else {
        return ask.without_policy(code::STRATEGY_LOCK_APPROVAL_REQUIRED);
    };
    if !rule.approval_required && !rule.three_wise_required {
        return Ok(Passed("not_required"));
    }
    // A verdict is one on a lock, so it needs the lock too.
    let lock = approved_lock(ask)?;
    if !rule.three_wise_required {
        return Ok(Passed("approved"));
    }
    agreed(ask, lock)?;
    Ok(Passed("approved_and_agreed"))
}

/// The id of the request's lock, if it allows the action.
fn approved_lock<'a>(ask: &Ask<'a>) -> Result<&'a OpaqueId, Block> {
    let refused = |reason| Err(Block::new(code::STRATEGY_LOCK_APPROVAL_REQUIRED, reason));
    let Some(id) = &ask.context().trace().strategy_lock_id else {
        return refused("no_lock");
    };
    match ask.policy::<StrategyLock>(Gate::StrategyLock, &rules::lock(id.as_str()))? {
        None => refused("unknown_lock"),
        Some(lock) if !lock.approved => refused("lock_not_approved"),
        Some(lock) if ask.now().as_secs() >= lock.until_s => refused("lock_expired"),
        Some(lock) if lock.actions.iter().any(|action| action == ask.action()) => Ok(id),
        Some(_) => refused("lock_for_other_actions"),
    }
}

fn agreed(ask: &Ask<'_>, lock: &OpaqueId) -> Result<(), Block> {
    let refused = |reason| Err(Block::new(code::THREE_WISE_VERDICT_REQUIRED, reason));
    let Some(id) = &ask.context().trace().three_wise_id else {
        return refused("no_verdict");
    };
    match ask.policy::<ThreeWiseVerdict>(Gate::StrategyLock, &rules::three_wise(id.as_str()))? {
        None => refused("unknown_verdict"),
        Some(verdict) if verdict.strategy_lock_id != *lock => refused("verdict_on_another_lock"),
        Some(verdict) if ask.now().as_secs() >= verdict.until_s => refused("verdict_expired"),
        Some(verdict) if verdict.approved => Ok(()),
        Some(_) => refused("verdict_against"),
    }
}
