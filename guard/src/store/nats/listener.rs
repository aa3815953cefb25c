//! Hears what is appended, by this process and others.

use std::time::Duration;

use async_nats::jetstream::consumer::pull::{Ordered, OrderedConfig};
use async_nats::jetstream::consumer::{DeliverPolicy, StreamError};
use async_nats::jetstream::stream::{ConsumerError, Stream};
use futures_util::StreamExt;
use tokio::task::AbortHandle;
use tokio::time::sleep;

use crate::store::wake::Wakes;

/// How long to wait after a failure.
const PAUSE: Duration = Duration::from_millis(250);

/// Why nothing can be heard.
#[derive(Debug, thiserror::Error)]
pub(super) enum ListenError {
    #[error(transparent)]
    Consumer(#[from] ConsumerError),
    #[error(transparent)]
    Stream(#[from] StreamError),
}

/// Listens from now on, until the handle is aborted.
pub(super) async fn start(stream: Stream, wakes: Wakes<String>) -> Result<AbortHandle, ListenError> {
    let messages = listen(&stream).await?;
    Ok(tokio::spawn(run(stream, messages, wakes)).abort_handle())
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

async fn run(stream: Stream, mut messages: Ordered, wakes: Wakes<String>) {
    loop {
        while let Some(Ok(message)) = messages.next().await {
            wakes.wake(&message.subject.to_string());
        }
        messages = loop {
            match listen(&stream).await {
                Ok(messages) => break messages,
                Err(error) => {
                    tracing::warn!(%error, "no notices from JetStream; events of other processes come late");
                    sleep(PAUSE).await;
                }
            }
        };
        // Nobody knows what was appended in between.
        wakes.wake_all();
    }
}
