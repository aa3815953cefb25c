//! What every backend says of itself.

use std::fmt;

use super::StoreFuture;

/// A place where state is kept.
pub trait Backend: Send + Sync + 'static {
    /// A name for messages: `SQLite`.
    fn name(&self) -> &'static str;

    /// What an acknowledged change outlives.
    fn durability(&self) -> Durability;

    /// Writes something new, opens the place again from nothing, and reads it back.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unproven`](super::StoreError::Unproven) where it does not come back, and what writing and reading can
    /// meet.
    fn prove(&self) -> StoreFuture<'_, ()>;
}

/// What an acknowledged change outlives; each level outlives what those before it do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Durability {
    /// Nothing: it is in the memory of this process.
    Memory,
    /// The process, and not a restart of the machine: a temporary folder, a file system in memory, a database that does not
    /// synchronise.
    Temporary,
    /// The machine's restart, but for the last seconds before a loss of power: it is written, and synchronised later.
    Delayed,
    /// A loss of power: it was on disk before it was acknowledged.
    Synced,
}

impl fmt::Display for Durability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Memory => "in the memory of the process",
            Self::Temporary => "in a temporary place",
            Self::Delayed => "on disk, synchronised later",
            Self::Synced => "on disk before it is acknowledged",
        })
    }
}

/// The kinds of state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StoreKind {
    /// The events of streams.
    Events,
    /// The tickets that were used.
    Tickets,
    /// Budget and usage.
    Budget,
    /// The audit chain.
    Audit,
    /// The policies of gates.
    Policies,
}

impl StoreKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Events, Self::Tickets, Self::Budget, Self::Audit, Self::Policies];

    /// The setting that names its backend.
    pub fn setting(self) -> &'static str {
        match self {
            Self::Events => "Stores::events",
            Self::Tickets => "Stores::tickets",
            Self::Budget => "Stores::budget",
            Self::Audit => "Stores::audit",
            Self::Policies => "Stores::policies",
        }
    }

    /// The least that saas and enterprise take.
    ///
    /// Events and used tickets may lose the last seconds before a loss of power: a client then has an unknown cursor, or a
    /// ticket that lives for minutes. What was spent, decided or forbidden may not be forgotten at all.
    pub fn needs(self) -> Durability {
        match self {
            Self::Events | Self::Tickets => Durability::Delayed,
            Self::Budget | Self::Audit | Self::Policies => Durability::Synced,
        }
    }
}
