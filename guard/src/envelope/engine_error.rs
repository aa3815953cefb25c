//! An error with a cause that stays inside.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use http::Response;

use super::ErrorEnvelope;
use crate::code;

/// What a handler returns when there is more to know than a client may be told.
///
/// `Display` is the envelope's. The cause is reached through [`EngineError::cause`], [`Error::source`] and `Debug`, which
/// are for the log. There is no `Serialize`.
#[derive(Debug, Clone)]
pub struct EngineError {
    envelope: ErrorEnvelope,
    cause: Option<InternalCause>,
}

/// A cause that never reaches a client: it has neither `Display` nor `Serialize`.
///
/// [`EngineError::to_response`] puts it into the response's extensions, which stay in the process, so that a layer can
/// log it.
#[derive(Debug, Clone)]
pub struct InternalCause(Arc<dyn Error + Send + Sync>);

impl InternalCause {
    /// The error itself.
    pub fn error(&self) -> &(dyn Error + Send + Sync + 'static) {
        &*self.0
    }
}

impl EngineError {
    /// This envelope for the client, this cause for the log.
    pub fn new(envelope: ErrorEnvelope, cause: impl Error + Send + Sync + 'static) -> Self {
        Self {
            envelope,
            cause: Some(InternalCause(Arc::new(cause))),
        }
    }

    /// `internal.error` for the client, this cause for the log: `.map_err(EngineError::internal)?`.
    pub fn internal(cause: impl Error + Send + Sync + 'static) -> Self {
        ErrorEnvelope::builder(code::INTERNAL_ERROR).caused_by(cause)
    }

    /// What the client sees.
    pub fn envelope(&self) -> &ErrorEnvelope {
        &self.envelope
    }

    /// What only the log may see.
    pub fn cause(&self) -> Option<&InternalCause> {
        self.cause.as_ref()
    }

    /// The envelope's response, with the cause in its extensions.
    pub fn to_response(&self) -> Response<String> {
        let mut response = self.envelope.to_response();
        if let Some(cause) = &self.cause {
            response.extensions_mut().insert(cause.clone());
        }
        response
    }
}

impl From<ErrorEnvelope> for EngineError {
    fn from(envelope: ErrorEnvelope) -> Self {
        Self { envelope, cause: None }
    }
}

impl fmt::Display for EngineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.envelope.fmt(f)
    }
}

impl Error for EngineError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.cause.as_ref().map(|cause| cause.error() as _)
    }
}
