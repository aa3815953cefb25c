//! JetStream: a subject among others of one stream. A message holds what a row of a table does: tag, time and body. Each replay
//! has a consumer of its own, which goes afterwards.

use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::stream::{Config, Stream};
use async_nats::jetstream::{self, Context};
use futures_util::StreamExt;
use guard::store::NewEvent;
use guard::store::nats::JetStream;

use crate::{Raw, compare, server};

struct Subject {
    context: Context,
    stream: Stream,
}

pub(crate) async fn measure() {
    let Some(server) = server::start_nats() else { return };
    let url = format!("nats://127.0.0.1:{}", server.port);
    let log = JetStream::open(&url).await.unwrap();
    let context = jetstream::new(async_nats::connect(&url).await.unwrap());
    let stream = context
        .create_stream(Config {
            name: "RAW".to_owned(),
            subjects: vec!["raw.*".to_owned()],
            ..Config::default()
        })
        .await
        .unwrap();
    compare("JetStream", &log, &mut Subject { context, stream }).await;
}

impl Raw for Subject {
    async fn append(&mut self, events: &[NewEvent]) {
        // What is read lies after what was appended before, as in the log.
        let subject = if events.len() == 1_000 {
            "raw.replayed"
        } else {
            "raw.appended"
        };
        let mut acks = Vec::with_capacity(events.len());
        for event in events {
            let row = format!("{:016x}{:016x}{}", 7, event.at_ms, event.body);
            acks.push(self.context.publish(subject, row.into()).await.unwrap());
        }
        for ack in acks {
            ack.await.unwrap();
        }
    }

    async fn read(&mut self, count: usize) -> usize {
        let first = self.stream.get_first_raw_message_by_subject("raw.replayed", 1).await;
        let start_sequence = first.unwrap().sequence;
        let consumer = self
            .stream
            .create_consumer(pull::Config {
                filter_subject: "raw.replayed".to_owned(),
                deliver_policy: DeliverPolicy::ByStartSequence { start_sequence },
                ack_policy: AckPolicy::None,
                memory_storage: true,
                ..pull::Config::default()
            })
            .await
            .unwrap();
        let mut messages = consumer.fetch().max_messages(count).messages().await.unwrap();
        let mut rows = Vec::new();
        while let Some(message) = messages.next().await {
            let message = message.unwrap();
            let sequence = message.info().unwrap().stream_sequence;
            let row = str::from_utf8(&message.payload).unwrap();
            let number = |digits| u64::from_str_radix(digits, 16).unwrap();
            rows.push((sequence, number(&row[..16]), number(&row[16..32]), row[32..].to_owned()));
        }
        let (stream, name) = (self.stream.clone(), consumer.cached_info().name.clone());
        tokio::spawn(async move { stream.delete_consumer(&name).await });
        rows.len()
    }
}
