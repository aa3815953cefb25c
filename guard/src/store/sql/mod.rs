//! What the SQL databases share: the statements, as small pieces of work that run in one transaction.
//!
//! A piece of [`Work`] is a value, so that a database can queue it, run it beside others, and run it again. It decides
//! before it writes: where it changes nothing it has written nothing, so work in the same transaction is not disturbed.
//! SQLite runs one transaction at a time; PostgreSQL many, so each statement that decides locks the row it decides on.

mod audit;
mod budget;
mod charges;
mod connection;
mod events;
mod policies;
mod schema;
mod tickets;
mod usage;

use std::future::Future;

pub(super) use connection::{NewRows, Record, Sql, Value};
pub(super) use schema::{GetProof, PutProof, migrate};

use super::error::StoreError;
use super::event::StreamKey;
use super::wake::AllWakes;
use super::{Backend, StoreFuture};

/// What is read or written in one transaction.
pub(super) trait Work: Send + Sync + 'static {
    /// What comes of it.
    type Output: Send + 'static;

    /// Whether it is one statement, which is a transaction by itself.
    const ONE_STATEMENT: bool = false;

    /// The stream that it appends to.
    fn stream(&self) -> Option<&StreamKey> {
        None
    }

    fn run<C: Sql>(&self, connection: &mut C) -> impl Future<Output = Result<Self::Output, StoreError>> + Send;
}

/// A database that work runs on. Each one is a backend for every kind of state.
pub(super) trait Database: Backend {
    /// Runs work that changes something, whole or not at all. Those who wait for the stream that it appends to are woken,
    /// even if nobody waits for this any more.
    fn write<W: Work>(&self, work: W) -> StoreFuture<'_, W::Output>;

    /// Runs work that changes nothing.
    fn read<W: Work>(&self, work: W) -> StoreFuture<'_, W::Output>;

    /// Those who wait for changes.
    fn wakes(&self) -> &AllWakes;
}

/// A number as databases hold it.
fn int(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// A limit as databases take it.
fn limit(limit: usize) -> i64 {
    i64::try_from(limit).unwrap_or(i64::MAX)
}

/// A number that this crate wrote.
fn number(stored: i64) -> Result<u64, StoreError> {
    u64::try_from(stored).map_err(|_| corrupt(format!("the number {stored}")))
}

fn corrupt(what: impl std::fmt::Display) -> StoreError {
    StoreError::Corrupt(what.to_string())
}

/// A text that this crate wrote.
fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(text: &str) -> Result<T, StoreError> {
    text.parse().map_err(|error| corrupt(format!("{text:?} {error}")))
}

/// The row of a statement that always has one.
pub(super) fn only<R>(rows: Vec<R>) -> Result<R, StoreError> {
    rows.into_iter()
        .next()
        .ok_or_else(|| corrupt("no row where there is always one"))
}
