//! The firearms licence.

use std::future::ready;

use super::judge::{ActionGate, Ask, Block, Judging, Passed};
use super::rules::{self, FirearmsRule, License};
use crate::code;
use crate::envelope::Gate;

/// Lets users with a licence do what needs one.
#[derive(Debug, Clone, Copy)]
pub(super) struct FirearmsGate;

impl ActionGate for FirearmsGate {
    fn gate(&self) -> Gate {
        Gate::Firearms
    }

    fn judge<'a>(&'a self, ask: &'a Ask<'a>) -> Judging<'a> {
        Box::pin(ready(judge(ask)))
    }
}

fn judge(ask: &Ask<'_>) -> Result<Passed, Block> {
    match ask.rule(Gate::Firearms)? {
        None => return ask.without_policy(code::FIREARMS_LICENSE_REQUIRED),
        Some(FirearmsRule {
            license_required: false,
        }) => return Ok(Passed("not_required")),
        Some(FirearmsRule { license_required: true }) => {}
    }
    let refused = |reason| Err(Block::new(code::FIREARMS_LICENSE_REQUIRED, reason));
    let subject = rules::license(ask.context().user_id().as_str());
    match ask.policy::<License>(Gate::Firearms, &subject)? {
        None => refused("no_license"),
        Some(license) if ask.now().as_secs() >= license.until_s => refused("license_expired"),
        Some(license) if license.actions.iter().any(|action| action == ask.action()) => Ok(Passed("licensed")),
        Some(_) => refused("license_for_other_actions"),
    }
}
