//! The signals by which a process is asked to end.

use std::future::Future;
use std::io;

/// Waits for `SIGTERM` or `SIGINT`; where there are no such signals, for Ctrl-C.
///
/// From this call on the first of them no longer ends the process by itself, whether the future is polled or not.
///
/// # Errors
///
/// Those of the system, which refuses to tell.
#[cfg(unix)]
pub fn termination() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    use tokio::signal::unix::{SignalKind, signal};

    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Waits for Ctrl-C.
///
/// # Errors
///
/// None here.
#[cfg(not(unix))]
pub fn termination() -> io::Result<impl Future<Output = ()> + Send + 'static> {
    Ok(async {
        if let Err(error) = tokio::signal::ctrl_c().await {
            tracing::error!(%error, "nobody can ask this process to end");
            std::future::pending::<()>().await;
        }
    })
}
