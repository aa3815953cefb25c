//! Hears what is changed, by this process and others.

use std::time::Duration;

use sqlx::PgPool;
use sqlx::pool::PoolOptions;
use sqlx::postgres::{PgConnectOptions, PgListener};
use tokio::task::AbortHandle;
use tokio::time::{sleep, timeout};

use super::teller::Members;
use super::{PAUSE, TRY};
use crate::context::OpaqueId;
use crate::store::event::StreamKey;
use crate::store::scope::Scope;
use crate::store::wake::AllWakes;

/// The channel of all notices.
pub(super) const CHANNEL: &str = "guard";

/// The notice of a policy. Others are a new process's, which [`Members`] reads, or the text of a stream's key.
pub(super) const POLICIES: &str = "policies";

/// After so long without a notice the connection is tried: one that was cut says nothing.
const SILENCE: Duration = Duration::from_secs(5);

/// Listens for as long as this is there.
pub(super) struct Listener(AbortHandle);

impl Drop for Listener {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Listens from now on.
pub(super) async fn start(
    options: PgConnectOptions,
    members: Members,
    wakes: AllWakes,
) -> Result<Listener, sqlx::Error> {
    let pool = PoolOptions::new()
        .max_connections(1)
        .max_lifetime(None)
        .idle_timeout(None)
        .acquire_timeout(TRY)
        .connect_lazy_with(options);
    let listener = listen(&pool).await?;
    Ok(Listener(
        tokio::spawn(run(pool, listener, members, wakes)).abort_handle(),
    ))
}

async fn listen(pool: &PgPool) -> Result<PgListener, sqlx::Error> {
    let mut listener = PgListener::connect_with(pool).await?;
    listener.listen(CHANNEL).await?;
    Ok(listener)
}

async fn run(pool: PgPool, mut listener: PgListener, members: Members, wakes: AllWakes) {
    loop {
        hear(&mut listener, &members, &wakes).await;
        drop(listener);
        listener = loop {
            match listen(&pool).await {
                Ok(listener) => break listener,
                Err(error) => {
                    tracing::warn!(%error, "no notices from PostgreSQL; changes of other processes come late");
                    sleep(PAUSE).await;
                }
            }
        };
        // Nobody knows what was said in between.
        members.were_unheard();
        wakes.wake_all();
    }
}

/// Hears notices until the connection is lost.
async fn hear(listener: &mut PgListener, members: &Members, wakes: &AllWakes) {
    loop {
        match timeout(SILENCE, listener.try_recv()).await {
            Ok(Ok(Some(notice))) if members.hear(notice.payload()) => {}
            Ok(Ok(Some(notice))) => wake(notice.payload(), wakes),
            // The connection was lost, and there is another one already.
            Ok(Ok(None)) => wakes.wake_all(),
            Ok(Err(_)) => return,
            Err(_) => {
                let answer = timeout(TRY, sqlx::query("SELECT 1").execute(&mut *listener)).await;
                if !matches!(answer, Ok(Ok(_))) {
                    return;
                }
            }
        }
    }
}

fn wake(notice: &str, wakes: &AllWakes) {
    if notice == POLICIES {
        wakes.changes.wake(&());
    } else if let Some(stream) = stream(notice) {
        wakes.streams.wake(&stream);
    } else {
        // From a later version, for all that is known.
        wakes.wake_all();
    }
}

/// Reads what `StreamKey` writes.
fn stream(notice: &str) -> Option<StreamKey> {
    let mut parts = notice.split(' ');
    let key = StreamKey {
        scope: Scope {
            tenant: parts.next()?.parse().ok()?,
            mode: parts.next()?.parse().ok()?,
            project: parts.next()?.parse().ok()?,
        },
        kind: OpaqueId::parse(parts.next()?).ok()?,
        id: OpaqueId::parse(parts.next()?).ok()?,
    };
    parts.next().is_none().then_some(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_notice_is_the_text_of_a_key() {
        let notice = "t_acme saas p/q chat th_1";
        assert_eq!(stream(notice).unwrap().to_string(), notice);
        for other in [
            "",
            "policies",
            "t_acme saas p chat",
            "t_acme saas p chat th_1 x",
            "acme saas p chat th_1",
        ] {
            assert_eq!(stream(other), None, "{other:?}");
        }
    }
}
