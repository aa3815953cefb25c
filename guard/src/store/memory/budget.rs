//! Budget and usage.

use std::collections::{BTreeMap, HashMap};

use super::{Memory, done, lock};
use crate::store::budget::{
    Balance, BudgetAccount, BudgetStore, ChargeKey, ChargeState, Reservation, Reserve, Settle, Settlement,
    check_reservation,
};
use crate::store::error::StoreError;
use crate::store::money::{Cost, Currency};
use crate::store::usage::{UsageCursor, UsageEvent, UsageField, UsageFilter, UsageRow, UsageTotal, check_usage};
use crate::store::{Scope, StoreFuture};

#[derive(Default)]
pub(super) struct Budget {
    accounts: HashMap<BudgetAccount, Balance>,
    charges: HashMap<ChargeKey, Charge>,
    usage: BTreeMap<Scope, Vec<UsageEvent>>,
}

struct Charge {
    state: ChargeState,
    accounts: Vec<BudgetAccount>,
    expires_at_ms: u64,
}

impl BudgetStore for Memory {
    fn reserve(&self, reservation: Reservation) -> StoreFuture<'_, Reserve> {
        done(check_reservation(&reservation).and_then(|()| lock(&self.0.budget).reserve(reservation)))
    }

    fn settle(&self, settlement: Settlement) -> StoreFuture<'_, Settle> {
        let checked = check_usage(Some(&settlement.key.tenant), &settlement.usage);
        done(checked.and_then(|()| lock(&self.0.budget).settle(settlement)))
    }

    fn release<'a>(&'a self, key: &'a ChargeKey) -> StoreFuture<'a, Option<ChargeState>> {
        done(lock(&self.0.budget).release(key))
    }

    fn expire(&self, now_ms: u64) -> StoreFuture<'_, u64> {
        done(lock(&self.0.budget).expire(now_ms))
    }

    fn forget_charges(&self, ended_ms: u64) -> StoreFuture<'_, u64> {
        let charges = &mut lock(&self.0.budget).charges;
        let before = charges.len();
        charges.retain(|_, charge| matches!(charge.state, ChargeState::Held(_)) || charge.expires_at_ms > ended_ms);
        done(Ok((before - charges.len()) as u64))
    }

    fn charge<'a>(&'a self, key: &'a ChargeKey) -> StoreFuture<'a, Option<ChargeState>> {
        done(Ok(lock(&self.0.budget).charges.get(key).map(|charge| charge.state)))
    }

    fn balance<'a>(&'a self, account: &'a BudgetAccount) -> StoreFuture<'a, Balance> {
        done(Ok(lock(&self.0.budget)
            .accounts
            .get(account)
            .copied()
            .unwrap_or_default()))
    }

    fn record(&self, usage: Vec<UsageEvent>) -> StoreFuture<'_, ()> {
        done(check_usage(None, &usage).map(|()| lock(&self.0.budget).keep(usage)))
    }

    fn usage<'a>(
        &'a self,
        filter: &'a UsageFilter,
        after: Option<UsageCursor>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<UsageRow>> {
        let budget = lock(&self.0.budget);
        let is_after = |row: &UsageRow| {
            let place = (row.event.mode.as_str(), &row.event.project_id, row.seq);
            after
                .as_ref()
                .is_none_or(|after| place > (after.mode.as_str(), &after.project, after.seq))
        };
        let mut rows: Vec<UsageRow> = budget
            .usage
            .values()
            .flat_map(|events| {
                let numbered = events.iter().zip(1..);
                let matching = numbered.filter(|(event, _)| filter.matches(event));
                matching.map(|(event, seq)| UsageRow {
                    seq,
                    event: event.clone(),
                })
            })
            .filter(is_after)
            .collect();
        // By the mode's text, as databases sort it.
        rows.sort_by(|left, right| {
            let place = |row: &UsageRow| (row.event.mode.as_str(), row.event.project_id.clone(), row.seq);
            place(left).cmp(&place(right))
        });
        rows.truncate(limit);
        done(Ok(rows))
    }

    fn totals<'a>(&'a self, filter: &'a UsageFilter, by: &'a [UsageField]) -> StoreFuture<'a, Vec<UsageTotal>> {
        let budget = lock(&self.0.budget);
        let mut totals: BTreeMap<(Vec<Option<String>>, Currency), UsageTotal> = BTreeMap::new();
        let matching = budget.usage.values().flatten().filter(|event| filter.matches(event));
        for event in matching {
            let group: Vec<_> = by.iter().map(|field| field.of(event).map(str::to_owned)).collect();
            let total = totals
                .entry((group.clone(), event.currency))
                .or_insert_with(|| UsageTotal {
                    group,
                    currency: event.currency,
                    events: 0,
                    tokens_input: 0,
                    tokens_output: 0,
                    cost_micros: 0,
                });
            total.events += 1;
            total.tokens_input += u64::from(event.tokens_input);
            total.tokens_output += u64::from(event.tokens_output);
            total.cost_micros += event.cost.micros().unsigned_abs();
        }
        done(Ok(totals.into_values().collect()))
    }
}

impl Budget {
    fn reserve(&mut self, new: Reservation) -> Result<Reserve, StoreError> {
        let charge = self.charges.get(&new.key);
        if let Some(charge) = charge.filter(|charge| charge.state != ChargeState::Released) {
            return Ok(Reserve::Repeated(charge.state));
        }
        let mut held = Vec::with_capacity(new.caps.len());
        for cap in new.caps {
            let mut balance = self.accounts.get(&cap.account).copied().unwrap_or_default();
            balance.held = sum(balance.held, new.amount)?;
            if sum(balance.held, balance.spent)? > cap.limit {
                return Ok(Reserve::Exceeded(cap.account));
            }
            held.push((cap.account, balance));
        }
        let accounts = held.iter().map(|(account, _)| account.clone()).collect();
        self.accounts.extend(held);
        let charge = Charge {
            state: ChargeState::Held(new.amount),
            accounts,
            expires_at_ms: new.expires_at_ms,
        };
        self.charges.insert(new.key, charge);
        Ok(Reserve::Held)
    }

    fn settle(&mut self, Settlement { key, cost, usage }: Settlement) -> Result<Settle, StoreError> {
        let Some(charge) = self.charges.get(&key) else {
            return Ok(Settle::NotHeld);
        };
        let was = charge.state;
        let held = match was {
            ChargeState::Held(held) | ChargeState::Expired(held) => held,
            ChargeState::Settled(cost) => return Ok(Settle::Repeated(cost)),
            ChargeState::Released => return Ok(Settle::NotHeld),
        };
        self.change(&key, ChargeState::Settled(cost), |balance| {
            match was {
                ChargeState::Expired(_) => balance.spent = balance.spent.less(held),
                _ => balance.held = balance.held.less(held),
            }
            balance.spent = sum(balance.spent, cost)?;
            Ok(())
        })?;
        self.keep(usage);
        Ok(Settle::Settled { over: cost.less(held) })
    }

    fn release(&mut self, key: &ChargeKey) -> Result<Option<ChargeState>, StoreError> {
        let Some(charge) = self.charges.get(key) else {
            return Ok(None);
        };
        let ChargeState::Held(held) = charge.state else {
            return Ok(Some(charge.state));
        };
        self.change(key, ChargeState::Released, |balance| {
            balance.held = balance.held.less(held);
            Ok(())
        })?;
        Ok(Some(ChargeState::Released))
    }

    fn expire(&mut self, now_ms: u64) -> Result<u64, StoreError> {
        let due: Vec<(ChargeKey, Cost)> = self
            .charges
            .iter()
            .filter_map(|(key, charge)| match charge.state {
                ChargeState::Held(held) if charge.expires_at_ms <= now_ms => Some((key.clone(), held)),
                _ => None,
            })
            .collect();
        for (key, held) in &due {
            self.change(key, ChargeState::Expired(*held), |balance| {
                balance.held = balance.held.less(*held);
                balance.spent = sum(balance.spent, *held)?;
                Ok(())
            })?;
        }
        Ok(due.len() as u64)
    }

    /// Moves a charge into another state, and its accounts with it: all of them, or on an error none.
    fn change(
        &mut self,
        key: &ChargeKey,
        state: ChargeState,
        change: impl Fn(&mut Balance) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let Some(charge) = self.charges.get_mut(key) else {
            return Ok(());
        };
        let mut changed = Vec::with_capacity(charge.accounts.len());
        for account in &charge.accounts {
            let mut balance = self.accounts.get(account).copied().unwrap_or_default();
            change(&mut balance)?;
            changed.push((account.clone(), balance));
        }
        charge.state = state;
        self.accounts.extend(changed);
        Ok(())
    }

    fn keep(&mut self, usage: Vec<UsageEvent>) {
        for event in usage {
            self.usage.entry(event.scope()).or_default().push(event);
        }
    }
}

fn sum(left: Cost, right: Cost) -> Result<Cost, StoreError> {
    // Neither is above `Cost::MAX`, so adding cannot wrap.
    Cost::from_micros(left.micros() + right.micros())
        .map_err(|_| StoreError::Refused("an account cannot hold a sum of more than a thousand million units"))
}
