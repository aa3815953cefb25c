//! A stream outlives the process that served it.

use http::Version;
use tempfile::TempDir;

use crate::follower::{Follower, say, thread};
use crate::program::{SECRETS, listening, program};
use crate::support::{log_in_to, patient};

#[tokio::test]
async fn a_stream_goes_on_where_a_killed_server_left_it() {
    let folder = TempDir::new().unwrap();
    let store = format!("sqlite:{}/engine.db", folder.path().display());
    let start = async |address: &str| {
        let mut command = program(&["--store", &store, "--seed-policies", "--address", address]);
        command.envs(SECRETS);
        listening(command).await
    };
    let (mut first, _lines, place) = start("127.0.0.1:0").await;
    let address = place.parse().unwrap();
    let token = log_in_to(address, Version::HTTP_11, "owner").await;
    for text in ["one", "two", "three"] {
        say(address, &token, "th_1", text).await;
    }
    let mut follower = Follower::open(address, thread("th_1", &token)).await;
    let (texts, cursor) = follower.texts(2).await;
    assert_eq!(texts, ["one", "two"]);
    first.kill().await.unwrap();
    while follower.next().await.is_some() {}

    let (mut second, _lines, again) = start(&place).await;
    assert_eq!(again, place);
    // The token still holds, for the secrets are the same.
    let resumed = thread("th_1", &token).with("last-event-id", &cursor);
    let mut follower = Follower::open(address, resumed).await;
    say(address, &token, "th_1", "four").await;
    let (texts, _) = follower.texts(2).await;
    assert_eq!(texts, ["three", "four"]);
    second.kill().await.unwrap();
    patient(second.wait()).await.unwrap();
}
