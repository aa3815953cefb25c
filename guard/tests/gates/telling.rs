//! Decisions on the streams that they are about.

use std::sync::Arc;

use guard::context::{Mode, OpaqueId};
use guard::envelope::Gate;
use guard::gate::GateRequest;
use guard::store::{EventLog, Memory, Read, Stores, StreamKey};
use guard::stream::Streams;
use serde_json::{Value, json};

use crate::house::*;
use crate::support::*;

/// `/act/{id}` is about the chat of that id.
fn about(request: &GateRequest) -> Option<(OpaqueId, OpaqueId)> {
    let id = request.path.strip_prefix("/act/")?;
    Some((OpaqueId::parse("chat").ok()?, OpaqueId::parse(id).ok()?))
}

async fn events(log: &Memory, id: &str) -> Vec<Value> {
    let stream = StreamKey {
        scope: scope(),
        kind: OpaqueId::parse("chat").unwrap(),
        id: OpaqueId::parse(id).unwrap(),
    };
    let Read::Events(events) = EventLog::read(log, &stream, None, 100).await.unwrap() else {
        panic!("no cursor was given");
    };
    events
        .iter()
        .map(|event| serde_json::from_str(&event.body).unwrap())
        .collect()
}

#[tokio::test]
async fn a_stream_is_told_what_was_decided_about_it() {
    let memory = Memory::default();
    let streams = Streams::builder(Arc::new(memory.clone()), [Mode::Lab]).unwrap().build();
    let chain = builder(&Stores::of(memory.clone()))
        .tell(&streams, about)
        .start()
        .await
        .unwrap();
    let house = house_of(chain, memory);
    assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
    everywhere(&house.chain, Gate::KillSwitch, "", json!({"blocked": true})).await;
    send(&house.engine, lab("POST", "/act/7"))
        .await
        .is(403, "kill_switch.blocked");
    send(&house.engine, lab("POST", "/silent"))
        .await
        .is(403, "kill_switch.blocked");
    house.chain.idle().await;

    let told = events(&house.memory, "7").await;
    assert_eq!(told.len(), 2, "{told:?}");
    let (pass, block) = (&told[0], &told[1]);
    for event in [pass, block] {
        assert_eq!(event["type"], "SAFETY_DECISION");
        assert_eq!(event["routing"]["actor_id"], "u_1");
        assert_eq!(event["data"]["action"], "thing.act");
        assert_eq!(event["data"]["subject"]["path"], "/act/7");
    }
    assert_eq!(
        (&pass["data"]["decision"], &pass["data"]["gate"]),
        (&json!("PASS"), &Value::Null)
    );
    assert_eq!(
        (
            &block["data"]["decision"],
            &block["data"]["gate"],
            &block["data"]["code"]
        ),
        (&json!("BLOCK"), &json!("kill_switch"), &json!("kill_switch.blocked"))
    );
    // Each names its record.
    let audit = records(&house.memory).await;
    for event in [pass, block] {
        let seq = usize::try_from(event["data"]["record"].as_u64().unwrap()).unwrap();
        let record = &audit[seq - 1];
        assert_eq!(
            (&record["kind"], &record["decision"]),
            (&json!("decision"), &event["data"]["decision"])
        );
        assert_eq!(record["ids"]["request_id"], event["ids"]["request_id"]);
    }
}

/// The log serves another mode, or what says which stream it is panics: the decision stands all the same.
#[tokio::test]
async fn a_stream_that_takes_no_event_keeps_nobody_from_acting() {
    let panics = |_: &GateRequest| -> Option<(OpaqueId, OpaqueId)> { panic!("canary of an engine") };
    for broken in [true, false] {
        let memory = Memory::default();
        let modes = if broken { vec![Mode::Lab] } else { Vec::new() };
        let streams = Streams::builder(Arc::new(memory.clone()), modes).unwrap().build();
        let chain = builder(&Stores::of(memory.clone()));
        let chain = if broken {
            chain.tell(&streams, panics)
        } else {
            chain.tell(&streams, about)
        };
        let house = house_of(chain.start().await.unwrap(), memory);
        assert_eq!(send(&house.engine, lab("POST", "/act/7")).await.status, 200);
        house.chain.idle().await;
        assert_eq!(events(&house.memory, "7").await, Vec::<Value>::new());
        let kept = records(&house.memory).await;
        assert_eq!((kept.len(), &kept[0]["decision"]), (2, &json!("PASS")));
    }
}
