//! Between replay and live nothing is lost and nothing comes twice, while events are published and pruned.

use crate::support::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn e52_no_gap_and_no_double_between_replay_and_live() {
    no_gap_and_no_double(House::default(), 2_000).await;
}

pub(crate) async fn no_gap_and_no_double(house: House, events: usize) {
    let streams = house.streams().build();
    let engine = house.engine(&streams);
    let thread = stream("chat", "th_1");
    let first = publish(&streams, &thread, 0..1).await[0];
    let author = {
        let (streams, thread) = (streams.clone(), thread.clone());
        tokio::spawn(async move {
            for number in 1..=events {
                publish(&streams, &thread, [number]).await;
                if number % 7 == 0 {
                    tokio::task::yield_now().await;
                }
            }
        })
    };
    let mut readers = tokio::task::JoinSet::new();
    for reader in 0..16 {
        let engine = engine.clone();
        readers.spawn(async move {
            let (mut cursor, mut seen) = (first, Vec::new());
            // Each comes back several times, at other places.
            for part in 1..=4 {
                let mut client = Client::open(&engine, after(get("/sse/chat/th_1"), cursor)).await;
                let until = if part == 4 {
                    events
                } else {
                    events * part / 5 + reader * 3
                };
                while seen.len() < until {
                    let event = client.message().await;
                    cursor = event.id.unwrap();
                    seen.push(event.number());
                }
            }
            assert!(seen.iter().copied().eq(1..=events), "reader {reader}");
        });
    }
    author.await.unwrap();
    while let Some(reader) = readers.join_next().await {
        reader.unwrap();
    }
}
