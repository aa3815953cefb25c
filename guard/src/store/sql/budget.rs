//! Budget.

use super::charges::ForgetCharges;
use super::usage::{RecordUsage, Totals, Usage};
use super::{Database, Record, Sql, Value, Work, corrupt, int, only};
use crate::store::StoreFuture;
use crate::store::budget::{
    Balance, BudgetAccount, BudgetStore, Cap, ChargeKey, ChargeState, Reservation, Reserve, Settle, Settlement,
    check_reservation,
};
use crate::store::error::StoreError;
use crate::store::money::Cost;
use crate::store::usage::{UsageCursor, UsageEvent, UsageField, UsageFilter, UsageRow, UsageTotal, check_usage};

impl<D: Database> BudgetStore for D {
    fn reserve(&self, mut reservation: Reservation) -> StoreFuture<'_, Reserve> {
        Box::pin(async move {
            check_reservation(&reservation)?;
            // In one order for all, so that no two wait for each other.
            reservation
                .caps
                .sort_by(|left, right| place(&left.account).cmp(&place(&right.account)));
            self.write(reservation).await
        })
    }

    fn settle(&self, settlement: Settlement) -> StoreFuture<'_, Settle> {
        Box::pin(async move {
            check_usage(Some(&settlement.key.tenant), &settlement.usage)?;
            self.write(settlement).await
        })
    }

    fn release<'a>(&'a self, key: &'a ChargeKey) -> StoreFuture<'a, Option<ChargeState>> {
        self.write(Release(key.clone()))
    }

    fn expire(&self, now_ms: u64) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let mut expired = 0;
            while self.write(ExpireOne(int(now_ms))).await? {
                expired += 1;
            }
            Ok(expired)
        })
    }

    fn forget_charges(&self, ended_ms: u64) -> StoreFuture<'_, u64> {
        Box::pin(async move {
            let mut forgotten = 0;
            loop {
                let part = self.write(ForgetCharges(int(ended_ms))).await?;
                forgotten += part;
                if part == 0 {
                    return Ok(forgotten);
                }
            }
        })
    }

    fn charge<'a>(&'a self, key: &'a ChargeKey) -> StoreFuture<'a, Option<ChargeState>> {
        self.read(Look(key.clone()))
    }

    fn balance<'a>(&'a self, account: &'a BudgetAccount) -> StoreFuture<'a, Balance> {
        self.read(LookAt(account.clone()))
    }

    fn record(&self, usage: Vec<UsageEvent>) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            check_usage(None, &usage)?;
            self.write(RecordUsage(usage)).await
        })
    }

    fn usage<'a>(
        &'a self,
        filter: &'a UsageFilter,
        after: Option<UsageCursor>,
        limit: usize,
    ) -> StoreFuture<'a, Vec<UsageRow>> {
        let filter = filter.clone();
        self.read(Usage { filter, after, limit })
    }

    fn totals<'a>(&'a self, filter: &'a UsageFilter, by: &'a [UsageField]) -> StoreFuture<'a, Vec<UsageTotal>> {
        self.read(Totals {
            filter: filter.clone(),
            by: by.to_vec(),
        })
    }
}

/// An account as its row's key has it.
fn place(account: &BudgetAccount) -> [&str; 5] {
    let scope = &account.scope;
    [
        scope.tenant.as_str(),
        scope.mode.as_str(),
        scope.project.as_str(),
        account.currency.as_str(),
        &account.name,
    ]
}

fn key_values(key: &ChargeKey) -> [Value<'_>; 3] {
    [
        key.tenant.as_str().into(),
        key.request_id.as_str().into(),
        key.route.as_str().into(),
    ]
}

impl Work for Reservation {
    type Output = Reserve;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Reserve, StoreError> {
        let charge = find(connection, &self.key, true).await?;
        if let Some(Charge { state, .. }) = charge
            && state != ChargeState::Released
        {
            return Ok(Reserve::Repeated(state));
        }
        let mut accounts = Vec::with_capacity(self.caps.len());
        for Cap { account, limit } in &self.caps {
            let (id, held, spent) = locked(connection, account).await?;
            let sum = held.saturating_add(spent).saturating_add(self.amount.micros());
            if sum > limit.micros() {
                return Ok(Reserve::Exceeded(account.clone()));
            }
            accounts.push(id);
        }
        let [tenant, request, route] = key_values(&self.key);
        let rows = connection
            .rows(
                "INSERT INTO guard_charge AS charge (tenant, request_id, route, state, amount, expires_at_ms) \
                 VALUES ($1, $2, $3, 'held', $4, $5) \
                 ON CONFLICT (tenant, request_id, route) DO UPDATE SET state = excluded.state, \
                 amount = excluded.amount, expires_at_ms = excluded.expires_at_ms WHERE charge.state = 'released' \
                 RETURNING id",
                &[
                    tenant,
                    request,
                    route,
                    self.amount.micros().into(),
                    int(self.expires_at_ms).into(),
                ],
            )
            .await?;
        let Some(row) = rows.first() else {
            // Somebody else was first after this one had looked.
            let charge = find(connection, &self.key, true).await?;
            let forgotten = || StoreError::unavailable("the charge was forgotten while it was reserved again");
            return charge.map_or_else(|| Err(forgotten()), |charge| Ok(Reserve::Repeated(charge.state)));
        };
        let charge = row.int(0)?;
        connection
            .change("DELETE FROM guard_charge_account WHERE charge = $1", &[charge.into()])
            .await?;
        for account in accounts {
            connection
                .change(
                    "UPDATE guard_account SET held = held + $2 WHERE id = $1",
                    &[account.into(), self.amount.micros().into()],
                )
                .await?;
            connection
                .change(
                    "INSERT INTO guard_charge_account (charge, account) VALUES ($1, $2)",
                    &[charge.into(), account.into()],
                )
                .await?;
        }
        Ok(Reserve::Held)
    }
}

/// Makes sure of an account and locks it: its id, what is held, what is spent.
async fn locked<C: Sql>(connection: &mut C, account: &BudgetAccount) -> Result<(i64, i64, i64), StoreError> {
    let rows = connection
        .rows(
            "INSERT INTO guard_account AS account (tenant, mode, project, currency, name, held, spent) \
             VALUES ($1, $2, $3, $4, $5, 0, 0) \
             ON CONFLICT (tenant, mode, project, currency, name) DO UPDATE SET held = account.held \
             RETURNING id, held, spent",
            &place(account).map(Value::Text),
        )
        .await?;
    let row = only(rows)?;
    Ok((row.int(0)?, row.int(1)?, row.int(2)?))
}

/// A charge, as its row says.
struct Charge {
    id: i64,
    state: ChargeState,
}

async fn find<C: Sql>(connection: &mut C, key: &ChargeKey, lock: bool) -> Result<Option<Charge>, StoreError> {
    let sql = match (lock, C::LOCKS_ROWS) {
        (true, true) => {
            "SELECT id, state, amount FROM guard_charge WHERE tenant = $1 AND request_id = $2 AND route = $3 FOR UPDATE"
        }
        _ => "SELECT id, state, amount FROM guard_charge WHERE tenant = $1 AND request_id = $2 AND route = $3",
    };
    let rows = connection.rows(sql, &key_values(key)).await?;
    rows.first().map(charge).transpose()
}

fn charge(row: &impl Record) -> Result<Charge, StoreError> {
    let (id, state, amount) = (row.int(0)?, row.text(1)?, amount(row.int(2)?)?);
    let state = match state.as_str() {
        "held" => ChargeState::Held(amount),
        "settled" => ChargeState::Settled(amount),
        "released" => ChargeState::Released,
        "expired" => ChargeState::Expired(amount),
        _ => return Err(corrupt(format!("a charge in the state {state:?}"))),
    };
    Ok(Charge { id, state })
}

fn amount(micros: i64) -> Result<Cost, StoreError> {
    Cost::from_micros(micros).map_err(|_| corrupt(format!("the amount {micros}")))
}

/// Moves a charge into another state, and so much off and onto its accounts.
async fn change<C: Sql>(
    connection: &mut C,
    charge: i64,
    state: ChargeState,
    (held, spent): (i64, i64),
) -> Result<(), StoreError> {
    let (state, amount) = match state {
        ChargeState::Held(amount) => ("held", amount),
        ChargeState::Settled(amount) => ("settled", amount),
        ChargeState::Released => ("released", Cost::ZERO),
        ChargeState::Expired(amount) => ("expired", amount),
    };
    connection
        .change(
            "UPDATE guard_charge SET state = $2, amount = $3 WHERE id = $1",
            &[charge.into(), state.into(), amount.micros().into()],
        )
        .await?;
    // In the order in which reservations lock them.
    let accounts = connection
        .rows(
            "SELECT account.id FROM guard_charge_account link JOIN guard_account account ON account.id = link.account \
             WHERE link.charge = $1 \
             ORDER BY account.tenant, account.mode, account.project, account.currency, account.name",
            &[charge.into()],
        )
        .await?;
    for account in accounts {
        connection
            .change(
                "UPDATE guard_account SET held = held + $2, spent = spent + $3 WHERE id = $1",
                &[account.int(0)?.into(), held.into(), spent.into()],
            )
            .await?;
    }
    Ok(())
}

impl Work for Settlement {
    type Output = Settle;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Settle, StoreError> {
        let Some(Charge { id, state }) = find(connection, &self.key, true).await? else {
            return Ok(Settle::NotHeld);
        };
        let cost = self.cost.micros();
        let (held, off) = match state {
            ChargeState::Held(held) => (held, (-held.micros(), cost)),
            ChargeState::Expired(held) => (held, (0, cost - held.micros())),
            ChargeState::Settled(cost) => return Ok(Settle::Repeated(cost)),
            ChargeState::Released => return Ok(Settle::NotHeld),
        };
        change(connection, id, ChargeState::Settled(self.cost), off).await?;
        super::usage::keep(connection, &self.usage).await?;
        Ok(Settle::Settled {
            over: self.cost.less(held),
        })
    }
}

struct Release(ChargeKey);

impl Work for Release {
    type Output = Option<ChargeState>;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Option<ChargeState>, StoreError> {
        let Some(Charge { id, state }) = find(connection, &self.0, true).await? else {
            return Ok(None);
        };
        let ChargeState::Held(held) = state else {
            return Ok(Some(state));
        };
        change(connection, id, ChargeState::Released, (-held.micros(), 0)).await?;
        Ok(Some(ChargeState::Released))
    }
}

/// Counts one charge as spent, if one is due.
struct ExpireOne(i64);

impl Work for ExpireOne {
    type Output = bool;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<bool, StoreError> {
        let sql = if C::LOCKS_ROWS {
            "SELECT id, state, amount FROM guard_charge WHERE state = 'held' AND expires_at_ms <= $1 \
             ORDER BY expires_at_ms LIMIT 1 FOR UPDATE SKIP LOCKED"
        } else {
            "SELECT id, state, amount FROM guard_charge WHERE state = 'held' AND expires_at_ms <= $1 \
             ORDER BY expires_at_ms LIMIT 1"
        };
        let rows = connection.rows(sql, &[self.0.into()]).await?;
        let Some(Charge { id, state }) = rows.first().map(charge).transpose()? else {
            return Ok(false);
        };
        let ChargeState::Held(held) = state else {
            return Err(corrupt("a held charge that is not held"));
        };
        let micros = held.micros();
        change(connection, id, ChargeState::Expired(held), (-micros, micros)).await?;
        Ok(true)
    }
}

struct Look(ChargeKey);

impl Work for Look {
    type Output = Option<ChargeState>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Option<ChargeState>, StoreError> {
        Ok(find(connection, &self.0, false).await?.map(|charge| charge.state))
    }
}

struct LookAt(BudgetAccount);

impl Work for LookAt {
    type Output = Balance;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Balance, StoreError> {
        let rows = connection
            .rows(
                "SELECT held, spent FROM guard_account \
                 WHERE tenant = $1 AND mode = $2 AND project = $3 AND currency = $4 AND name = $5",
                &place(&self.0).map(Value::Text),
            )
            .await?;
        let balance = |row: &C::Row| {
            Ok(Balance {
                held: amount(row.int(0)?)?,
                spent: amount(row.int(1)?)?,
            })
        };
        rows.first().map_or(Ok(Balance::default()), balance)
    }
}
