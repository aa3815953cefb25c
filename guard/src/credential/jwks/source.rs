//! Where a JWKS document comes from.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::io::Read as _;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;

/// The bytes of a document, later, or why there are none. The error reaches the log.
pub type Fetch = Pin<Box<dyn Future<Output = Result<Bytes, Box<dyn Error + Send + Sync>>> + Send>>;

/// Fetches a JWKS document.
pub trait JwksSource: Send + Sync + 'static {
    /// Fetches it anew. A source that reads a stream stops beyond `limit` bytes; a longer document is refused anyway.
    fn fetch(&self, limit: usize) -> Fetch;
}

impl<T: JwksSource + ?Sized> JwksSource for Arc<T> {
    fn fetch(&self, limit: usize) -> Fetch {
        (**self).fetch(limit)
    }
}

/// A document in a file, for places without a network. It is read anew at each refresh, so that a rotation is a rename.
#[derive(Debug, Clone)]
pub struct FileJwks {
    path: PathBuf,
}

impl FileJwks {
    /// The document at this path.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }
}

impl JwksSource for FileJwks {
    fn fetch(&self, limit: usize) -> Fetch {
        let path = self.path.clone();
        Box::pin(async move {
            let read = tokio::task::spawn_blocking(move || {
                let mut document = Vec::new();
                let limit = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
                std::fs::File::open(path)?.take(limit).read_to_end(&mut document)?;
                Ok::<_, std::io::Error>(document)
            });
            Ok(Bytes::from(read.await??))
        })
    }
}

/// A document that never changes.
#[derive(Clone)]
pub struct StaticJwks {
    document: Bytes,
}

impl StaticJwks {
    /// This document.
    pub fn new(document: impl Into<Bytes>) -> Self {
        Self {
            document: document.into(),
        }
    }
}

impl JwksSource for StaticJwks {
    fn fetch(&self, _limit: usize) -> Fetch {
        let document = self.document.clone();
        Box::pin(async move { Ok(document) })
    }
}

impl fmt::Debug for StaticJwks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StaticJwks")
            .field("bytes", &self.document.len())
            .finish()
    }
}
