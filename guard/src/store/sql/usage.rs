//! Usage.

use std::fmt::Write as _;

use super::{Record as _, Sql, Value, Work, corrupt, int, limit, number, only, parsed};
use crate::store::error::StoreError;
use crate::store::money::Cost;
use crate::store::scope::Scope;
use crate::store::usage::{UsageCursor, UsageEvent, UsageField, UsageFilter, UsageRow, UsageTotal};

/// The columns of an event, in the order in which they are read.
const COLUMNS: &str = "tenant_id, mode, project_id, seq, surface, app, tool_type, tool_id, provider, model_or_plan_id, \
                       request_id, trace_id, run_id, step_id, tokens_input, tokens_output, cost, currency, metadata, \
                       created_at";

/// Keeps usage events.
pub(super) struct RecordUsage(pub(super) Vec<UsageEvent>);

impl Work for RecordUsage {
    type Output = ();

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<(), StoreError> {
        keep(connection, &self.0).await
    }
}

pub(super) async fn keep<C: Sql>(connection: &mut C, usage: &[UsageEvent]) -> Result<(), StoreError> {
    let mut scopes: Vec<Scope> = usage.iter().map(UsageEvent::scope).collect();
    // In one order for all, so that no two wait for each other.
    scopes.sort();
    scopes.dedup();
    for scope in scopes {
        let events: Vec<&UsageEvent> = usage.iter().filter(|event| event.scope() == scope).collect();
        let rows = connection
            .rows(
                "INSERT INTO guard_usage_scope AS scope (tenant, mode, project, last) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (tenant, mode, project) DO UPDATE SET last = scope.last + excluded.last RETURNING last",
                &[
                    scope.tenant.as_str().into(),
                    scope.mode.as_str().into(),
                    scope.project.as_str().into(),
                    int(events.len() as u64).into(),
                ],
            )
            .await?;
        let first = only(rows)?.int(0)? - int(events.len() as u64) + 1;
        for (event, seq) in events.into_iter().zip(first..) {
            insert(connection, event, seq).await?;
        }
    }
    Ok(())
}

async fn insert<C: Sql>(connection: &mut C, event: &UsageEvent, seq: i64) -> Result<(), StoreError> {
    let field = |field: UsageField| Value::Maybe(field.of(event));
    let metadata = serde_json::to_string(&event.metadata).map_err(corrupt)?;
    let values = [
        event.tenant_id.as_str().into(),
        event.mode.as_str().into(),
        event.project_id.as_str().into(),
        seq.into(),
        field(UsageField::Surface),
        field(UsageField::App),
        field(UsageField::ToolType),
        field(UsageField::ToolId),
        field(UsageField::Provider),
        field(UsageField::ModelOrPlanId),
        field(UsageField::RequestId),
        field(UsageField::TraceId),
        field(UsageField::RunId),
        field(UsageField::StepId),
        i64::from(event.tokens_input).into(),
        i64::from(event.tokens_output).into(),
        event.cost.micros().into(),
        event.currency.as_str().into(),
        metadata.as_str().into(),
        int(event.created_at).into(),
    ];
    let sql = "INSERT INTO guard_usage (tenant_id, mode, project_id, seq, surface, app, tool_type, tool_id, provider, \
               model_or_plan_id, request_id, trace_id, run_id, step_id, tokens_input, tokens_output, cost, currency, \
               metadata, created_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20)";
    connection.change(sql, &values).await?;
    Ok(())
}

/// A statement that grows: values go in beside it, never into it.
struct Statement<'v> {
    sql: String,
    values: Vec<Value<'v>>,
}

impl<'v> Statement<'v> {
    /// Selects what matches a filter.
    fn select(what: &str, filter: &'v UsageFilter) -> Self {
        let mut statement = Self {
            sql: format!("SELECT {what} FROM guard_usage WHERE tenant_id = $1"),
            values: vec![filter.tenant.as_str().into()],
        };
        for (field, text) in filter.given() {
            statement.add(&format!(" AND {} = ", field.as_str()), text);
        }
        if let Some(from) = filter.from_ms {
            statement.add(" AND created_at >= ", int(from));
        }
        // No event is so late that `int` could make one of it that is in time.
        if let Some(until) = filter.until_ms.filter(|until| i64::try_from(*until).is_ok()) {
            statement.add(" AND created_at < ", int(until));
        }
        statement
    }

    fn add(&mut self, sql: &str, value: impl Into<Value<'v>>) {
        self.values.push(value.into());
        // Writing to a text cannot fail.
        let _ = write!(self.sql, "{sql}${}", self.values.len());
    }

    async fn rows<C: Sql>(self, connection: &mut C) -> Result<Vec<C::Row>, StoreError> {
        connection.built(self.sql, &self.values).await
    }
}

pub(super) struct Usage {
    pub(super) filter: UsageFilter,
    pub(super) after: Option<UsageCursor>,
    pub(super) limit: usize,
}

impl Work for Usage {
    type Output = Vec<UsageRow>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<UsageRow>, StoreError> {
        // No event is created later than any number can say.
        if self.filter.from_ms.is_some_and(|from| i64::try_from(from).is_err()) {
            return Ok(Vec::new());
        }
        let mut statement = Statement::select(COLUMNS, &self.filter);
        if let Some(after) = &self.after {
            statement.add(" AND (mode, project_id, seq) > (", after.mode.as_str());
            statement.add(", ", after.project.as_str());
            statement.add(", ", int(after.seq));
            statement.sql.push(')');
        }
        statement.add(" ORDER BY mode, project_id, seq LIMIT ", limit(self.limit));
        let rows = statement.rows(connection).await?;
        rows.iter().map(usage_row::<C>).collect()
    }
}

fn usage_row<C: Sql>(row: &C::Row) -> Result<UsageRow, StoreError> {
    let small = |column| u32::try_from(row.int(column)?).map_err(corrupt);
    Ok(UsageRow {
        seq: number(row.int(3)?)?,
        event: UsageEvent {
            tenant_id: parsed(&row.text(0)?)?,
            mode: parsed(&row.text(1)?)?,
            project_id: parsed(&row.text(2)?)?,
            surface: maybe(row.maybe(4)?)?,
            app: maybe(row.maybe(5)?)?,
            tool_type: row.text(6)?,
            tool_id: row.text(7)?,
            provider: row.text(8)?,
            model_or_plan_id: row.text(9)?,
            request_id: parsed(&row.text(10)?)?,
            trace_id: maybe(row.maybe(11)?)?,
            run_id: maybe(row.maybe(12)?)?,
            step_id: maybe(row.maybe(13)?)?,
            tokens_input: small(14)?,
            tokens_output: small(15)?,
            cost: Cost::from_micros(row.int(16)?).map_err(corrupt)?,
            currency: parsed(&row.text(17)?)?,
            metadata: serde_json::from_str(&row.text(18)?).map_err(corrupt)?,
            created_at: number(row.int(19)?)?,
        },
    })
}

fn maybe<T: std::str::FromStr<Err: std::fmt::Display>>(text: Option<String>) -> Result<Option<T>, StoreError> {
    text.map(|text| parsed(&text)).transpose()
}

pub(super) struct Totals {
    pub(super) filter: UsageFilter,
    pub(super) by: Vec<UsageField>,
}

impl Work for Totals {
    type Output = Vec<UsageTotal>;

    const ONE_STATEMENT: bool = true;

    async fn run<C: Sql>(&self, connection: &mut C) -> Result<Vec<UsageTotal>, StoreError> {
        if self.filter.from_ms.is_some_and(|from| i64::try_from(from).is_err()) {
            return Ok(Vec::new());
        }
        let fields: String = self.by.iter().map(|field| format!(", {}", field.as_str())).collect();
        let sums = "COUNT(*), CAST(SUM(tokens_input) AS BIGINT), CAST(SUM(tokens_output) AS BIGINT), \
                    CAST(SUM(cost) AS BIGINT), currency";
        let mut statement = Statement::select(&format!("{sums}{fields}"), &self.filter);
        let _ = write!(statement.sql, " GROUP BY currency{fields}");
        let rows = statement.rows(connection).await?;
        let total = |row: &C::Row| {
            Ok(UsageTotal {
                events: number(row.int(0)?)?,
                tokens_input: number(row.int(1)?)?,
                tokens_output: number(row.int(2)?)?,
                cost_micros: number(row.int(3)?)?,
                currency: parsed(&row.text(4)?)?,
                group: (5..5 + self.by.len())
                    .map(|column| row.maybe(column))
                    .collect::<Result<_, _>>()?,
            })
        };
        rows.iter().map(total).collect()
    }
}
