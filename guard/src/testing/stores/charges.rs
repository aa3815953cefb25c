//! What a budget has to hold when it forgets charges.

use std::sync::Arc;

use super::budget::{account, balance, cost, new_key, reservation, settlement};
use super::case::{Held, cases, hold, new_scope, same, together};
use crate::store::{BudgetStore, ChargeState, Cost, Reservation, Reserve, Settle};

type Store = Arc<dyn BudgetStore>;

cases! { dyn BudgetStore:
    forgotten = "charges that ended are forgotten, what was spent is not, and what is held stays";
    forgotten_meanwhile = "charges are forgotten while others are made";
}

async fn forgotten(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let caps = [(&total, 100)];
    let (settled, released, expired) = (new_key(&scope)?, new_key(&scope)?, new_key(&scope)?);
    let (held, young) = (new_key(&scope)?, new_key(&scope)?);
    for (key, end) in [
        (&settled, 2_000),
        (&released, 2_000),
        (&expired, 1_000),
        (&held, 2_000),
        (&young, 2_001),
    ] {
        let reservation = Reservation {
            expires_at_ms: end,
            ..reservation(key, 3, &caps)?
        };
        same!(left.reserve(reservation).await?, Reserve::Held, "reserving");
    }
    for key in [&settled, &young] {
        left.settle(settlement(key, 2)?).await?;
    }
    left.release(&released).await?;
    hold!(left.expire(1_000).await? >= 1, "nothing was expired");
    same!(left.balance(&total).await?, balance(3, 7)?, "the account");

    right.forget_charges(999).await?;
    for key in [&settled, &released, &expired, &held, &young] {
        hold!(
            left.charge(key).await?.is_some(),
            "a charge was forgotten before its time"
        );
    }
    hold!(right.forget_charges(2_000).await? >= 3, "too little was forgotten");
    for store in [&left, &right] {
        for key in [&settled, &released, &expired] {
            same!(store.charge(key).await?, None, "a charge that ended");
        }
        same!(
            store.charge(&held).await?,
            Some(ChargeState::Held(cost(3)?)),
            "what is held"
        );
        same!(
            store.charge(&young).await?,
            Some(ChargeState::Settled(cost(2)?)),
            "what ends later"
        );
        same!(store.balance(&total).await?, balance(3, 7)?, "the account");
    }
    same!(
        left.settle(settlement(&expired, 1)?).await?,
        Settle::NotHeld,
        "settling what is forgotten"
    );
    same!(left.release(&expired).await?, None, "releasing what is forgotten");
    same!(
        right.reserve(reservation(&settled, 3, &caps)?).await?,
        Reserve::Held,
        "reserving anew"
    );
    let over = Cost::ZERO;
    same!(
        left.settle(settlement(&held, 3)?).await?,
        Settle::Settled { over },
        "what was held"
    );
    same!(left.balance(&total).await?, balance(3, 10)?, "the account");
    Ok(())
}

async fn forgotten_meanwhile(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let total = account(&scope, "total")?;
    let forgetting = {
        let store = Arc::clone(&right);
        tokio::spawn(async move {
            loop {
                let _ = store.forget_charges(1_000).await;
                tokio::task::yield_now().await;
            }
        })
    };
    let spent = together((0..24_u32).map(|task| {
        let store = Arc::clone(if task % 2 == 0 { &left } else { &right });
        let (scope, total) = (scope.clone(), total.clone());
        async move {
            for _ in 0..4 {
                let made = || {
                    let key = new_key(&scope)?;
                    Ok((reservation(&key, 1, &[(&total, 1_000)])?, settlement(&key, 1)?, key))
                };
                let (reservation, settlement, key) =
                    made().map_err(|broken: super::case::Broken| crate::store::StoreError::Corrupt(broken.0))?;
                let soon = Reservation {
                    expires_at_ms: 1_000,
                    ..reservation
                };
                // Released, and perhaps forgotten, before it is reserved again.
                store.reserve(soon.clone()).await?;
                store.release(&key).await?;
                store.reserve(soon).await?;
                store.settle(settlement).await?;
            }
            Ok(())
        }
    }))
    .await;
    forgetting.abort();
    spent?;
    same!(left.balance(&total).await?, balance(0, 96)?, "the account");
    Ok(())
}
