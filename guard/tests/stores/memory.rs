//! The backend in memory.

use guard::context::Mode;
use guard::store::{Memory, Stores};

use crate::support::hold_all;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn holds_every_suite() {
    let memory = Memory::default();
    hold_all(async || Ok(memory.clone())).await;
}

#[tokio::test]
async fn h80_saas_and_enterprise_do_not_start_on_memory() {
    let stores = Stores::of(Memory::default());
    stores.prove([Mode::Lab]).await.unwrap();
    for mode in [Mode::Saas, Mode::Enterprise] {
        let faults = stores.prove([Mode::Lab, mode]).await.unwrap_err();
        let text = faults.to_string();
        for setting in [
            "Stores::events",
            "Stores::tickets",
            "Stores::budget",
            "Stores::audit",
            "Stores::policies",
        ] {
            assert!(text.contains(setting) && text.contains(mode.as_str()), "{text}");
        }
    }
}
