//! A process's copy of the policies.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, RwLock};
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep, timeout};

use super::rules::{self, KillSwitch, RuleError};
use crate::context::{OpaqueId, SurfaceId};
use crate::envelope::Gate;
use crate::store::{Policy, PolicyKey, PolicyScope, PolicyStore, Put, PutPolicy, Scope, StoreError, Tail};

/// How often the store is read when nothing wakes the copy.
const POLL: Duration = Duration::from_millis(200);

/// The longest that one reading of the store may take before it is begun again.
const READ: Duration = Duration::from_millis(600);

/// How old what is decided on may be. A kill switch falls within that time, on every process.
pub const FRESH: Duration = Duration::from_secs(1);

/// How many policies are read at once.
const PAGE: usize = 500;

/// A process's copy of the policies in a store, which a task keeps fresh. Clones share it.
///
/// Whoever decides first asks whether the copy [is fresh](Self::fresh): read from the store within the last second. Where
/// the store cannot be read it is not, and every action is denied.
#[derive(Clone)]
pub struct Policies(Arc<Handle>);

struct Handle {
    copy: Arc<Kept>,
    follower: AbortHandle,
}

struct Kept {
    store: Arc<dyn PolicyStore>,
    documents: RwLock<Documents>,
    /// When the last reading that came to its end was begun.
    read: watch::Sender<Instant>,
    /// The last revision that was seen.
    revision: watch::Sender<u64>,
    /// What is called when a policy changed.
    listeners: Mutex<Vec<Listener>>,
}

type Listener = Box<dyn Fn() + Send + Sync>;

type Documents = HashMap<PolicyScope, BTreeMap<Gate, BTreeMap<String, Arc<str>>>>;

/// The store could not be read for longer than a decision may wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the policies were not read within the last second, so nobody knows what they say now")]
pub struct Stale;

/// Why a policy was not put.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum PutError {
    /// Its gate cannot read it.
    #[error(transparent)]
    Rule(#[from] RuleError),
    /// The store did not take it. It may have been put.
    #[error("the policy was not put, or nobody knows whether it was")]
    Store(#[from] StoreError),
}

/// What a kill switch may stand on.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct KillTarget {
    /// Where.
    pub scope: Scope,
    /// The action; `None` for what has none, as a stream that only reads.
    pub action: Option<String>,
    /// The surface.
    pub surface: Option<SurfaceId>,
}

impl KillTarget {
    /// Whatever happens in this scope.
    pub fn new(scope: Scope) -> Self {
        Self {
            scope,
            action: None,
            surface: None,
        }
    }

    /// The action.
    #[must_use]
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// The surface.
    #[must_use]
    pub fn surface(mut self, surface: SurfaceId) -> Self {
        self.surface = Some(surface);
        self
    }
}

/// How the kill switches that may stand on a target do stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum KillState {
    /// None is there.
    Missing,
    /// None blocks.
    Open,
    /// One blocks.
    Blocked,
}

impl Policies {
    /// Reads every policy of the store, and goes on reading what changes.
    ///
    /// # Errors
    ///
    /// What the first reading meets. An engine that does not know its policies does not start.
    pub async fn load(store: Arc<dyn PolicyStore>) -> Result<Self, StoreError> {
        let tail = store.watch();
        let begun = Instant::now();
        let copy = Arc::new(Kept {
            store,
            documents: RwLock::default(),
            read: watch::Sender::new(begun),
            revision: watch::Sender::new(0),
            listeners: Mutex::default(),
        });
        copy.catch_up().await?;
        let follower = tokio::spawn(follow(Arc::clone(&copy), tail)).abort_handle();
        Ok(Self(Arc::new(Handle { copy, follower })))
    }

    /// Waits until the copy is not older than [`FRESH`], at most for `patience`.
    ///
    /// # Errors
    ///
    /// [`Stale`]: whoever decides denies.
    pub async fn fresh(&self, patience: Duration) -> Result<(), Stale> {
        let mut read = self.0.copy.read.subscribe();
        let is_fresh = |begun: &Instant| begun.elapsed() <= FRESH;
        let waited = timeout(patience, read.wait_for(is_fresh)).await;
        waited.is_ok_and(|read| read.is_ok()).then_some(()).ok_or(Stale)
    }

    /// Whether the copy is not older than [`FRESH`] now.
    pub(super) fn is_fresh(&self) -> bool {
        self.0.copy.read.borrow().elapsed() <= FRESH
    }

    /// Calls this whenever a policy changed, from the task that keeps the copy fresh.
    pub(super) fn listen(&self, listener: Listener) {
        let mut listeners = self.0.copy.listeners.lock().unwrap_or_else(PoisonError::into_inner);
        listeners.push(listener);
    }

    /// The policy on a subject that holds at a place.
    pub(super) fn at(&self, gate: Gate, place: &PolicyScope, subject: &str) -> Option<Arc<str>> {
        let documents = self.0.copy.documents.read().unwrap_or_else(PoisonError::into_inner);
        documents.get(place)?.get(&gate)?.get(subject).cloned()
    }

    /// How the kill switches stand. One that cannot be read blocks.
    pub(super) fn kill_state(&self, places: &[PolicyScope], action: Option<&str>, surface: Option<&str>) -> KillState {
        let surface = surface.map(rules::of_surface);
        let subjects = [Some(""), action, surface.as_deref()];
        let mut state = KillState::Missing;
        for place in places {
            for subject in subjects.into_iter().flatten() {
                let Some(body) = self.at(Gate::KillSwitch, place, subject) else {
                    continue;
                };
                match serde_json::from_str::<KillSwitch>(&body) {
                    Ok(KillSwitch { blocked: false, .. }) => state = KillState::Open,
                    _ => return KillState::Blocked,
                }
            }
        }
        state
    }

    /// Whether a kill switch blocks the target, as far as the copy knows.
    pub fn is_killed(&self, target: &KillTarget) -> bool {
        let surface = target.surface.as_ref().map(SurfaceId::as_str);
        let state = self.kill_state(&places(&target.scope), target.action.as_deref(), surface);
        state == KillState::Blocked
    }

    /// Waits until a kill switch blocks the target: for what runs on after it was let in, as a stream does.
    ///
    /// It wakes only when a policy changes. While the store cannot be read nobody knows of a change; ask
    /// [`fresh`](Self::fresh) too where that matters.
    pub async fn killed(&self, target: &KillTarget) {
        let mut revision = self.0.copy.revision.subscribe();
        // The copy outlives this future, so the sender is there.
        while !self.is_killed(target) && revision.changed().await.is_ok() {}
    }

    /// Puts a policy: `None` takes it back. What its gate could not read is refused.
    ///
    /// `expected` is the version that it replaces, 0 for none; `None` replaces whatever there is. The copies of all processes
    /// have it within [`FRESH`].
    ///
    /// # Errors
    ///
    /// [`PutError`].
    pub async fn put(
        &self,
        key: PolicyKey,
        rule: Option<&(impl serde::Serialize + Sync)>,
        expected: Option<u64>,
        by: OpaqueId,
        at_ms: u64,
    ) -> Result<Put, PutError> {
        let body = rule
            .map(|rule| rules::written(key.gate, &key.subject, rule))
            .transpose()?;
        if let Some(body) = &body {
            rules::check(key.gate, &key.subject, body)?;
        }
        let put = PutPolicy {
            key,
            body,
            expected,
            by,
            at_ms,
        };
        Ok(self.0.copy.store.put(put).await?)
    }
}

/// The places whose policies hold in a scope, the narrowest first.
pub(super) fn places(scope: &Scope) -> [PolicyScope; 3] {
    [
        PolicyScope::Scope(scope.clone()),
        PolicyScope::Tenant(scope.tenant.clone()),
        PolicyScope::Everywhere,
    ]
}

impl Kept {
    async fn catch_up(&self) -> Result<(), StoreError> {
        let begun = Instant::now();
        loop {
            let after = *self.revision.borrow();
            let changed = self.store.changes(after, PAGE).await?;
            let Some(last) = changed.last().map(|policy| policy.revision) else {
                break;
            };
            let mut documents = self.documents.write().unwrap_or_else(PoisonError::into_inner);
            changed.into_iter().for_each(|policy| keep(&mut documents, policy));
            drop(documents);
            self.revision.send_replace(last);
            let listeners = self.listeners.lock().unwrap_or_else(PoisonError::into_inner);
            listeners.iter().for_each(|listener| listener());
        }
        self.read.send_replace(begun);
        Ok(())
    }
}

fn keep(documents: &mut Documents, policy: Policy) {
    let PolicyKey { gate, scope, subject } = policy.key;
    match policy.body {
        Some(body) => {
            let of_gate = documents.entry(scope).or_default().entry(gate).or_default();
            of_gate.insert(subject, body.into());
        }
        None => {
            let of_gate = documents.get_mut(&scope).and_then(|gates| gates.get_mut(&gate));
            of_gate.map(|subjects| subjects.remove(&subject));
        }
    }
}

/// Reads what changes, until it is stopped.
async fn follow(copy: Arc<Kept>, mut tail: Tail) {
    loop {
        if let Ok(false) = timeout(POLL, tail.changed()).await {
            // The store was closed and wakes nobody any more.
            sleep(POLL).await;
        }
        match timeout(READ, copy.catch_up()).await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => {
                tracing::error!(error = &error as &dyn std::error::Error, "the policies cannot be read");
                sleep(POLL).await;
            }
            Err(_) => tracing::error!("the policies cannot be read: the store does not answer"),
        }
    }
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.follower.abort();
    }
}

impl fmt::Debug for Policies {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Policies")
            .field("store", &self.0.copy.store.name())
            .field("revision", &*self.0.copy.revision.borrow())
            .finish_non_exhaustive()
    }
}
