//! A connection, as far as the statements need one.

use std::future::Future;

use crate::store::error::StoreError;
use crate::store::event::{NewEvent, StreamKey};

/// A value of a statement.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) enum Value<'v> {
    Int(i64),
    Text(&'v str),
    Maybe(Option<&'v str>),
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl<'v> From<&'v str> for Value<'v> {
    fn from(value: &'v str) -> Self {
        Self::Text(value)
    }
}

impl<'v> From<Option<&'v str>> for Value<'v> {
    fn from(value: Option<&'v str>) -> Self {
        Self::Maybe(value)
    }
}

/// Events to append.
#[derive(Debug)]
pub(in crate::store) struct NewRows<'e> {
    pub(in crate::store) stream: &'e StreamKey,
    pub(in crate::store) tags: &'e [i64],
    pub(in crate::store) events: &'e [NewEvent],
}

/// A row of an answer; columns are counted from 0.
pub(in crate::store) trait Record: Send {
    fn int(&self, column: usize) -> Result<i64, StoreError>;
    fn text(&self, column: usize) -> Result<String, StoreError>;
    fn maybe(&self, column: usize) -> Result<Option<String>, StoreError>;
}

/// A connection inside a transaction, which may begin with its first statement. Statements are written for both databases: their values are `$1`, `$2`.
pub(in crate::store) trait Sql: Send {
    type Row: Record;

    /// Whether several transactions run at the same time, so that a row that is decided on has to be locked.
    const LOCKS_ROWS: bool;

    /// The rows that a statement answers.
    fn rows(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Vec<Self::Row>, StoreError>> + Send;

    /// The rows of a statement that was put together, of nothing but names and numbers of values.
    fn built(
        &mut self,
        sql: String,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<Vec<Self::Row>, StoreError>> + Send;

    /// How many rows a statement changed.
    fn change(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;

    /// Tells other processes that policies change when the transaction ends.
    fn policies_changed(&mut self) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Appends events in one statement or a few, and gives the number of the last one.
    fn append(&mut self, rows: NewRows<'_>) -> impl Future<Output = Result<i64, StoreError>> + Send;
}
