//! Hears what is appended, by this process and others.

use std::sync::Arc;
use std::time::Duration;

use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use async_nats::jetstream::consumer::{DeliverPolicy, StreamError};
use async_nats::jetstream::stream::{ConsumerError, Stream};
use futures_util::StreamExt;
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::store::wake::Wakes;

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_millis(250);

/// Why nothing can be heard.
#[derive(Debug, thiserror::Error)]
enum ListenError {
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
    #[error(transparent)]
    Stream(#[from] StreamError),
}

/// Listens from when `watched` is first told of somebody who waits, until the handle is aborted. Delivering what nobody
/// waits for would cost the server as much as keeping it.
pub(super) fn start(stream: Stream, wakes: Wakes<String>, watched: Arc<Notify>) -> AbortHandle {
    let listener = async move {
        watched.notified().await;
        run(stream, wakes).await;
    };
    tokio::spawn(listener).abort_handle()
}

/// Of what is kept from now on, the subjects. What JetStream delivers is in the stream already, so a reader who is woken
/// finds it.
async fn listen(stream: &Stream) -> Result<Ordered, ListenError> {
    let consumer = stream
        .create_consumer(OrderedConfig {
            deliver_policy: DeliverPolicy::New,
            headers_only: true,
            ..OrderedConfig::default()
        })
        .await?;
    Ok(consumer.messages().await?)
}

async fn run(stream: Stream, wakes: Wakes<String>) {
    loop {
        match listen(&stream).await {
            Ok(mut messages) => {
                // Nobody knows what was appended before or in between.
                wakes.wake_all();
                while let Some(Ok(message)) = messages.next().await {
                    wakes.wake(&message.subject.to_string());
                }
            }
            Err(error) => {
                tracing::warn!(%error, "no notices from JetStream; events of other processes come late");
            }
        }
        sleep(PAUSE).await;
    }
}
