//! Policies to begin with, on a machine of one's own.

use guard::clock::{Clock, SystemClock};
use guard::context::{IdError, OpaqueId};
use guard::envelope::Gate;
use guard::gate::{Policies, PutError};
use guard::store::{PolicyKey, PolicyScope};
use serde_json::{Value, json};

/// What they say: everything may be done but erasing masks, and a euro a day may be spent. The temperature has none, because
/// nobody measures it here; lab lets pass what has no policy.
fn seeds() -> [(Gate, &'static str, Value); 6] {
    [
        (Gate::KillSwitch, "", json!({"blocked": false})),
        (Gate::Firearms, "", json!({"license_required": false})),
        (
            Gate::StrategyLock,
            "",
            json!({"approval_required": false, "three_wise_required": false}),
        ),
        (
            Gate::StrategyLock,
            "video_mask.erase",
            json!({"approval_required": true, "three_wise_required": true}),
        ),
        (Gate::Budget, "", json!({"currency": "EUR", "daily_cap": "1"})),
        (Gate::Kpi, "", json!({"metrics": {}})),
    ]
}

/// Why they are not put.
#[derive(Debug, thiserror::Error)]
pub enum SeedError {
    /// The name of who puts them.
    #[error("who puts policies {0}")]
    By(#[from] IdError),
    /// The store.
    #[error(transparent)]
    Put(#[from] PutError),
}

/// Puts them where there are none yet. What somebody has set stays as it is. They are lax, so the caller sees to it that no mode
/// but lab is served.
///
/// # Errors
///
/// [`SeedError`].
pub async fn seed(policies: &Policies) -> Result<(), SeedError> {
    let by = OpaqueId::parse("engine-server")?;
    let at_ms = SystemClock
        .wall()
        .map_or(0, |now| u64::try_from(now.as_millis()).unwrap_or(0));
    for (gate, subject, rule) in seeds() {
        let key = PolicyKey {
            gate,
            scope: PolicyScope::Everywhere,
            subject: subject.to_owned(),
        };
        policies.put(key, Some(&rule), Some(0), by.clone(), at_ms).await?;
    }
    Ok(())
}
