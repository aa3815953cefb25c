//! Budget: held before a handler runs, settled after it.

use super::money::{Cost, Currency};
use super::scope::Scope;
use super::usage::{UsageCursor, UsageEvent, UsageField, UsageFilter, UsageRow, UsageTotal};
use super::{Backend, StoreFuture};
use crate::context::{OpaqueId, TenantId};

/// What is charged, once however often it is tried.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChargeKey {
    /// The tenant, so that no client can take another tenant's request id.
    pub tenant: TenantId,
    /// The id of the request, which may be the client's own.
    pub request_id: OpaqueId,
    /// The route's method and template: `POST /renders`.
    pub route: String,
}

/// What amounts are counted on: one sum of a scope in a currency, such as `total` or `day 2026-11-22`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BudgetAccount {
    /// Whose it is.
    pub scope: Scope,
    /// The currency.
    pub currency: Currency,
    /// Which sum, 1 to 256 bytes.
    pub name: String,
}

/// An account and what it may reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cap {
    /// The account.
    pub account: BudgetAccount,
    /// What is held and spent on it together may be that much and no more.
    pub limit: Cost,
}

/// An amount to hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// What it is for.
    pub key: ChargeKey,
    /// How much, on each of the accounts.
    pub amount: Cost,
    /// The accounts, at least one and no two the same. Those of other tenants than the key's are refused.
    pub caps: Vec<Cap>,
    /// When [`expire`](BudgetStore::expire) takes it for spent, because nobody settled it.
    pub expires_at_ms: u64,
}

/// The answer to a [`Reservation`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reserve {
    /// It is held.
    Held,
    /// The key is charged already and stands so; nothing was held again. Of two requests with one key, one gets
    /// [`Held`](Self::Held).
    Repeated(ChargeState),
    /// It would go over the cap of this account; nothing was held.
    Exceeded(BudgetAccount),
}

/// How a charge stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChargeState {
    /// So much is held.
    Held(Cost),
    /// It was settled at so much.
    Settled(Cost),
    /// Nothing is held, because the handler never ran. The key may be reserved again.
    Released,
    /// So much was held and nobody settled it in time. It counts as spent until it is settled.
    Expired(Cost),
}

/// What a charge came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// Which.
    pub key: ChargeKey,
    /// What it did cost. More than was held is counted all the same: it was spent.
    pub cost: Cost,
    /// What it was spent on, kept in the same step. All of the key's tenant.
    pub usage: Vec<UsageEvent>,
}

/// The answer to a [`Settlement`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settle {
    /// It is settled now.
    Settled {
        /// How much the cost is over what was held. Where it is not zero, a cap may be exceeded.
        over: Cost,
    },
    /// It was settled before, at this cost; nothing was changed and no usage kept.
    Repeated(Cost),
    /// Nothing is held for this key; nothing was changed and no usage kept.
    NotHeld,
}

/// How an account stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Balance {
    /// Held for requests that run.
    pub held: Cost,
    /// Spent.
    pub spent: Cost,
}

/// Keeps what may be spent from being spent twice, and what was spent from being forgotten.
pub trait BudgetStore: Backend {
    /// Holds an amount on all of the accounts or on none, in one step: whatever runs at the same time, what is held and spent
    /// never goes over a cap that it was reserved under.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`](super::StoreError::Refused) for a reservation without an account, with one account twice, with
    /// another tenant's account, or with a name or route that is empty or over 256 bytes.
    fn reserve(&self, reservation: Reservation) -> StoreFuture<'_, Reserve>;

    /// Turns what is held into what was spent.
    ///
    /// # Errors
    ///
    /// [`StoreError::Refused`](super::StoreError::Refused) for usage of another tenant.
    fn settle(&self, settlement: Settlement) -> StoreFuture<'_, Settle>;

    /// Lets go of what is held, because the handler never ran. `None` for a key that was never reserved; a charge that is
    /// settled or expired stays so, and the answer says it.
    fn release<'a>(&'a self, key: &'a ChargeKey) -> StoreFuture<'a, Option<ChargeState>>;

    /// Counts as spent, in full, whatever should have been settled by `now_ms`, and says how many charges that were. Nobody
    /// knows what a process did before it died, so nothing of it is given back.
    fn expire(&self, now_ms: u64) -> StoreFuture<'_, u64>;

    /// Forgets charges that are settled, released or expired, and whose hold would have ended at `ended_ms` or before; says how
    /// many. What was spent stays spent, and its usage stays. A key that is forgotten can be reserved anew.
    fn forget_charges(&self, ended_ms: u64) -> StoreFuture<'_, u64>;

    /// How a charge stands; `None` for a key that was never reserved, or was forgotten.
    fn charge<'a>(&'a self, key: &'a ChargeKey) -> StoreFuture<'a, Option<ChargeState>>;

    /// How an account stands. One that was never used is empty.
    fn balance<'a>(&'a self, account: &'a BudgetAccount) -> StoreFuture<'a, Balance>;

    /// Keeps usage that no charge stands for.
    fn record(&self, usage: Vec<UsageEvent>) -> StoreFuture<'_, ()>;

    /// Up to `limit` usage events that match, after a cursor, in the order of mode, project and sequence.
    fn usage<'a>(
        &'a self,
        filter: &'a UsageFilter,
        after: Option<UsageCursor>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<UsageRow>>;

    /// Sums of the usage events that match, one for each currency and each combination of the fields, in no set order.
    fn totals<'a>(&'a self, filter: &'a UsageFilter, by: &'a [UsageField]) -> StoreFuture<'a, Vec<UsageTotal>>;
}

/// What every backend refuses alike.
pub(super) fn check_reservation(reservation: &Reservation) -> Result<(), super::StoreError> {
    use super::StoreError::Refused;
    let caps = &reservation.caps;
    if caps.is_empty() {
        return Err(Refused("a reservation names no account, so nothing would limit it"));
    }
    if caps
        .iter()
        .any(|cap| cap.account.scope.tenant != reservation.key.tenant)
    {
        return Err(Refused("a reservation names another tenant's account"));
    }
    let twice = |(at, cap): (usize, &Cap)| caps[..at].iter().any(|other| other.account == cap.account);
    if caps.iter().enumerate().any(twice) {
        return Err(Refused("a reservation names an account twice"));
    }
    let is_name = |text: &str| (1..=256).contains(&text.len()) && !text.contains('\0');
    if !is_name(&reservation.key.route) || !caps.iter().all(|cap| is_name(&cap.account.name)) {
        return Err(Refused(
            "the route and the names of accounts have 1 to 256 bytes, without NUL",
        ));
    }
    if i64::try_from(reservation.expires_at_ms).is_err() {
        return Err(Refused("the end of a reservation is past all reckoning"));
    }
    Ok(())
}
