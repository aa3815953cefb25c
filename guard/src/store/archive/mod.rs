//! Copies of audit chains and usage in an object store, to keep for years: S3 and what speaks like it.
//!
//! ```no_run
//! # async fn archive(stores: guard::store::Stores) -> Result<(), Box<dyn std::error::Error>> {
//! use std::sync::Arc;
//!
//! use guard::store::archive::{Archive, object_store};
//! use object_store::aws::AmazonS3Builder;
//!
//! let bucket = AmazonS3Builder::from_env().with_bucket_name("acme-audit").build()?;
//! let archive = Archive::new(Arc::new(bucket), "guard");
//! let audit = stores.audit_store().ok_or("no audit store")?;
//! for scope in audit.scopes().await? {
//!     archive.keep_audit(audit.as_ref(), &scope).await?;
//! }
//! # Ok(())
//! # }
//! ```
//!
//! What is new since the last time goes into segments: `<prefix>/audit/<tenant>/<mode>/<project>/<number>.jsonl`, named
//! after the number of their first line, which is twenty digits, and `usage` likewise. A segment is created once and never
//! written again: where two processes archive at the same time, one of them creates it and the other goes on after it. Give
//! the bucket a retention lock, and not even its owner changes what is in it.
//!
//! A line of an audit segment is `{"seq", "previous", "hash", "payload"}`, the payload as a text, byte for byte as it was
//! hashed. A chain that does not hold is not archived. A line of a usage segment is `{"seq", "event"}`.

mod segments;

use std::fmt;
use std::sync::Arc;

use object_store::ObjectStore;
use object_store::path::Path;
use serde::{Deserialize, Serialize};

use self::segments::{Line, Segments};
use super::audit::{AuditHash, AuditRecord, AuditStore};
use super::budget::BudgetStore;
use super::error::StoreError;
use super::scope::Scope;
use super::usage::{UsageCursor, UsageEvent, UsageFilter, UsageRow};
use crate::credential::Cause;

pub use object_store;

/// The most lines of a segment.
const SEGMENT: usize = 1_000;

/// Copies of audit chains and usage. Clones share the object store.
#[derive(Clone)]
pub struct Archive {
    objects: Arc<dyn ObjectStore>,
    prefix: Path,
}

/// Why nothing more is archived or read. What was archived before stays.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum ArchiveError {
    /// What is archived cannot be had.
    #[error("the store to archive cannot be read")]
    Store(#[from] StoreError),
    /// The object store does not do as it is asked.
    #[error("the object store refuses or cannot be reached")]
    Objects(#[source] Cause),
    /// A segment holds what this crate does not write.
    #[error("the segment {0} is not one of the guard's; it was changed, or a later version wrote it")]
    Segment(String),
    /// The chain does not hold.
    #[error("record {seq} of the audit chain {scope} does not follow the one before it; it is not archived")]
    Broken {
        /// The chain.
        scope: Scope,
        /// The number of the first record that does not hold.
        seq: u64,
    },
}

impl From<object_store::Error> for ArchiveError {
    fn from(error: object_store::Error) -> Self {
        Self::Objects(Cause::new(error))
    }
}

impl Archive {
    /// An archive in the part of an object store whose paths begin with a prefix.
    pub fn new(objects: Arc<dyn ObjectStore>, prefix: &str) -> Self {
        let prefix = Path::from(prefix);
        Self { objects, prefix }
    }

    /// Archives what a chain has more than the archive, and says how many records that is.
    ///
    /// # Errors
    ///
    /// [`ArchiveError::Broken`] at the first record that does not follow the one before it. Those before it are archived.
    pub async fn keep_audit(&self, audit: &dyn AuditStore, scope: &Scope) -> Result<u64, ArchiveError> {
        let segments = self.segments("audit", scope);
        let mut last: Option<AuditLine> = segments.last().await?;
        let mut kept = 0;
        loop {
            let after = last.as_ref().map_or(0, |last| last.seq);
            let records = audit.read(scope, after, SEGMENT).await?;
            let sound = sound(&records, last.as_ref());
            let lines: Vec<AuditLine> = records[..sound].iter().map(AuditLine::of).collect();
            if !lines.is_empty() && segments.create(&lines).await? {
                kept += lines.len() as u64;
            }
            if let Some(broken) = records.get(sound) {
                let (scope, seq) = (scope.clone(), broken.seq);
                return Err(ArchiveError::Broken { scope, seq });
            }
            if records.is_empty() {
                return Ok(kept);
            }
            // Where somebody else was first, their segment may be another one.
            last = segments.last().await?;
        }
    }

    /// Up to `limit` archived records with numbers above `after`, in order, as they were archived.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`].
    pub async fn audit(&self, scope: &Scope, after: u64, limit: usize) -> Result<Vec<AuditRecord>, ArchiveError> {
        let segments = self.segments("audit", scope);
        let lines: Vec<AuditLine> = segments.read(after, limit).await?;
        lines.into_iter().map(|line| line.record(&segments)).collect()
    }

    /// Archives what a scope has more usage events than the archive, and says how many that is.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`].
    pub async fn keep_usage(&self, budget: &dyn BudgetStore, scope: &Scope) -> Result<u64, ArchiveError> {
        let segments = self.segments("usage", scope);
        let mut filter = UsageFilter::of(scope.tenant.clone());
        filter.mode = Some(scope.mode);
        filter.project_id = Some(scope.project.clone());
        let mut kept = 0;
        loop {
            let last: Option<UsageLine> = segments.last().await?;
            let after = last.map(|last| UsageCursor {
                mode: scope.mode,
                project: scope.project.clone(),
                seq: last.seq,
            });
            let rows = budget.usage(&filter, after, SEGMENT).await?;
            if rows.is_empty() {
                return Ok(kept);
            }
            let lines: Vec<UsageLine> = rows.into_iter().map(UsageLine::from).collect();
            if segments.create(&lines).await? {
                kept += lines.len() as u64;
            }
        }
    }

    /// Up to `limit` archived usage events with numbers above `after`, in order.
    ///
    /// # Errors
    ///
    /// [`ArchiveError`].
    pub async fn usage(&self, scope: &Scope, after: u64, limit: usize) -> Result<Vec<UsageRow>, ArchiveError> {
        let lines: Vec<UsageLine> = self.segments("usage", scope).read(after, limit).await?;
        Ok(lines
            .into_iter()
            .map(|UsageLine { seq, event }| UsageRow { seq, event })
            .collect())
    }

    fn segments(&self, kind: &str, scope: &Scope) -> Segments<'_> {
        let folder = [kind, scope.tenant.as_str(), scope.mode.as_str(), scope.project.as_str()];
        // A part of a path is escaped, so a project cannot name another one's folder.
        let folder = folder
            .into_iter()
            .fold(self.prefix.clone(), |path, part| path.join(part));
        Segments {
            objects: self.objects.as_ref(),
            folder,
        }
    }
}

/// How many records, from the first, follow each the one before it.
fn sound(records: &[AuditRecord], last: Option<&AuditLine>) -> usize {
    let (mut seq, mut previous) = last.map_or((0, None), |last| (last.seq, last.hash.parse().ok()));
    let follows = |record: &&AuditRecord| {
        seq += 1;
        let hash = AuditHash::of(previous.as_ref(), &record.payload);
        let holds = record.seq == seq && record.previous == previous && record.hash == hash;
        previous = Some(hash);
        holds
    };
    records.iter().take_while(follows).count()
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct AuditLine {
    seq: u64,
    previous: String,
    hash: String,
    payload: String,
}

impl AuditLine {
    fn of(record: &AuditRecord) -> Self {
        Self {
            seq: record.seq,
            previous: record.previous.map(|hash| hash.to_string()).unwrap_or_default(),
            hash: record.hash.to_string(),
            payload: record.payload.clone(),
        }
    }

    fn record(self, segments: &Segments<'_>) -> Result<AuditRecord, ArchiveError> {
        let hash = |text: &str| text.parse().map_err(|_| segments.foreign(self.seq));
        let previous = match self.previous.as_str() {
            "" => None,
            text => Some(hash(text)?),
        };
        Ok(AuditRecord {
            seq: self.seq,
            previous,
            hash: hash(&self.hash)?,
            payload: self.payload,
        })
    }
}

impl Line for AuditLine {
    fn seq(&self) -> u64 {
        self.seq
    }
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct UsageLine {
    seq: u64,
    event: UsageEvent,
}

impl From<UsageRow> for UsageLine {
    fn from(UsageRow { seq, event }: UsageRow) -> Self {
        Self { seq, event }
    }
}

impl Line for UsageLine {
    fn seq(&self) -> u64 {
        self.seq
    }
}

impl fmt::Debug for Archive {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Archive")
            .field("prefix", &self.prefix.as_ref())
            .finish_non_exhaustive()
    }
}
