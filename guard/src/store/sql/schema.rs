//! Tables, and their versions.

use super::{Record, Sql, Work, only};
use crate::store::error::{OpenError, StoreError};

/// Brings the tables to the latest version. The first migration makes version 1, and each the next. The caller sees to it that nobody else does so at the same time, and ends the
/// transaction.
pub(in crate::store) async fn migrate<C: Sql>(
    connection: &mut C,
    migrations: &[&'static str],
) -> Result<(), OpenError> {
    let found = version(connection).await.map_err(OpenError::Tables)?;
    let known = i64::try_from(migrations.len()).unwrap_or(i64::MAX);
    if found > known {
        return Err(OpenError::Schema { found, known });
    }
    let missing = usize::try_from(found).unwrap_or_default();
    for (migration, version) in migrations[missing..].iter().zip(found + 1..) {
        apply(connection, migration, version).await.map_err(OpenError::Tables)?;
    }
    Ok(())
}

async fn version<C: Sql>(connection: &mut C) -> Result<i64, StoreError> {
    let make = "CREATE TABLE IF NOT EXISTS guard_schema (version BIGINT NOT NULL PRIMARY KEY)";
    connection.change(make, &[]).await?;
    let rows = connection
        .rows("SELECT COALESCE(MAX(version), 0) FROM guard_schema", &[])
        .await?;
    only(rows)?.int(0)
}

async fn apply<C: Sql>(connection: &mut C, migration: &'static str, version: i64) -> Result<(), StoreError> {
    // One at a time, as prepared statements go. No statement holds a semicolon but at its end.
    for statement in migration
        .split(';')
        .map(str::trim)
        .filter(|statement| !statement.is_empty())
    {
        connection.change(statement, &[]).await?;
    }
    connection
        .change("INSERT INTO guard_schema (version) VALUES ($1)", &[version.into()])
        .await?;
    Ok(())
}

/// Writes something that nothing else can have written.
pub(in crate::store) struct PutProof(pub(in crate::store) String);

impl Work for PutProof {
    type Output = ();

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<(), StoreError> {
        // Where a process died between the two halves of a proof, its text stays: one row for each such death.
        connection
            .change("INSERT INTO guard_proof (text) VALUES ($1)", &[self.0.as_str().into()])
            .await?;
        Ok(())
    }
}

/// Finds it, and takes it out.
pub(in crate::store) struct GetProof(pub(in crate::store) String);

impl Work for GetProof {
    type Output = bool;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<bool, StoreError> {
        let gone = connection
            .change("DELETE FROM guard_proof WHERE text = $1", &[self.0.as_str().into()])
            .await?;
        Ok(gone == 1)
    }
}
