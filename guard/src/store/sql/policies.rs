//! The policies of gates.

use super::{Database, Record, Sql, Value, Work, corrupt, int, limit, number, only, parsed};
use crate::envelope::Gate;
use crate::store::StoreFuture;
use crate::store::error::StoreError;
use crate::store::policy::{Policy, PolicyKey, PolicyScope, PolicyStore, Put, PutPolicy, check_policy};
use crate::store::scope::Scope;
use crate::store::wake::Tail;

impl<D: Database> PolicyStore for D {
    fn get<'a>(&'a self, key: &'a PolicyKey) -> StoreFuture<'a, Option<Policy>> {
        self.read(Get(key.clone()))
    }

    fn put(&self, policy: PutPolicy) -> StoreFuture<'_, Put> {
        Box::pin(async move {
            check_policy(&policy)?;
            let put = self.write(policy).await?;
            self.wakes().changes.wake(&());
            Ok(put)
        })
    }

    fn changes(&self, after: u64, limit: usize) -> StoreFuture<'_, Vec<Policy>> {
        self.read(Changes { after, limit })
    }

    fn watch(&self) -> Tail {
        self.wakes().changes.watch(())
    }
}

struct Get(PolicyKey);

impl Work for Get {
    type Output = Option<Policy>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Option<Policy>, StoreError> {
        let scope = self.0.scope.to_string();
        let rows = connection
            .rows(
                "SELECT gate, scope, subject, version, revision, body, put_by, at_ms FROM guard_policy \
                 WHERE gate = $1 AND scope = $2 AND subject = $3",
                &place(&self.0, &scope),
            )
            .await?;
        rows.first().map(policy).transpose()
    }
}

impl Work for PutPolicy {
    type Output = Put;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Put, StoreError> {
        // One row counts the revisions, and locks: changes are made in the order of their revisions. So whoever reads up to
        // one of them has missed none.
        let rows = connection
            .rows(
                "UPDATE guard_policy_revision SET revision = revision + 1 RETURNING revision",
                &[],
            )
            .await?;
        let revision = only(rows)?.int(0)?;
        let scope = self.key.scope.to_string();
        let [gate, scope, subject] = place(&self.key, &scope);
        let rows = connection
            .rows(
                "SELECT version FROM guard_policy WHERE gate = $1 AND scope = $2 AND subject = $3",
                &[gate, scope, subject],
            )
            .await?;
        let version = rows.first().map_or(Ok(0), |row| row.int(0))?;
        if self.expected.is_some_and(|expected| int(expected) != version) {
            return Ok(Put::Conflict(number(version)?));
        }
        connection
            .change(
                "INSERT INTO guard_policy (gate, scope, subject, version, revision, body, put_by, at_ms) \
                 VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
                 ON CONFLICT (gate, scope, subject) DO UPDATE SET version = excluded.version, \
                 revision = excluded.revision, body = excluded.body, put_by = excluded.put_by, at_ms = excluded.at_ms",
                &[
                    gate,
                    scope,
                    subject,
                    (version + 1).into(),
                    revision.into(),
                    self.body.as_deref().into(),
                    self.by.as_str().into(),
                    int(self.at_ms).into(),
                ],
            )
            .await?;
        connection.policies_changed().await?;
        Ok(Put::Stored(Policy {
            key: self.key.clone(),
            version: number(version + 1)?,
            revision: number(revision)?,
            body: self.body.clone(),
            by: self.by.clone(),
            at_ms: self.at_ms,
        }))
    }
}

struct Changes {
    after: u64,
    limit: usize,
}

impl Work for Changes {
    type Output = Vec<Policy>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<Policy>, StoreError> {
        let rows = connection
            .rows(
                "SELECT gate, scope, subject, version, revision, body, put_by, at_ms FROM guard_policy \
                 WHERE revision > $1 ORDER BY revision LIMIT $2",
                &[int(self.after).into(), limit(self.limit).into()],
            )
            .await?;
        rows.iter().map(policy).collect()
    }
}

fn place<'k>(key: &'k PolicyKey, scope: &'k str) -> [Value<'k>; 3] {
    [key.gate.as_str().into(), scope.into(), key.subject.as_str().into()]
}

fn policy(row: &impl Record) -> Result<Policy, StoreError> {
    let gate = row.text(0)?;
    let gate = Gate::ALL
        .into_iter()
        .find(|known| known.as_str() == gate)
        .ok_or_else(|| corrupt(format!("a policy of the gate {gate:?}")))?;
    Ok(Policy {
        key: PolicyKey {
            gate,
            scope: scope(&row.text(1)?)?,
            subject: row.text(2)?,
        },
        version: number(row.int(3)?)?,
        revision: number(row.int(4)?)?,
        body: row.maybe(5)?,
        by: parsed(&row.text(6)?)?,
        at_ms: number(row.int(7)?)?,
    })
}

/// Reads what `PolicyScope` writes.
fn scope(text: &str) -> Result<PolicyScope, StoreError> {
    let parts: Vec<&str> = text.split(' ').collect();
    Ok(match parts[..] {
        [""] => PolicyScope::Everywhere,
        [tenant] => PolicyScope::Tenant(parsed(tenant)?),
        [tenant, mode, project] => PolicyScope::Scope(Scope {
            tenant: parsed(tenant)?,
            mode: parsed(mode)?,
            project: parsed(project)?,
        }),
        _ => return Err(corrupt(format!("a policy for {text:?}"))),
    })
}
