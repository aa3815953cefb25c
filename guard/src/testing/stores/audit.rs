//! What a store of audit chains has to hold.

use std::sync::Arc;

use super::case::{Held, cases, hold, new_scope, same, together};
use crate::context::Mode;
use crate::store::{AuditHash, AuditRecord, AuditStore, MAX_BODY_BYTES, Scope, StoreError};

type Store = Arc<dyn AuditStore>;

cases! { dyn AuditStore:
    follows = "each record follows the one before, and comes back byte for byte";
    pages = "records are read in order, from any number";
    apart = "every scope has a chain of its own";
    parallel = "writers at the same time make one chain";
    refusals = "a payload that is too large or no text is refused, with all that came with it";
}

fn check(records: &[AuditRecord]) -> Held {
    let mut previous = None;
    for (record, seq) in records.iter().zip(1..) {
        same!(record.seq, seq, "a number");
        same!(record.previous, previous, format!("the hash before record {seq}"));
        let hash = AuditHash::of(previous.as_ref(), &record.payload);
        same!(record.hash, hash, format!("the hash of record {seq}"));
        previous = Some(hash);
    }
    Ok(())
}

async fn all(store: &Store, scope: &Scope) -> Held<Vec<AuditRecord>> {
    Ok(store.read(scope, 0, 100_000).await?)
}

async fn follows(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    same!(right.head(&scope).await?, None, "the head of nothing");
    same!(left.append(&scope, Vec::new()).await?, [], "no records");
    same!(right.head(&scope).await?, None, "the head of nothing");
    let payloads = ["{}", r#"{"a":"é 😀","b":[1,2]}"#, &"x".repeat(MAX_BODY_BYTES), "{}"];
    let mut appended = Vec::new();
    for (at, payload) in payloads.into_iter().enumerate() {
        let store = if at % 2 == 0 { &left } else { &right };
        appended.extend(store.append(&scope, vec![payload.to_owned()]).await?);
    }
    let two = vec!["{\"n\":1}".to_owned(), "{\"n\":2}".to_owned()];
    appended.extend(right.append(&scope, two).await?);
    check(&appended)?;
    for store in [&left, &right] {
        hold!(
            all(store, &scope).await? == appended,
            "what is read is not what was appended"
        );
        same!(
            store.head(&scope).await?,
            appended.last().map(AuditRecord::head),
            "the head"
        );
    }
    Ok(())
}

async fn pages(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let payloads = (0..10).map(|n| n.to_string()).collect();
    let appended = left.append(&scope, payloads).await?;
    let mut read: Vec<AuditRecord> = Vec::new();
    loop {
        let page = right.read(&scope, read.len() as u64, 3).await?;
        hold!(page.len() <= 3, "the page is too long");
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    same!(read, appended, "the pages together");
    same!(right.read(&scope, 0, 0).await?, [], "a limit of 0");
    same!(right.read(&scope, u64::MAX, 9).await?, [], "after the end");
    Ok(())
}

async fn apart(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let other = Scope {
        mode: Mode::Lab,
        ..scope.clone()
    };
    left.append(&scope, vec!["1".to_owned()]).await?;
    right.append(&other, vec!["2".to_owned()]).await?;
    for scope in [&scope, &other] {
        let records = all(&left, scope).await?;
        same!(records.len(), 1, "records");
        check(&records)?;
    }
    let scopes = right.scopes().await?;
    hold!(
        scopes.contains(&scope) && scopes.contains(&other),
        "a scope is not listed"
    );
    hold!(!scopes.contains(&new_scope()?), "a scope without records is listed");
    hold!(scopes.is_sorted_by(|a, b| a < b), "the scopes are not in order");
    Ok(())
}

async fn parallel(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let appended = together((0..60).map(|n| {
        let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
        let scope = scope.clone();
        async move { store.append(&scope, vec![n.to_string(), format!("{n}b")]).await }
    }))
    .await?;
    let records = all(&right, &scope).await?;
    check(&records)?;
    let mut appended: Vec<AuditRecord> = appended.concat();
    appended.sort_by_key(|record| record.seq);
    same!(records, appended, "the chain");
    Ok(())
}

async fn refusals(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    for bad in ["x".repeat(MAX_BODY_BYTES + 1), "a\0b".to_owned()] {
        let appended = left.append(&scope, vec!["{}".to_owned(), bad]).await;
        hold!(
            matches!(appended, Err(StoreError::Refused(_))),
            "not refused: {appended:?}"
        );
    }
    same!(all(&right, &scope).await?, [], "records");
    Ok(())
}
