//! Where the guard remembers: one small trait for each kind of state, and the backends behind them.
//!
//! | kind | trait | what it must never do |
//! |---|---|---|
//! | events of streams | [`EventLog`] | lose, repeat or reorder an event that it acknowledged |
//! | tickets that were used | [`UsedTickets`] | let one in twice |
//! | budget and usage | [`BudgetStore`] | hold or spend more than a cap allows |
//! | audit chain | [`AuditStore`] | let two records follow the same one |
//! | policies of gates | [`PolicyStore`] | lose a change, or hide one for long |
//!
//! | backend | feature | kinds | for |
//! |---|---|---|---|
//! | [`Memory`] | | all | `lab`, and tests |
//! | `sqlite::Sqlite` | `sqlite` | all | one machine; nothing to set up |
//! | `postgres::Postgres` | `postgres` | all | several machines |
//! | `nats::JetStream` | `nats` | events | many machines, many readers |
//! | `archive::Archive` | `object-store` | copies of audit and usage | keeping for years |
//!
//! ```
//! # tokio::runtime::Builder::new_current_thread().build()?.block_on(async {
//! use guard::context::{Mode, OpaqueId, ProjectId, TenantId};
//! use guard::store::{EventLog, Memory, NewEvent, Read, Scope, StreamKey};
//!
//! let scope = Scope { tenant: TenantId::parse("t_acme")?, mode: Mode::Lab, project: ProjectId::parse("launch")? };
//! let stream = StreamKey { scope, kind: OpaqueId::parse("chat")?, id: OpaqueId::parse("th_1")? };
//!
//! let log = Memory::default();
//! let hello = log.append(&stream, vec![NewEvent { at_ms: 1_000, body: r#"{"text":"hello"}"#.to_owned() }]).await?;
//! log.append(&stream, vec![NewEvent { at_ms: 1_002, body: r#"{"text":"world"}"#.to_owned() }]).await?;
//!
//! let Read::Events(missed) = log.read(&stream, Some(hello[0]), 100).await? else { panic!("the cursor is known") };
//! assert_eq!(missed[0].body, r#"{"text":"world"}"#);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! # })?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Durability
//!
//! Every backend declares its [`Durability`], and [`Stores::check`] holds it against the modes that an engine serves: saas
//! and enterprise refuse to start on less than a kind needs. [`Stores::prove`] believes no declaration: it writes, opens the
//! backend anew, and reads back.
//!
//! # What is the same everywhere
//!
//! - An answer `Ok` means that the change is kept as the backend's durability says. An error means that it may or may not
//!   have been made, unless the error says otherwise; whoever decides on it denies.
//! - Order is that of sequence numbers, which a backend assigns. Times are what a caller says they are: a clock that steps
//!   back reorders nothing.
//! - Times are milliseconds since 1970-01-01T00:00:00Z where the name ends in `_ms`, and seconds where it ends in `_s`.
//! - Every answer stays inside the scope that was asked for.

#[cfg(feature = "object-store")]
pub mod archive;
mod audit;
mod backend;
mod budget;
mod error;
mod event;
mod event_id;
mod memory;
mod money;
#[cfg(feature = "nats")]
pub mod nats;
mod policy;
#[cfg(feature = "postgres")]
pub mod postgres;
mod scope;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod sql;
#[cfg(feature = "sqlite")]
pub mod sqlite;
mod stores;
mod tickets;
mod upkeep;
mod usage;
mod wake;

use std::future::Future;
use std::pin::Pin;

pub use audit::{AuditHash, AuditHashError, AuditHead, AuditRecord, AuditStore};
pub use backend::{Backend, Durability, StoreKind};
pub use budget::{
    Balance, BudgetAccount, BudgetStore, Cap, ChargeKey, ChargeState, Reservation, Reserve, Settle, Settlement,
};
pub use error::{OpenError, StoreError};
pub use event::{Event, EventLog, MAX_BODY_BYTES, NewEvent, Read, Retention, StreamKey};
pub use event_id::{EventId, EventIdError};
pub use memory::Memory;
pub use money::{Cost, CostError, Currency, CurrencyError};
pub use policy::{Policy, PolicyKey, PolicyScope, PolicyStore, Put, PutPolicy};
pub use scope::Scope;
pub use stores::{StoreFault, StoreFaults, Stores};
pub use tickets::{TicketEntry, UsedTickets};
pub use upkeep::{NoEventLog, Swept, Upkeep, UpkeepTask};
pub(crate) use usage::check_usage;
pub use usage::{UsageCursor, UsageEvent, UsageField, UsageFilter, UsageRow, UsageTotal};
pub use wake::Tail;

/// The answer of a store, later.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;
