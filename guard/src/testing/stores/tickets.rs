//! What a store of used tickets has to hold.

use std::sync::Arc;

use super::case::{Held, cases, new_id, new_tenant, now_s, same, together};
use crate::store::TicketEntry::{First, Used};
use crate::store::UsedTickets;

type Store = Arc<dyn UsedTickets>;

cases! { dyn UsedTickets:
    once = "a ticket is good once, whichever handle is asked";
    tenants = "tenants do not share tickets";
    parallel = "of a hundred uses at the same time, one is the first";
    forget = "what has ended is forgotten and stays used, even when the clock steps back";
}

const HOUR: u64 = 3600;

async fn once(left: Store, right: Store) -> Held {
    let (tenant, jti, end) = (new_tenant()?, new_id()?, now_s() + HOUR);
    same!(left.use_once(&tenant, &jti, end).await?, First, "the first use");
    for store in [&left, &right] {
        same!(store.use_once(&tenant, &jti, end).await?, Used, "a later use");
        same!(
            store.use_once(&tenant, &jti, end + 1).await?,
            Used,
            "a later use with another end"
        );
    }
    same!(right.use_once(&tenant, &new_id()?, end).await?, First, "another ticket");
    Ok(())
}

async fn tenants(left: Store, right: Store) -> Held {
    let (jti, end) = (new_id()?, now_s() + HOUR);
    same!(left.use_once(&new_tenant()?, &jti, end).await?, First, "one tenant");
    same!(
        right.use_once(&new_tenant()?, &jti, end).await?,
        First,
        "another tenant"
    );
    Ok(())
}

async fn parallel(left: Store, right: Store) -> Held {
    let (tenant, jti, end) = (new_tenant()?, new_id()?, now_s() + HOUR);
    let entries = together((0..100).map(|n| {
        let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
        let (tenant, jti) = (tenant.clone(), jti.clone());
        async move { store.use_once(&tenant, &jti, end).await }
    }))
    .await?;
    same!(entries.iter().filter(|entry| **entry == First).count(), 1, "first uses");
    Ok(())
}

async fn forget(left: Store, right: Store) -> Held {
    let (tenant, old, young, now) = (new_tenant()?, new_id()?, new_id()?, now_s());
    same!(
        left.use_once(&tenant, &old, now - HOUR).await?,
        First,
        "a ticket that ends"
    );
    same!(
        left.use_once(&tenant, &young, now + HOUR).await?,
        First,
        "a ticket that lives"
    );
    same!(right.forget(now - HOUR).await? >= 1, true, "something is forgotten");
    for store in [&left, &right] {
        same!(
            store.use_once(&tenant, &old, now - HOUR).await?,
            Used,
            "the forgotten ticket"
        );
        same!(
            store.use_once(&tenant, &young, now + HOUR).await?,
            Used,
            "the one that lives"
        );
    }
    // A clock that stepped back asks to forget less than was forgotten already.
    right.forget(now - 3 * HOUR).await?;
    same!(
        left.use_once(&tenant, &old, now - HOUR).await?,
        Used,
        "the forgotten ticket"
    );
    same!(
        left.use_once(&tenant, &new_id()?, now + 1).await?,
        First,
        "a new ticket"
    );
    Ok(())
}
