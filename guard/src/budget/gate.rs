//! The budget gate: it holds what a call may cost.

use std::sync::Arc;
use std::time::Duration;

use super::caps::{Caps, is_daily};
use super::hold::Hold;
use crate::code;
use crate::envelope::Gate;
use crate::gate::{Ask, Block, Passed};
use crate::route::RouteBudget;
use crate::store::{BudgetAccount, BudgetStore, Cap, ChargeKey, ChargeState, Reservation, Reserve, StoreError};

/// The budget gate of a chain.
pub(crate) struct BudgetGate {
    pub(crate) store: Option<Arc<dyn BudgetStore>>,
    /// How long an amount is held for a call that does not end.
    pub(crate) hold_for: Duration,
}

/// The word of the gate, and what it holds.
pub(crate) type Judged = Result<(Passed, Option<Hold>), Block>;

impl BudgetGate {
    pub(crate) async fn judge(&self, ask: &Ask<'_>) -> Judged {
        let Some(Caps { currency, caps }) = Caps::of(ask)? else {
            return ask
                .without_policy(code::BUDGET_THRESHOLD_MISSING)
                .map(|passed| (passed, None));
        };
        let store = self.store.as_ref().ok_or_else(|| unavailable("no_store"))?;
        match ask.request().route.budget {
            Some(budget) if budget.currency != currency => Err(unavailable("another_currency")),
            Some(budget) => self.reserve(store, ask, budget, caps).await,
            None => not_used_up(&**store, caps).await,
        }
    }

    async fn reserve(
        &self,
        store: &Arc<dyn BudgetStore>,
        ask: &Ask<'_>,
        budget: RouteBudget,
        caps: Vec<Cap>,
    ) -> Judged {
        let end = ask.now().saturating_add(self.hold_for);
        let reservation = Reservation {
            key: ChargeKey {
                tenant: ask.context().tenant_id().clone(),
                request_id: ask.context().request_id().clone(),
                route: ask.request().route.to_string(),
            },
            amount: budget.amount,
            caps,
            expires_at_ms: u64::try_from(end.as_millis()).unwrap_or(u64::MAX),
        };
        match Hold::reserve(Arc::clone(store), reservation).await.map_err(down)? {
            Ok(hold) => Ok((Passed("held"), Some(hold))),
            Err(Reserve::Exceeded(account)) => Err(exceeded(&account)),
            // A retry is not charged twice, and does not run for nothing either.
            Err(Reserve::Repeated(state)) => Err(unavailable("request_repeated").detail("charge", word(state))),
            Err(Reserve::Held) => Err(unavailable("unclear")),
        }
    }
}

/// A route that declares no cost holds nothing; it is stopped where everything is spent already.
async fn not_used_up(store: &dyn BudgetStore, caps: Vec<Cap>) -> Judged {
    for Cap { account, limit } in caps {
        let balance = store.balance(&account).await.map_err(down)?;
        if balance.held.micros() + balance.spent.micros() >= limit.micros() {
            return Err(exceeded(&account));
        }
    }
    Ok((Passed("not_used_up"), None))
}

fn exceeded(account: &BudgetAccount) -> Block {
    let block = if is_daily(account) {
        Block::new(code::BUDGET_DAILY_CAP_EXCEEDED, "over_daily_cap")
    } else {
        Block::new(code::BUDGET_THRESHOLD_EXCEEDED, "over_threshold")
    };
    block.detail("budget", account.name.as_str())
}

fn unavailable(reason: &'static str) -> Block {
    Block::doubt(Gate::Budget, reason)
}

fn down(error: StoreError) -> Block {
    tracing::error!(error = &error as &dyn std::error::Error, "the budget gives no answer");
    unavailable("store_unavailable")
}

fn word(state: ChargeState) -> &'static str {
    match state {
        ChargeState::Held(_) => "held",
        ChargeState::Settled(_) => "settled",
        ChargeState::Released => "released",
        ChargeState::Expired(_) => "expired",
    }
}
