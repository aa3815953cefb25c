//! Who may keep a stream open.

use crate::context::RequestContext;
use crate::envelope::ErrorEnvelope;
use crate::store::StreamKey;

/// Decides whether a stream may be open: a kill switch, a list of credentials that were revoked.
///
/// It is asked when a stream opens, after each [`Streams::recheck`](super::Streams::recheck), and with each keep-alive. It is
/// asked for every open stream and must not wait: answer from memory, and call `recheck` when that changes. Where it panics
/// the stream ends.
///
/// [`Policies`](crate::gate::Policies) are one: with them the contract's kill switch ends running streams.
pub trait StreamGate: Send + Sync + 'static {
    /// Lets the stream be open, or says why not: `kill_switch.blocked`, say. On any doubt, say no.
    fn judge(&self, stream: &StreamInfo) -> Result<(), ErrorEnvelope>;

    /// Takes what has every open stream ask again, once, when the streams are made. A gate that knows when its answers change
    /// keeps it and calls it then; the others leave it, and whoever changes them calls `recheck`.
    fn on_change(&self, recheck: Box<dyn Fn() + Send + Sync>) {
        drop(recheck);
    }
}

impl<F> StreamGate for F
where
    F: Fn(&StreamInfo) -> Result<(), ErrorEnvelope> + Send + Sync + 'static,
{
    fn judge(&self, stream: &StreamInfo) -> Result<(), ErrorEnvelope> {
        self(stream)
    }
}

/// An open stream, or one that is about to open.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct StreamInfo {
    /// Who reads it.
    pub context: RequestContext,
    /// Which stream.
    pub stream: StreamKey,
}
