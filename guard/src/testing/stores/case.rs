//! Runs the cases of a suite.

use std::error::Error;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::task::JoinSet;
use uuid::Uuid;

use super::Opened;
use crate::context::{IdError, Mode, OpaqueId, ProjectId, TenantId};
use crate::store::{Scope, StoreError};

/// A case that took longer has failed.
const PATIENCE: Duration = Duration::from_secs(60);

/// What came of a case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOutcome {
    /// What has to hold.
    pub case: &'static str,
    /// Why it does not.
    pub failure: Option<String>,
}

/// What came of a suite.
#[derive(Debug, Clone, Default)]
pub struct StoreReport {
    outcomes: Vec<StoreOutcome>,
}

impl StoreReport {
    /// Every case, in the order they ran.
    pub fn outcomes(&self) -> &[StoreOutcome] {
        &self.outcomes
    }

    /// Whether all held, and there were any.
    pub fn is_ok(&self) -> bool {
        !self.outcomes.is_empty() && self.outcomes.iter().all(|outcome| outcome.failure.is_none())
    }

    /// For tests.
    ///
    /// # Panics
    ///
    /// Unless all held.
    pub fn assert_ok(&self) {
        assert!(self.is_ok(), "{self}");
    }
}

impl fmt::Display for StoreReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for StoreOutcome { case, failure } in &self.outcomes {
            match failure {
                None => writeln!(f, "held    {case}")?,
                Some(failure) => writeln!(f, "FAILED  {case}: {failure}")?,
            }
        }
        Ok(())
    }
}

/// What a case does not find as it should be.
#[derive(Debug)]
pub(super) struct Broken(pub(super) String);

/// What a case comes to.
pub(super) type Held<T = ()> = Result<T, Broken>;
pub(super) type CaseFuture = Pin<Box<dyn Future<Output = Held> + Send>>;

/// A case: what has to hold, and what finds out, with two handles on one place.
pub(super) struct Case<S: ?Sized> {
    pub(super) name: &'static str,
    pub(super) run: fn(Arc<S>, Arc<S>) -> CaseFuture,
}

impl<S: ?Sized> Clone for Case<S> {
    fn clone(&self) -> Self {
        Self {
            name: self.name,
            run: self.run,
        }
    }
}

impl From<StoreError> for Broken {
    fn from(error: StoreError) -> Self {
        let mut text = error.to_string();
        let mut cause = error.source();
        while let Some(error) = cause {
            text = format!("{text}: {error}");
            cause = error.source();
        }
        Self(text)
    }
}

impl From<IdError> for Broken {
    fn from(error: IdError) -> Self {
        Self(error.to_string())
    }
}

/// Ends a case unless a condition holds.
macro_rules! hold {
    ($condition:expr, $($why:tt)+) => {
        if !$condition {
            return Err($crate::testing::stores::case::Broken(format!($($why)+)));
        }
    };
}
pub(super) use hold;

/// Ends a case unless two things are the same.
macro_rules! same {
    ($found:expr, $wanted:expr, $what:expr) => {
        match (&$found, &$wanted) {
            (found, wanted) => $crate::testing::stores::case::hold!(
                *found == *wanted,
                "{}: found {:?}, wanted {:?}",
                $what,
                found,
                wanted
            ),
        }
    };
}
pub(super) use same;

/// The cases of a file.
macro_rules! cases {
    ($store:ty: $($case:ident = $name:literal;)*) => {
        pub(super) const CASES: &[$crate::testing::stores::case::Case<$store>] = &[$(
            $crate::testing::stores::case::Case {
                name: $name,
                run: |left, right| Box::pin($case(left, right)),
            },
        )*];
    };
}
pub(super) use cases;

pub(super) async fn run<S: ?Sized>(open: impl AsyncFn() -> Opened<S>, cases: &[Case<S>]) -> StoreReport {
    let mut report = StoreReport::default();
    for Case { name, run } in cases {
        let held = match (open().await, open().await) {
            (Ok(left), Ok(right)) => tokio::time::timeout(PATIENCE, run(left, right))
                .await
                .unwrap_or_else(|_| Err(Broken(format!("it took more than {} s", PATIENCE.as_secs())))),
            (Err(error), _) | (_, Err(error)) => Err(Broken(format!("the store does not open: {error}"))),
        };
        report.outcomes.push(StoreOutcome {
            case: name,
            failure: held.err().map(|Broken(why)| why),
        });
    }
    report
}

/// Runs everything at the same time and gives the results, in no set order.
pub(super) async fn together<T: Send + 'static>(
    futures: impl IntoIterator<Item = impl Future<Output = Result<T, StoreError>> + Send + 'static>,
) -> Held<Vec<T>> {
    let mut tasks: JoinSet<_> = futures.into_iter().collect();
    let mut results = Vec::with_capacity(tasks.len());
    while let Some(joined) = tasks.join_next().await {
        results.push(joined.map_err(|error| Broken(error.to_string()))??);
    }
    Ok(results)
}

/// A scope that no other case has.
pub(super) fn new_scope() -> Held<Scope> {
    Ok(Scope {
        tenant: new_tenant()?,
        mode: Mode::Saas,
        project: ProjectId::parse("p")?,
    })
}

pub(super) fn new_tenant() -> Held<TenantId> {
    Ok(TenantId::parse(format!("t_{}", Uuid::new_v4().simple()))?)
}

pub(super) fn new_id() -> Held<OpaqueId> {
    Ok(OpaqueId::parse(Uuid::new_v4().to_string())?)
}

/// Seconds since 1970-01-01T00:00:00Z.
pub(super) fn now_s() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |now| now.as_secs())
}
