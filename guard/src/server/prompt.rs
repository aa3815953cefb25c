//! A connection whose client has to say at once which protocol it speaks.
//!
//! hyper-util reads up to 24 bytes to tell HTTP/2 from HTTP/1.1, and waits for them without a limit: its own limits begin
//! after that.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// How an HTTP/2 connection begins: RFC 9113, section 3.4.
const PREFACE: &[u8; 24] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

/// Fails where the protocol is not clear in time.
pub(super) struct Prompt<Io> {
    io: Io,
    open: Option<Open>,
}

/// What was read could still become either protocol.
struct Open {
    matched: usize,
    timer: Pin<Box<Sleep>>,
}

impl<Io> Prompt<Io> {
    pub(super) fn new(io: Io, time: Duration) -> Self {
        let timer = Box::pin(sleep(time));
        Self {
            io,
            open: Some(Open { matched: 0, timer }),
        }
    }
}

impl Open {
    /// Whether it is clear with these bytes.
    fn settles(&mut self, read: &[u8]) -> bool {
        let rest = &PREFACE[self.matched..];
        self.matched += read.len();
        read.len() >= rest.len() || !rest.starts_with(read)
    }
}

impl<Io: AsyncRead + Unpin> AsyncRead for Prompt<Io> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = &mut *self;
        let before = buf.filled().len();
        let polled = Pin::new(&mut this.io).poll_read(cx, buf);
        let Some(open) = &mut this.open else {
            return polled;
        };
        if polled.is_pending() {
            ready!(open.timer.as_mut().poll(cx));
            return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
        }
        if open.settles(&buf.filled()[before..]) {
            this.open = None;
        }
        polled
    }
}

impl<Io: AsyncWrite + Unpin> AsyncWrite for Prompt<Io> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_part_of_the_preface_settles_nothing() {
        let open = || Open {
            matched: 0,
            timer: Box::pin(sleep(Duration::ZERO)),
        };
        assert!(!open().settles(b""));
        assert!(!open().settles(b"P"));
        assert!(!open().settles(&PREFACE[..23]));
        assert!(open().settles(PREFACE));
        assert!(open().settles(&[PREFACE, &b"x"[..]].concat()));
        for other in [&b"G"[..], b"PO", b"PRI * HTTP/1.1", b"\0"] {
            assert!(open().settles(other), "{other:?}");
        }
        let mut slow = open();
        assert!(PREFACE[..23].iter().all(|byte| !slow.settles(&[*byte])));
        assert!(slow.settles(&PREFACE[23..]));
        let mut other = open();
        assert!(!other.settles(b"P"));
        assert!(other.settles(b"OST"));
    }
}
