//! What a store of policies has to hold.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use super::case::{Broken, Held, cases, hold, new_id, new_scope, same, together};
use crate::context::OpaqueId;
use crate::envelope::Gate;
use crate::store::{Policy, PolicyKey, PolicyScope, PolicyStore, Put, PutPolicy, StoreError};

type Store = Arc<dyn PolicyStore>;

cases! { dyn PolicyStore:
    versions = "a policy is what was put last, and every put counts";
    conflicts = "a put that expects another version changes nothing";
    apart = "gates, scopes and subjects have policies of their own";
    changes = "changes come in the order in which they were made, each policy as it is now";
    parallel = "of writers that expect one version, one wins";
    follows = "a reader that follows the changes ends with every policy as it is";
    tail_wakes = "a tail wakes for what another handle puts, within a second";
    refusals = "a policy that is too long or no text is refused";
}

fn key() -> Held<PolicyKey> {
    Ok(PolicyKey {
        gate: Gate::KillSwitch,
        scope: PolicyScope::Scope(new_scope()?),
        subject: String::new(),
    })
}

fn put(key: &PolicyKey, body: Option<&str>, expected: Option<u64>) -> Held<PutPolicy> {
    Ok(PutPolicy {
        key: key.clone(),
        body: body.map(str::to_owned),
        expected,
        by: OpaqueId::parse("u_ops")?,
        at_ms: 7,
    })
}

async fn stored(store: &Store, key: &PolicyKey, body: Option<&str>) -> Held<Policy> {
    match store.put(put(key, body, None)?).await? {
        Put::Stored(policy) => Ok(policy),
        Put::Conflict(version) => Err(Broken(format!("a conflict with version {version}"))),
    }
}

async fn versions(left: Store, right: Store) -> Held {
    let key = key()?;
    same!(right.get(&key).await?, None, "what nobody put");
    let mut revision = 0;
    for (version, body) in [(1, Some(r#"{"on":true}"#)), (2, Some("é")), (3, None), (4, Some(""))] {
        let policy = stored(&left, &key, body).await?;
        same!(policy.version, version, "the version");
        hold!(policy.revision > revision, "the revision does not rise");
        revision = policy.revision;
        same!(policy.body.as_deref(), body, "the body");
        same!(
            (policy.by.as_str(), policy.at_ms, &policy.key),
            ("u_ops", 7, &key),
            "the rest"
        );
        same!(right.get(&key).await?, Some(policy), "what is read");
    }
    Ok(())
}

async fn conflicts(left: Store, right: Store) -> Held {
    let key = key()?;
    same!(
        left.put(put(&key, Some("1"), Some(1))?).await?,
        Put::Conflict(0),
        "a first put that expects one"
    );
    same!(left.get(&key).await?, None, "after a conflict");
    hold!(
        matches!(left.put(put(&key, Some("1"), Some(0))?).await?, Put::Stored(_)),
        "a first put"
    );
    same!(
        right.put(put(&key, Some("2"), Some(0))?).await?,
        Put::Conflict(1),
        "a second first put"
    );
    hold!(
        matches!(right.put(put(&key, Some("2"), Some(1))?).await?, Put::Stored(_)),
        "a second put"
    );
    let body = left.get(&key).await?.and_then(|policy| policy.body);
    same!(body.as_deref(), Some("2"), "the body");
    Ok(())
}

async fn apart(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let mut keys = vec![PolicyKey {
        gate: Gate::Budget,
        scope: PolicyScope::Scope(scope.clone()),
        subject: "render".to_owned(),
    }];
    let first = keys[0].clone();
    keys.push(PolicyKey {
        gate: Gate::Kpi,
        ..first.clone()
    });
    keys.push(PolicyKey {
        scope: PolicyScope::Tenant(scope.tenant),
        ..first.clone()
    });
    keys.push(PolicyKey {
        scope: PolicyScope::Everywhere,
        subject: new_id()?.to_string(),
        ..first.clone()
    });
    keys.push(PolicyKey {
        subject: "Render".to_owned(),
        ..first.clone()
    });
    keys.push(PolicyKey {
        subject: String::new(),
        ..first
    });
    for (at, key) in keys.iter().enumerate() {
        stored(&left, key, Some(&at.to_string())).await?;
    }
    for (at, key) in keys.iter().enumerate() {
        let policy = right.get(key).await?;
        same!(
            policy.as_ref().and_then(|policy| policy.body.clone()),
            Some(at.to_string()),
            "a body"
        );
        same!(policy.map(|policy| policy.key), Some(key.clone()), "a key");
    }
    Ok(())
}

/// Everything that changed after a revision, page by page.
async fn since(store: &Store, mut after: u64) -> Result<Vec<Policy>, StoreError> {
    let mut changed = Vec::new();
    loop {
        let page = store.changes(after, 2).await?;
        let Some(last) = page.last() else {
            return Ok(changed);
        };
        after = last.revision;
        changed.extend(page);
    }
}

async fn changes(left: Store, right: Store) -> Held {
    let (a, b, c) = (key()?, key()?, key()?);
    let start = stored(&left, &a, Some("1")).await?.revision;
    stored(&left, &b, Some("1")).await?;
    stored(&left, &a, Some("2")).await?;
    stored(&right, &c, None).await?;
    stored(&right, &b, Some("2")).await?;
    let changed = since(&left, start).await?;
    let found: Vec<(&PolicyKey, Option<&str>)> = changed
        .iter()
        .map(|policy| (&policy.key, policy.body.as_deref()))
        .collect();
    same!(found, [(&a, Some("2")), (&c, None), (&b, Some("2"))], "the changes");
    same!(since(&left, changed[2].revision).await?, [], "changes after the last");
    hold!(
        since(&right, 0).await?.len() >= 3,
        "not all changes are there from the start"
    );
    Ok(())
}

async fn parallel(left: Store, right: Store) -> Held {
    let key = key()?;
    for expected in 0..3 {
        let mut puts = Vec::new();
        for n in 0..20 {
            puts.push((n, put(&key, Some(&n.to_string()), Some(expected))?));
        }
        let results = together(puts.into_iter().map(|(n, put)| {
            let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
            async move { store.put(put).await }
        }))
        .await?;
        let won = results.iter().filter(|put| matches!(put, Put::Stored(_))).count();
        same!(won, 1, "winners");
        hold!(
            results
                .iter()
                .all(|put| !matches!(put, Put::Conflict(version) if *version != expected + 1)),
            "a loser was told of another version: {results:?}"
        );
    }
    Ok(())
}

async fn follows(left: Store, right: Store) -> Held {
    let mut keys = Vec::new();
    for _ in 0..6 {
        keys.push(key()?);
    }
    let writers = keys.clone().into_iter().enumerate().map(|(n, key)| {
        let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
        async move {
            for version in 1..=10 {
                let by = OpaqueId::parse("u_ops").map_err(|error| StoreError::Corrupt(error.to_string()))?;
                let body = Some(version.to_string());
                store
                    .put(PutPolicy {
                        key: key.clone(),
                        body,
                        expected: None,
                        by,
                        at_ms: 0,
                    })
                    .await?;
            }
            Ok(())
        }
    });
    let writers: Vec<_> = writers.collect();
    let reader = {
        let (store, keys) = (Arc::clone(&right), keys.clone());
        tokio::spawn(async move {
            let mut tail = store.watch();
            let (mut copy, mut seen) = (HashMap::new(), 0);
            while !keys.iter().all(|key| copy.get(key) == Some(&10)) {
                let page = store.changes(seen, 5).await?;
                let Some(last) = page.last() else {
                    tail.changed().await;
                    continue;
                };
                seen = last.revision;
                copy.extend(page.into_iter().map(|policy| (policy.key, policy.version)));
            }
            Ok::<(), StoreError>(())
        })
    };
    together(writers).await?;
    reader.await.map_err(|error| Broken(error.to_string()))??;
    Ok(())
}

async fn tail_wakes(left: Store, right: Store) -> Held {
    let key = key()?;
    let mut tail = right.watch();
    let start = std::time::Instant::now();
    let put = stored(&left, &key, Some("{}")).await?;
    loop {
        let woke = tokio::time::timeout(Duration::from_secs(5), tail.changed()).await;
        hold!(woke == Ok(true), "it sleeps for five seconds");
        if right
            .changes(put.revision - 1, 1)
            .await?
            .iter()
            .any(|policy| policy.key == key)
        {
            break;
        }
    }
    hold!(
        start.elapsed() < Duration::from_secs(1),
        "it took {:?}",
        start.elapsed()
    );
    Ok(())
}

async fn refusals(left: Store, right: Store) -> Held {
    let key = key()?;
    let mut puts = vec![
        put(&key, Some("a\0"), None)?,
        put(&key, Some(&"x".repeat(300_000)), None)?,
    ];
    puts.push(put(
        &PolicyKey {
            subject: "x".repeat(257),
            ..key.clone()
        },
        None,
        None,
    )?);
    puts.push(put(
        &PolicyKey {
            subject: "\0".to_owned(),
            ..key.clone()
        },
        None,
        None,
    )?);
    for put in puts {
        let answer = left.put(put).await;
        hold!(matches!(answer, Err(StoreError::Refused(_))), "not refused: {answer:?}");
    }
    same!(right.get(&key).await?, None, "the policy");
    Ok(())
}
