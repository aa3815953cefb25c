//! What a budget has to hold.

use std::sync::Arc;

use super::case::{Broken, Held, cases, hold, new_id, new_scope, new_tenant, same, together};
use crate::store::{
    Balance, BudgetAccount, BudgetStore, Cap, ChargeKey, ChargeState, Cost, Currency, Reservation, Reserve, Scope,
    Settle, Settlement, StoreError,
};

type Store = Arc<dyn BudgetStore>;

cases! { dyn BudgetStore:
    lifecycle = "what is held is settled or let go";
    over_a_cap = "a reservation over a cap holds nothing on any account";
    repeated = "a key is charged once, however often it is tried";
    released = "a key that was let go can be reserved again";
    overrun = "a cost over what was held is counted, and nothing more is let through";
    expires = "what nobody settled counts as spent, until it is settled";
    never_overspent = "whatever runs at the same time, no cap is exceeded";
    one_key_at_once = "of reservations with one key at the same time, one holds";
    settled_at_once = "of settlements of one key at the same time, one counts";
    refusals = "a reservation that nothing limits, or of another tenant's account, is refused";
}

pub(super) fn cost(units: i64) -> Held<Cost> {
    Cost::from_micros(units * 1_000_000).map_err(|error| Broken(error.to_string()))
}

pub(super) fn euro() -> Held<Currency> {
    "EUR".parse().map_err(|_| Broken("no currency".to_owned()))
}

pub(super) fn new_key(scope: &Scope) -> Held<ChargeKey> {
    Ok(ChargeKey {
        tenant: scope.tenant.clone(),
        request_id: new_id()?,
        route: "POST /renders".to_owned(),
    })
}

pub(super) fn account(scope: &Scope, name: &str) -> Held<BudgetAccount> {
    Ok(BudgetAccount {
        scope: scope.clone(),
        currency: euro()?,
        name: name.to_owned(),
    })
}

pub(super) fn reservation(key: &ChargeKey, amount: i64, caps: &[(&BudgetAccount, i64)]) -> Held<Reservation> {
    let mut all = Vec::new();
    for (account, limit) in caps {
        all.push(Cap {
            account: (*account).clone(),
            limit: cost(*limit)?,
        });
    }
    Ok(Reservation {
        key: key.clone(),
        amount: cost(amount)?,
        caps: all,
        expires_at_ms: i64::MAX as u64,
    })
}

pub(super) fn settlement(key: &ChargeKey, units: i64) -> Held<Settlement> {
    Ok(Settlement {
        key: key.clone(),
        cost: cost(units)?,
        usage: Vec::new(),
    })
}

pub(super) fn balance(held: i64, spent: i64) -> Held<Balance> {
    Ok(Balance {
        held: cost(held)?,
        spent: cost(spent)?,
    })
}

async fn lifecycle(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let (total, day) = (account(&scope, "total")?, account(&scope, "day 2026-11-22")?);
    let (a, b) = (new_key(&scope)?, new_key(&scope)?);
    same!(
        right.balance(&total).await?,
        Balance::default(),
        "an account that was never used"
    );
    same!(right.charge(&a).await?, None, "a charge that was never made");
    let caps = [(&total, 10), (&day, 5)];
    same!(
        left.reserve(reservation(&a, 3, &caps)?).await?,
        Reserve::Held,
        "the first"
    );
    same!(
        right.reserve(reservation(&b, 2, &caps)?).await?,
        Reserve::Held,
        "the second"
    );
    same!(
        right.charge(&a).await?,
        Some(ChargeState::Held(cost(3)?)),
        "the first charge"
    );
    for account in [&total, &day] {
        same!(left.balance(account).await?, balance(5, 0)?, "held");
    }
    let settled = Settle::Settled { over: Cost::ZERO };
    same!(right.settle(settlement(&a, 1)?).await?, settled, "settling");
    same!(left.release(&b).await?, Some(ChargeState::Released), "releasing");
    for account in [&total, &day] {
        same!(right.balance(account).await?, balance(0, 1)?, "spent");
    }
    same!(
        left.charge(&a).await?,
        Some(ChargeState::Settled(cost(1)?)),
        "the first charge"
    );
    same!(
        left.settle(settlement(&new_key(&scope)?, 1)?).await?,
        Settle::NotHeld,
        "settling nothing"
    );
    same!(
        left.settle(settlement(&b, 1)?).await?,
        Settle::NotHeld,
        "settling what was let go"
    );
    same!(left.release(&new_key(&scope)?).await?, None, "releasing nothing");
    same!(
        left.release(&a).await?,
        Some(ChargeState::Settled(cost(1)?)),
        "releasing what is settled"
    );
    same!(right.balance(&total).await?, balance(0, 1)?, "spent");
    Ok(())
}

async fn over_a_cap(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let (total, day) = (account(&scope, "total")?, account(&scope, "day")?);
    let caps = [(&total, 10), (&day, 4)];
    let first = new_key(&scope)?;
    same!(
        left.reserve(reservation(&first, 4, &caps)?).await?,
        Reserve::Held,
        "up to the cap"
    );
    let more = new_key(&scope)?;
    same!(
        right.reserve(reservation(&more, 1, &caps)?).await?,
        Reserve::Exceeded(day.clone()),
        "over one cap"
    );
    same!(right.charge(&more).await?, None, "a charge that was refused");
    same!(
        right.balance(&total).await?,
        balance(4, 0)?,
        "the account that had room"
    );
    same!(
        right.reserve(reservation(&more, 0, &caps)?).await?,
        Reserve::Held,
        "nothing fits"
    );
    same!(
        left.settle(settlement(&first, 4)?).await?,
        Settle::Settled { over: Cost::ZERO },
        "settling"
    );
    let spent = new_key(&scope)?;
    same!(
        right.reserve(reservation(&spent, 1, &caps)?).await?,
        Reserve::Exceeded(day),
        "what was spent counts"
    );
    same!(
        left.reserve(reservation(&spent, 1, &[(&total, 4)])?).await?,
        Reserve::Exceeded(total),
        "a lower cap"
    );
    Ok(())
}

async fn repeated(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let key = new_key(&scope)?;
    same!(
        left.reserve(reservation(&key, 2, &[(&total, 10)])?).await?,
        Reserve::Held,
        "the first"
    );
    let held = Reserve::Repeated(ChargeState::Held(cost(2)?));
    same!(
        right.reserve(reservation(&key, 9, &[(&total, 10)])?).await?,
        held,
        "the second"
    );
    same!(
        left.settle(settlement(&key, 1)?).await?,
        Settle::Settled { over: Cost::ZERO },
        "settling"
    );
    same!(
        right.settle(settlement(&key, 2)?).await?,
        Settle::Repeated(cost(1)?),
        "settling again"
    );
    let settled = Reserve::Repeated(ChargeState::Settled(cost(1)?));
    same!(
        right.reserve(reservation(&key, 1, &[(&total, 10)])?).await?,
        settled,
        "a late one"
    );
    same!(left.balance(&total).await?, balance(0, 1)?, "the account");

    let others = [
        ChargeKey {
            tenant: new_tenant()?,
            ..key.clone()
        },
        ChargeKey {
            route: "POST /exports".to_owned(),
            ..key.clone()
        },
        ChargeKey {
            request_id: new_id()?,
            ..key
        },
    ];
    for key in others {
        let scope = Scope {
            tenant: key.tenant.clone(),
            ..scope.clone()
        };
        let total = account(&scope, "total")?;
        same!(
            right.reserve(reservation(&key, 1, &[(&total, 10)])?).await?,
            Reserve::Held,
            "another key"
        );
    }
    Ok(())
}

async fn released(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let key = new_key(&scope)?;
    for _ in 0..3 {
        same!(
            left.reserve(reservation(&key, 9, &[(&total, 10)])?).await?,
            Reserve::Held,
            "reserving"
        );
        same!(right.release(&key).await?, Some(ChargeState::Released), "releasing");
        same!(
            left.release(&key).await?,
            Some(ChargeState::Released),
            "releasing again"
        );
        same!(left.balance(&total).await?, balance(0, 0)?, "the account");
    }
    // The second life of a key has the accounts of its second reservation.
    let day = account(&scope, "day")?;
    same!(
        left.reserve(reservation(&key, 2, &[(&day, 10)])?).await?,
        Reserve::Held,
        "on another account"
    );
    same!(
        right.settle(settlement(&key, 2)?).await?,
        Settle::Settled { over: Cost::ZERO },
        "settling"
    );
    same!(left.balance(&total).await?, balance(0, 0)?, "the first account");
    same!(left.balance(&day).await?, balance(0, 2)?, "the second account");
    Ok(())
}

async fn overrun(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let key = new_key(&scope)?;
    same!(
        left.reserve(reservation(&key, 2, &[(&total, 4)])?).await?,
        Reserve::Held,
        "reserving"
    );
    same!(
        right.settle(settlement(&key, 7)?).await?,
        Settle::Settled { over: cost(5)? },
        "settling"
    );
    same!(left.balance(&total).await?, balance(0, 7)?, "the account");
    let next = new_key(&scope)?;
    for amount in [0, 1] {
        let reserve = left.reserve(reservation(&next, amount, &[(&total, 4)])?).await?;
        same!(reserve, Reserve::Exceeded(total.clone()), "reserving on");
    }
    Ok(())
}

async fn expires(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let (a, b, later) = (new_key(&scope)?, new_key(&scope)?, new_key(&scope)?);
    for (key, end) in [(&a, 1_000), (&b, 1_000), (&later, 1_001)] {
        let reservation = Reservation {
            expires_at_ms: end,
            ..reservation(key, 3, &[(&total, 10)])?
        };
        same!(left.reserve(reservation).await?, Reserve::Held, "reserving");
    }
    same!(right.expire(999).await?, 0, "before the end");
    same!(right.expire(1_000).await?, 2, "at the end");
    same!(left.expire(1_000).await?, 0, "again");
    same!(left.balance(&total).await?, balance(3, 6)?, "the account");
    same!(
        left.charge(&a).await?,
        Some(ChargeState::Expired(cost(3)?)),
        "the charge"
    );
    same!(
        left.release(&a).await?,
        Some(ChargeState::Expired(cost(3)?)),
        "releasing too late"
    );
    let again = right.reserve(reservation(&b, 1, &[(&total, 10)])?).await?;
    same!(
        again,
        Reserve::Repeated(ChargeState::Expired(cost(3)?)),
        "reserving again"
    );
    same!(
        right.settle(settlement(&a, 1)?).await?,
        Settle::Settled { over: Cost::ZERO },
        "settling late"
    );
    same!(left.balance(&total).await?, balance(3, 4)?, "the account");
    same!(
        right.release(&later).await?,
        Some(ChargeState::Released),
        "the one that had time"
    );
    Ok(())
}

async fn never_overspent(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let (total, day) = (account(&scope, "total")?, account(&scope, "day")?);
    let mut tasks = Vec::new();
    for n in 0..120_i64 {
        let key = new_key(&scope)?;
        // Half of them name the accounts the other way round, as if to lock each other out.
        let caps = if n % 2 == 0 {
            [(&total, 40), (&day, 25)]
        } else {
            [(&day, 25), (&total, 40)]
        };
        let reservation = reservation(&key, 1 + n % 3, &caps)?;
        let settlement = settlement(&key, 1)?;
        let store = Arc::clone(if n % 4 < 2 { &left } else { &right });
        let (total, day) = (total.clone(), day.clone());
        tasks.push(async move {
            let amount = reservation.amount;
            if store.reserve(reservation).await? != Reserve::Held {
                return Ok((Cost::ZERO, true));
            }
            let sums = [store.balance(&total).await?, store.balance(&day).await?];
            let fits = sums[0].held.micros() + sums[0].spent.micros() <= 40_000_000
                && sums[1].held.micros() + sums[1].spent.micros() <= 25_000_000;
            match n % 3 {
                0 => {
                    store.settle(settlement).await?;
                    Ok((Cost::from_micros(1_000_000).unwrap_or_default(), fits))
                }
                1 => store.release(&settlement.key).await.map(|_| (Cost::ZERO, fits)),
                _ => Ok((amount, fits)),
            }
        });
    }
    let results = together(tasks).await?;
    hold!(results.iter().all(|(_, fits)| *fits), "a cap was exceeded");
    let counted: i64 = results.iter().map(|(cost, _)| cost.micros()).sum();
    for account in [&total, &day] {
        let Balance { held, spent } = right.balance(account).await?;
        same!(
            held.micros() + spent.micros(),
            counted,
            "the account against what was let through"
        );
    }
    // What is left can be taken to the last unit, and not beyond.
    let rest = 25 - counted / 1_000_000;
    let caps = [(&day, 25)];
    let over = left.reserve(reservation(&new_key(&scope)?, rest + 1, &caps)?).await?;
    same!(over, Reserve::Exceeded(day.clone()), "one more than is left");
    same!(
        left.reserve(reservation(&new_key(&scope)?, rest, &caps)?).await?,
        Reserve::Held,
        "what is left"
    );
    Ok(())
}

async fn one_key_at_once(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let key = new_key(&scope)?;
    let mut tasks = Vec::new();
    for n in 0..40 {
        let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
        let reservation = reservation(&key, 1, &[(&total, 100)])?;
        tasks.push(async move { store.reserve(reservation).await });
    }
    let results = together(tasks).await?;
    same!(
        results.iter().filter(|answer| **answer == Reserve::Held).count(),
        1,
        "held"
    );
    same!(right.balance(&total).await?, balance(1, 0)?, "the account");
    Ok(())
}

async fn settled_at_once(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let key = new_key(&scope)?;
    left.reserve(reservation(&key, 3, &[(&total, 100)])?).await?;
    let mut tasks = Vec::new();
    for n in 0..40 {
        let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
        let (settlement, key) = (settlement(&key, 2)?, key.clone());
        tasks.push(async move {
            if n % 5 == 4 {
                store.release(&key).await?;
                return Ok(Settle::NotHeld);
            }
            store.settle(settlement).await
        });
    }
    let results = together(tasks).await?;
    let settled = results
        .iter()
        .filter(|answer| matches!(answer, Settle::Settled { .. }))
        .count();
    let wanted = match right.charge(&key).await? {
        Some(ChargeState::Settled(_)) => (1, balance(0, 2)?),
        _ => (0, balance(0, 0)?),
    };
    same!(
        (settled, right.balance(&total).await?),
        wanted,
        "settled once or let go"
    );
    Ok(())
}

async fn refusals(left: Store, right: Store) -> Held {
    let (scope, other) = (new_scope()?, new_scope()?);
    let (total, foreign) = (account(&scope, "total")?, account(&other, "total")?);
    let key = new_key(&scope)?;
    let long = account(&scope, &"x".repeat(257))?;
    let nameless = account(&scope, "")?;
    let mut bad = vec![
        reservation(&key, 1, &[])?,
        reservation(&key, 1, &[(&foreign, 9)])?,
        reservation(&key, 1, &[(&total, 9), (&total, 5)])?,
        reservation(&key, 1, &[(&long, 9)])?,
        reservation(&key, 1, &[(&nameless, 9)])?,
    ];
    let unrouted = ChargeKey {
        route: String::new(),
        ..key.clone()
    };
    bad.push(reservation(&unrouted, 1, &[(&total, 9)])?);
    for reservation in bad {
        let answer = left.reserve(reservation).await;
        hold!(matches!(answer, Err(StoreError::Refused(_))), "not refused: {answer:?}");
    }
    same!(right.charge(&key).await?, None, "the charge");
    same!(
        right.balance(&foreign).await?,
        Balance::default(),
        "another tenant's account"
    );
    Ok(())
}
