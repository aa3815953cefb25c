//! The policies of gates.

use std::collections::BTreeMap;

use super::{Memory, done, lock};
use crate::store::StoreFuture;
use crate::store::policy::{Policy, PolicyKey, PolicyStore, Put, PutPolicy, check_policy};
use crate::store::wake::Tail;

#[derive(Default)]
pub(super) struct Policies {
    kept: BTreeMap<PolicyKey, Policy>,
    revision: u64,
}

impl PolicyStore for Memory {
    fn get<'a>(&'a self, key: &'a PolicyKey) -> StoreFuture<'a, Option<Policy>> {
        done(Ok(lock(&self.0.policies).kept.get(key).cloned()))
    }

    fn put(&self, policy: PutPolicy) -> StoreFuture<'_, Put> {
        done(check_policy(&policy).map(|()| {
            let put = lock(&self.0.policies).put(policy);
            self.0.changes.wake(&());
            put
        }))
    }

    fn changes(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<Policy>> {
        let policies = lock(&self.0.policies);
        let mut changed: Vec<&Policy> = policies
            .kept
            .values()
            .filter(|policy| policy.revision > after)
            .collect();
        changed.sort_by_key(|policy| policy.revision);
        done(Ok(changed.into_iter().take(limit).cloned().collect()))
    }

    fn watch(&self) -> Tail {
        self.0.changes.watch(())
    }
}

impl Policies {
    fn put(&mut self, new: PutPolicy) -> Put {
        let version = self.kept.get(&new.key).map_or(0, |policy| policy.version);
        if new.expected.is_some_and(|expected| expected != version) {
            return Put::Conflict(version);
        }
        self.revision += 1;
        let policy = Policy {
            key: new.key.clone(),
            version: version + 1,
            revision: self.revision,
            body: new.body,
            by: new.by,
            at_ms: new.at_ms,
        };
        self.kept.insert(new.key, policy.clone());
        Put::Stored(policy)
    }
}
