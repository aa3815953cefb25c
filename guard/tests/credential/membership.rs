//! Memberships that outlive their token, and a cache that does not outlive them for long.

use std::future::poll_fn;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;

use guard::context::{OpaqueId, TenantId};
use guard::credential::membership::{
    CachedMembership, MembershipAnswer, MembershipBuildError, MembershipLookup, MembershipResult, MembershipUnavailable,
};

use crate::support::{TestClock, until};

/// A directory that tests steer.
#[derive(Clone, Default)]
struct Directory(Arc<Steered>);

#[derive(Default)]
struct Steered {
    role: Mutex<Option<&'static str>>,
    down: AtomicBool,
    held: AtomicBool,
    lookups: AtomicUsize,
}

impl Directory {
    fn with(role: &'static str) -> Self {
        let directory = Self::default();
        directory.set(Some(role));
        directory
    }

    fn set(&self, role: Option<&'static str>) {
        *self.0.role.lock().unwrap() = role;
    }

    fn lookups(&self) -> usize {
        self.0.lookups.load(Ordering::SeqCst)
    }
}

impl MembershipLookup for Directory {
    fn lookup(&self, _user: &OpaqueId, _tenant: &TenantId) -> MembershipAnswer {
        let shared = Arc::clone(&self.0);
        shared.lookups.fetch_add(1, Ordering::SeqCst);
        // What was so when it was asked.
        let role = *shared.role.lock().unwrap();
        MembershipAnswer::Later(Box::pin(async move {
            poll_fn(|context| {
                if !shared.held.load(Ordering::SeqCst) {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            match shared.down.load(Ordering::SeqCst) {
                true => Err(MembershipUnavailable::new("the directory is down")),
                false => Ok(role.map(Into::into)),
            }
        }))
    }
}

fn user() -> OpaqueId {
    OpaqueId::parse("u_1").unwrap()
}

fn tenant(n: usize) -> TenantId {
    TenantId::parse(format!("t_{n}")).unwrap()
}

fn cached(directory: &Directory, clock: &Arc<TestClock>) -> CachedMembership<Directory> {
    CachedMembership::builder(directory.clone())
        .clock(clock.clone())
        .ttl(Duration::from_secs(30))
        .max_in_flight(100)
        .build()
        .unwrap()
}

async fn ask(cached: &CachedMembership<Directory>, n: usize) -> MembershipResult {
    match cached.lookup(&user(), &tenant(n)) {
        MembershipAnswer::Done(result) => result,
        MembershipAnswer::Later(later) => later.await,
    }
}

#[tokio::test]
async fn d36_a_revoked_member_is_out_within_the_ttl() {
    let (directory, clock) = (Directory::with("owner"), TestClock::new());
    let cached = cached(&directory, &clock);
    assert_eq!(ask(&cached, 1).await.unwrap().as_deref(), Some("owner"));
    directory.set(None);
    clock.advance(29);
    assert_eq!(ask(&cached, 1).await.unwrap().as_deref(), Some("owner"));
    assert_eq!(directory.lookups(), 1);
    clock.advance(1);
    assert_eq!(ask(&cached, 1).await.unwrap(), None);
    assert_eq!(ask(&cached, 1).await.unwrap(), None, "no member is remembered as well");
    assert_eq!(directory.lookups(), 2);
}

#[tokio::test]
async fn d36_errors_are_not_remembered_and_nothing_old_is_served() {
    let (directory, clock) = (Directory::with("owner"), TestClock::new());
    let cached = cached(&directory, &clock);
    assert!(ask(&cached, 1).await.is_ok());
    directory.0.down.store(true, Ordering::SeqCst);
    clock.advance(30);
    assert!(ask(&cached, 1).await.is_err());
    assert!(ask(&cached, 1).await.is_err());
    assert_eq!(directory.lookups(), 3);
    directory.0.down.store(false, Ordering::SeqCst);
    assert!(ask(&cached, 1).await.is_ok());
}

#[tokio::test]
async fn parallel_requests_share_one_lookup() {
    let (directory, clock) = (Directory::with("owner"), TestClock::new());
    let cached = cached(&directory, &clock);
    directory.0.held.store(true, Ordering::SeqCst);
    let asking: Vec<_> = (0..100)
        .map(|_| {
            let cached = cached.clone();
            tokio::spawn(async move { ask(&cached, 1).await })
        })
        .collect();
    // One that goes away.
    drop(cached.lookup(&user(), &tenant(1)));
    until(|| directory.lookups() == 1).await;
    directory.0.held.store(false, Ordering::SeqCst);
    for asking in asking {
        assert_eq!(asking.await.unwrap().unwrap().as_deref(), Some("owner"));
    }
    assert_eq!(directory.lookups(), 1);
}

/// The answer to a question from before the change is not kept.
#[tokio::test]
async fn d36_forgetting_reaches_a_lookup_that_is_under_way() {
    let (directory, clock) = (Directory::with("owner"), TestClock::new());
    let cached = cached(&directory, &clock);
    for all in [false, true] {
        directory.set(Some("owner"));
        directory.0.held.store(true, Ordering::SeqCst);
        let before = directory.lookups();
        let MembershipAnswer::Later(first) = cached.lookup(&user(), &tenant(1)) else {
            panic!("known at once");
        };
        until(|| directory.lookups() == before + 1).await;
        directory.set(None);
        if all {
            cached.forget_all();
        } else {
            cached.forget(&user(), &tenant(1));
        }
        directory.0.held.store(false, Ordering::SeqCst);
        assert_eq!(first.await.unwrap().as_deref(), Some("owner"), "whoever asked before");
        assert_eq!(ask(&cached, 1).await.unwrap(), None);
        cached.forget_all();
    }
}

#[tokio::test]
async fn lookups_are_bounded() {
    let (directory, clock) = (Directory::with("owner"), TestClock::new());
    let cached = cached(&directory, &clock);
    directory.0.held.store(true, Ordering::SeqCst);
    let waiting: Vec<_> = (0..100).map(|n| cached.lookup(&user(), &tenant(n))).collect();
    assert!(ask(&cached, 100).await.is_err(), "too many");
    directory.0.held.store(false, Ordering::SeqCst);
    for waiting in waiting {
        let MembershipAnswer::Later(later) = waiting else {
            panic!("known at once");
        };
        assert!(later.await.is_ok());
    }
    assert!(ask(&cached, 100).await.is_ok());
}

#[tokio::test(start_paused = true)]
async fn a_lookup_that_hangs_times_out() {
    struct Hang;
    impl MembershipLookup for Hang {
        fn lookup(&self, _user: &OpaqueId, _tenant: &TenantId) -> MembershipAnswer {
            MembershipAnswer::Later(Box::pin(std::future::pending()))
        }
    }
    let cached = CachedMembership::builder(Hang).build().unwrap();
    let MembershipAnswer::Later(later) = cached.lookup(&user(), &tenant(1)) else {
        panic!("known at once");
    };
    assert!(later.await.is_err());
}

#[test]
fn outside_a_runtime_nobody_gets_in_and_weak_settings_are_refused() {
    let (directory, clock) = (Directory::with("owner"), TestClock::new());
    let answer = cached(&directory, &clock).lookup(&user(), &tenant(1));
    assert!(matches!(answer, MembershipAnswer::Done(Err(_))));
    let builder = || CachedMembership::builder(Directory::default());
    for ttl in [Duration::ZERO, Duration::from_secs(301)] {
        assert_eq!(builder().ttl(ttl).build().unwrap_err(), MembershipBuildError::Ttl);
    }
    assert_eq!(builder().capacity(0).build().unwrap_err(), MembershipBuildError::Limit);
    assert_eq!(
        builder().max_in_flight(0).build().unwrap_err(),
        MembershipBuildError::Limit
    );
    assert_eq!(
        builder().timeout(Duration::ZERO).build().unwrap_err(),
        MembershipBuildError::Limit
    );
}
