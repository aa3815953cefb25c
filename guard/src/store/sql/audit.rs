//! The audit chain.

use super::{Database, Record, Sql, Value, Work, int, limit, number, only, parsed};
use crate::store::StoreFuture;
use crate::store::audit::{AuditHash, AuditHead, AuditRecord, AuditStore, chain, check_payloads};
use crate::store::error::StoreError;
use crate::store::scope::Scope;

impl<D: Database> AuditStore for D {
    fn append<'a>(&'a self, scope: &'a Scope, payloads: Vec<String>) -> StoreFuture<'a, Vec<AuditRecord>> {
        Box::pin(async move {
            check_payloads(&payloads)?;
            if payloads.is_empty() {
                return Ok(Vec::new());
            }
            let scope = scope.clone();
            self.write(AppendRecords { scope, payloads }).await
        })
    }

    fn read<'a>(&'a self, scope: &'a Scope, after: u64, limit: usize) -> StoreFuture<'a, Vec<AuditRecord>> {
        let scope = scope.clone();
        Database::read(self, ReadRecords { scope, after, limit })
    }

    fn head<'a>(&'a self, scope: &'a Scope) -> StoreFuture<'a, Option<AuditHead>> {
        Database::read(self, Head(scope.clone()))
    }

    fn scopes(&self) -> StoreFuture<'_, Vec<Scope>> {
        Database::read(self, Scopes)
    }
}

fn place(scope: &Scope) -> [Value<'_>; 3] {
    [
        scope.tenant.as_str().into(),
        scope.mode.as_str().into(),
        scope.project.as_str().into(),
    ]
}

struct AppendRecords {
    scope: Scope,
    payloads: Vec<String>,
}

impl Work for AppendRecords {
    type Output = Vec<AuditRecord>;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<AuditRecord>, StoreError> {
        // Changing the row to what it is locks it, so that nobody else follows the same record.
        let [tenant, mode, project] = place(&self.scope);
        let rows = connection
            .rows(
                "INSERT INTO guard_audit_chain AS chain (tenant, mode, project, seq, hash) VALUES ($1, $2, $3, 0, '') \
                 ON CONFLICT (tenant, mode, project) DO UPDATE SET seq = chain.seq RETURNING seq, hash",
                &[tenant, mode, project],
            )
            .await?;
        let records = chain(end(&only(rows)?)?, self.payloads.clone());
        for record in &records {
            let (previous, hash) = (
                record.previous.as_ref().map(AuditHash::to_string),
                record.hash.to_string(),
            );
            connection
                .change(
                    "INSERT INTO guard_audit (tenant, mode, project, seq, previous, hash, payload) \
                     VALUES ($1, $2, $3, $4, $5, $6, $7)",
                    &[
                        tenant,
                        mode,
                        project,
                        int(record.seq).into(),
                        previous.as_deref().unwrap_or_default().into(),
                        hash.as_str().into(),
                        record.payload.as_str().into(),
                    ],
                )
                .await?;
        }
        if let Some(AuditRecord { seq, hash, .. }) = records.last() {
            connection
                .change(
                    "UPDATE guard_audit_chain SET seq = $4, hash = $5 WHERE tenant = $1 AND mode = $2 AND project = $3",
                    &[
                        tenant,
                        mode,
                        project,
                        int(*seq).into(),
                        hash.to_string().as_str().into(),
                    ],
                )
                .await?;
        }
        Ok(records)
    }
}

struct ReadRecords {
    scope: Scope,
    after: u64,
    limit: usize,
}

impl Work for ReadRecords {
    type Output = Vec<AuditRecord>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<AuditRecord>, StoreError> {
        let [tenant, mode, project] = place(&self.scope);
        let rows = connection
            .rows(
                "SELECT seq, previous, hash, payload FROM guard_audit \
                 WHERE tenant = $1 AND mode = $2 AND project = $3 AND seq > $4 ORDER BY seq LIMIT $5",
                &[tenant, mode, project, int(self.after).into(), limit(self.limit).into()],
            )
            .await?;
        let record = |row: &C::Row| {
            Ok(AuditRecord {
                seq: number(row.int(0)?)?,
                previous: hash(&row.text(1)?)?,
                hash: parsed(&row.text(2)?)?,
                payload: row.text(3)?,
            })
        };
        rows.iter().map(record).collect()
    }
}

struct Head(Scope);

impl Work for Head {
    type Output = Option<AuditHead>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Option<AuditHead>, StoreError> {
        let rows = connection
            .rows(
                "SELECT seq, hash FROM guard_audit_chain WHERE tenant = $1 AND mode = $2 AND project = $3",
                &place(&self.0),
            )
            .await?;
        Ok(rows.first().map(end).transpose()?.flatten())
    }
}

struct Scopes;

impl Work for Scopes {
    type Output = Vec<Scope>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<Scope>, StoreError> {
        let rows = connection
            .rows("SELECT tenant, mode, project FROM guard_audit_chain WHERE seq > 0", &[])
            .await?;
        let scope = |row: &C::Row| {
            Ok(Scope {
                tenant: parsed(&row.text(0)?)?,
                mode: parsed(&row.text(1)?)?,
                project: parsed(&row.text(2)?)?,
            })
        };
        let mut scopes: Vec<Scope> = rows.iter().map(scope).collect::<Result<_, StoreError>>()?;
        scopes.sort();
        Ok(scopes)
    }
}

/// A hash, or none where the first record has none before it.
fn hash(text: &str) -> Result<Option<AuditHash>, StoreError> {
    if text.is_empty() {
        Ok(None)
    } else {
        parsed(text).map(Some)
    }
}

/// The end of a chain; none where there is a row and no record yet.
fn end(row: &impl Record) -> Result<Option<AuditHead>, StoreError> {
    let (seq, hash) = (number(row.int(0)?)?, hash(&row.text(1)?)?);
    Ok(hash.map(|hash| AuditHead { seq, hash }))
}
