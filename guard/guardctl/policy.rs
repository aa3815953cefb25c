//! `guardctl policy`.

use std::io::Write;
use std::sync::Arc;

use clap::{Args, Subcommand};
use guard::clock::{Clock, SystemClock};
use guard::context::OpaqueId;
use guard::envelope::Gate;
use guard::gate::Policies;
use guard::gate::rules::{KillSwitch, of_surface};
use guard::store::{PolicyKey, PolicyScope, PolicyStore, Put, Stores};
use serde_json::Value;

use crate::place::{Place, shown};
use crate::{Answer, Found};

/// How many policies are read at once.
const PAGE: usize = 500;

/// What is done with policies.
#[derive(Debug, Subcommand)]
pub(crate) enum Policy {
    /// Lists the policies: gate, place, subject, version, who put it, document.
    List {
        /// Of this gate alone.
        #[arg(long, value_parser = gate)]
        gate: Option<Gate>,
    },
    /// Puts a policy.
    Set {
        #[command(flatten)]
        which: Which,
        /// The document, as JSON.
        document: String,
    },
    /// Takes a policy back. In saas and enterprise a gate without any policy denies.
    Unset {
        #[command(flatten)]
        which: Which,
    },
    /// Throws a kill switch: within a second everything that it stands on is refused, on every process.
    Kill {
        #[command(flatten)]
        switch: Switch,
        /// Why, for whoever looks at it later.
        #[arg(long)]
        reason: String,
    },
    /// Takes a kill switch back.
    Revive {
        #[command(flatten)]
        switch: Switch,
    },
}

/// Which policy, and who puts it.
#[derive(Debug, Args)]
pub(crate) struct Which {
    /// The gate: kill_switch, firearms, strategy_lock, budget, kpi or temperature.
    #[arg(value_parser = gate)]
    gate: Gate,
    /// What it is about: an action, or a subject of the gate; all actions unless given.
    #[arg(long, default_value = "")]
    subject: String,
    #[command(flatten)]
    place: Place,
    /// Who puts it, for whoever looks at it later.
    #[arg(long)]
    by: String,
    /// The version that it replaces, 0 for none: refused where somebody else was first.
    #[arg(long)]
    expect: Option<u64>,
}

/// What a kill switch stands on.
#[derive(Debug, Args)]
pub(crate) struct Switch {
    /// This action; every one unless given.
    #[arg(long)]
    action: Option<String>,
    /// This surface.
    #[arg(long, conflicts_with = "action")]
    surface: Option<String>,
    #[command(flatten)]
    place: Place,
    /// Who throws it.
    #[arg(long)]
    by: String,
}

fn gate(text: &str) -> Result<Gate, String> {
    Gate::ALL
        .into_iter()
        .find(|gate| gate.as_str() == text)
        .ok_or_else(|| format!("a gate is one of {}", Gate::ALL.map(Gate::as_str).join(", ")))
}

pub(crate) async fn run(command: Policy, stores: &Stores, out: &mut impl Write) -> Answer {
    let store = stores.policy_store().ok_or("the store keeps no policies")?;
    match command {
        Policy::List { gate } => list(&**store, gate, out).await,
        Policy::Set { which, document } => {
            let document: Value = serde_json::from_str(&document)?;
            put(store, which, Some(&document), out).await
        }
        Policy::Unset { which } => put(store, which, None::<&Value>, out).await,
        Policy::Kill { switch, reason } => {
            let rule = KillSwitch {
                blocked: true,
                reason: Some(reason),
            };
            put(store, switch.which(), Some(&rule), out).await
        }
        Policy::Revive { switch } => {
            let rule = KillSwitch {
                blocked: false,
                reason: None,
            };
            put(store, switch.which(), Some(&rule), out).await
        }
    }
}

impl Switch {
    fn which(self) -> Which {
        let surface = self.surface.as_deref().map(of_surface);
        Which {
            gate: Gate::KillSwitch,
            subject: self.action.or(surface).unwrap_or_default(),
            place: self.place,
            by: self.by,
            expect: None,
        }
    }
}

async fn put(
    store: &Arc<dyn PolicyStore>,
    which: Which,
    rule: Option<&(impl serde::Serialize + Sync)>,
    out: &mut impl Write,
) -> Answer {
    let key = PolicyKey {
        gate: which.gate,
        scope: which.place.policy_scope()?,
        subject: which.subject,
    };
    let by = OpaqueId::parse(&which.by).map_err(|error| format!("the name after --by {error}"))?;
    let now = SystemClock.wall().ok_or("the clock does not know the time")?;
    let at_ms = u64::try_from(now.as_millis())?;
    let policies = Policies::load(Arc::clone(store)).await?;
    match policies.put(key, rule, which.expect, by, at_ms).await? {
        Put::Stored(policy) => {
            writeln!(out, "version {} holds now", policy.version)?;
            Ok(Found::Well)
        }
        Put::Conflict(version) => Err(format!("somebody else was first: there is version {version}").into()),
    }
}

async fn list(store: &dyn PolicyStore, gate: Option<Gate>, out: &mut impl Write) -> Answer {
    let mut after = 0;
    loop {
        let page = store.changes(after, PAGE).await?;
        for policy in &page {
            after = policy.revision;
            let PolicyKey { gate: of, subject, .. } = &policy.key;
            let Some(body) = policy.body.as_ref().filter(|_| gate.is_none_or(|gate| gate == *of)) else {
                continue;
            };
            let place = place(&policy.key.scope);
            let (version, by) = (policy.version, &policy.by);
            writeln!(out, "{}\t{place}\t{subject}\t{version}\t{by}\t{body}", of.as_str())?;
        }
        if page.len() < PAGE {
            return Ok(Found::Well);
        }
    }
}

fn place(scope: &PolicyScope) -> String {
    match scope {
        PolicyScope::Everywhere => "everywhere".to_owned(),
        PolicyScope::Tenant(tenant) => tenant.to_string(),
        PolicyScope::Scope(scope) => shown(scope),
    }
}
