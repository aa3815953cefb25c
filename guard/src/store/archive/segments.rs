//! Segments: objects of JSON lines, each created once.

use futures_util::TryStreamExt;
use object_store::path::Path;
use object_store::{ObjectStore, ObjectStoreExt as _, PutMode, PutPayload};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::ArchiveError;

/// A line with its number. Within a folder numbers rise by one, from 1.
pub(super) trait Line: Serialize + DeserializeOwned {
    fn seq(&self) -> u64;
}

/// The segments of one folder.
pub(super) struct Segments<'o> {
    pub(super) objects: &'o dyn ObjectStore,
    pub(super) folder: Path,
}

impl Segments<'_> {
    /// Creates a segment of these lines; `false` where somebody else has created one that begins with the same number.
    pub(super) async fn create<L: Line>(&self, lines: &[L]) -> Result<bool, ArchiveError> {
        let Some(first) = lines.first().map(Line::seq) else {
            return Ok(false);
        };
        let mut body = Vec::new();
        for line in lines {
            serde_json::to_writer(&mut body, line).map_err(|_| self.foreign(line.seq()))?;
            body.push(b'\n');
        }
        let created = self
            .objects
            .put_opts(&self.path(first), PutPayload::from(body), PutMode::Create.into())
            .await;
        match created {
            Ok(_) => Ok(true),
            Err(object_store::Error::AlreadyExists { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// The last line of all.
    pub(super) async fn last<L: Line>(&self) -> Result<Option<L>, ArchiveError> {
        match self.firsts().await?.last() {
            None => Ok(None),
            Some(first) => Ok(self.segment(*first).await?.pop()),
        }
    }

    /// Up to so many lines above a number.
    pub(super) async fn read<L: Line>(&self, after: u64, limit: usize) -> Result<Vec<L>, ArchiveError> {
        let firsts = self.firsts().await?;
        // The one before the first that begins above it may hold some, too.
        let from = firsts
            .partition_point(|first| *first <= after.saturating_add(1))
            .saturating_sub(1);
        let mut lines: Vec<L> = Vec::new();
        for first in &firsts[from.min(firsts.len())..] {
            if lines.len() >= limit {
                break;
            }
            let segment = self.segment(*first).await?;
            lines.extend(segment.into_iter().filter(|line: &L| line.seq() > after));
        }
        lines.truncate(limit);
        Ok(lines)
    }

    /// The error for a segment that begins with, or holds, a number.
    pub(super) fn foreign(&self, seq: u64) -> ArchiveError {
        ArchiveError::Segment(self.path(seq).to_string())
    }

    fn path(&self, first: u64) -> Path {
        self.folder.clone().join(format!("{first:020}.jsonl"))
    }

    /// The numbers with which segments begin, in order.
    async fn firsts(&self) -> Result<Vec<u64>, ArchiveError> {
        let objects: Vec<_> = self.objects.list(Some(&self.folder)).try_collect().await?;
        let first = |path: &Path| {
            let name = path.filename()?.strip_suffix(".jsonl")?;
            (name.len() == 20).then(|| name.parse().ok())?
        };
        let mut firsts = Vec::with_capacity(objects.len());
        for object in objects {
            let path = object.location;
            firsts.push(first(&path).ok_or_else(|| ArchiveError::Segment(path.to_string()))?);
        }
        firsts.sort_unstable();
        Ok(firsts)
    }

    /// The lines of a segment, whose numbers rise by one.
    async fn segment<L: Line>(&self, first: u64) -> Result<Vec<L>, ArchiveError> {
        let body = self.objects.get(&self.path(first)).await?.bytes().await?;
        let text = str::from_utf8(&body).map_err(|_| self.foreign(first))?;
        let lines: Result<Vec<L>, _> = text.lines().map(serde_json::from_str).collect();
        let lines = lines.map_err(|_| self.foreign(first))?;
        let numbers_rise = lines.iter().zip(first..).all(|(line, seq)| line.seq() == seq);
        if lines.is_empty() || !numbers_rise || !text.ends_with('\n') {
            return Err(self.foreign(first));
        }
        Ok(lines)
    }
}
