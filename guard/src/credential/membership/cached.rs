//! A lookup that is asked once in a while.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use quick_cache::sync::Cache;
use smol_str::SmolStr;

use super::{MembershipAnswer, MembershipLookup, MembershipResult, MembershipUnavailable};
use crate::clock::{Clock, SystemClock};
use crate::context::{OpaqueId, TenantId};
use crate::credential::flight::{Flight, lock};

/// The longest time to live: a member who was removed gets in for as long.
const MAX_TTL: Duration = Duration::from_secs(5 * 60);

/// Remembers what a [`MembershipLookup`] says, for a short time and a bounded number of members.
///
/// Requests for the same member share one lookup, which runs as a task of the tokio runtime: a request that goes away does
/// not end it. Errors are not remembered, and nothing old is served in their place. Age is measured from the start of a
/// lookup, by the monotonic clock. Clones share everything.
pub struct CachedMembership<L> {
    shared: Arc<Shared<L>>,
}

/// Builds a [`CachedMembership`].
#[must_use]
pub struct CachedMembershipBuilder<L> {
    lookup: L,
    ttl: Duration,
    capacity: usize,
    in_flight: usize,
    timeout: Duration,
    clock: Arc<dyn Clock>,
}

/// Why the settings make no cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MembershipBuildError {
    /// Nothing, or more than five minutes.
    #[error("a membership may be remembered for up to {} seconds", MAX_TTL.as_secs())]
    Ttl,
    /// No room for members or lookups, or no time for a lookup.
    #[error("the number of memberships or lookups, or the timeout, is zero")]
    Limit,
}

type Member = (OpaqueId, TenantId);

struct Shared<L> {
    lookup: L,
    ttl: Duration,
    in_flight: usize,
    timeout: Duration,
    clock: Arc<dyn Clock>,
    known: Cache<Member, Known>,
    flights: Mutex<Flights>,
}

#[derive(Default)]
struct Flights {
    running: HashMap<Member, Running>,
    /// Tells lookups of one member apart.
    next: u64,
}

struct Running {
    number: u64,
    flight: Flight<MembershipResult>,
}

#[derive(Clone)]
struct Known {
    role: Option<SmolStr>,
    asked: Duration,
}

impl<L: MembershipLookup> CachedMembership<L> {
    /// Remembers what this lookup says.
    pub fn builder(lookup: L) -> CachedMembershipBuilder<L> {
        CachedMembershipBuilder {
            lookup,
            ttl: Duration::from_secs(30),
            capacity: 10_000,
            in_flight: 1_000,
            timeout: Duration::from_secs(5),
            clock: Arc::new(SystemClock),
        }
    }

    /// Forgets a member, as after a change of role: the next request asks anew, and a lookup that was under way is not
    /// remembered.
    pub fn forget(&self, user: &OpaqueId, tenant: &TenantId) {
        let member = (user.clone(), tenant.clone());
        let mut flights = lock(&self.shared.flights);
        flights.running.remove(&member);
        self.shared.known.remove(&member);
    }

    /// Forgets all members.
    pub fn forget_all(&self) {
        let mut flights = lock(&self.shared.flights);
        flights.running.clear();
        self.shared.known.clear();
    }
}

impl<L: MembershipLookup> CachedMembershipBuilder<L> {
    /// How long an answer is remembered: 30 seconds by default, at most 5 minutes.
    pub fn ttl(mut self, ttl: Duration) -> Self {
        self.ttl = ttl;
        self
    }

    /// How many members are remembered: 10 000 by default.
    pub fn capacity(mut self, members: usize) -> Self {
        self.capacity = members;
        self
    }

    /// How many lookups may run at once: 1 000 by default. Beyond that the answer is an error.
    pub fn max_in_flight(mut self, lookups: usize) -> Self {
        self.in_flight = lookups;
        self
    }

    /// How long a lookup may take: 5 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Another clock. Only its monotonic half is asked.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The cache.
    ///
    /// # Errors
    ///
    /// [`MembershipBuildError`], by the name of what is wrong.
    pub fn build(self) -> Result<CachedMembership<L>, MembershipBuildError> {
        if self.ttl.is_zero() || self.ttl > MAX_TTL {
            return Err(MembershipBuildError::Ttl);
        }
        if self.capacity == 0 || self.in_flight == 0 || self.timeout.is_zero() {
            return Err(MembershipBuildError::Limit);
        }
        Ok(CachedMembership {
            shared: Arc::new(Shared {
                lookup: self.lookup,
                ttl: self.ttl,
                in_flight: self.in_flight,
                timeout: self.timeout,
                clock: self.clock,
                known: Cache::new(self.capacity),
                flights: Mutex::default(),
            }),
        })
    }
}

impl<L: MembershipLookup> MembershipLookup for CachedMembership<L> {
    fn lookup(&self, user: &OpaqueId, tenant: &TenantId) -> MembershipAnswer {
        // Both ids are held in place or shared, so a key costs no allocation.
        let member = (user.clone(), tenant.clone());
        let now = self.shared.clock.monotonic();
        if let Some(role) = self.shared.fresh(&member, now) {
            return MembershipAnswer::Done(Ok(role));
        }
        match self.shared.join(member, now) {
            Ok(flight) => MembershipAnswer::Later(Box::pin(async move {
                let interrupted = || Err(MembershipUnavailable::new("the lookup was interrupted"));
                flight.landed().await.unwrap_or_else(interrupted)
            })),
            Err(result) => MembershipAnswer::Done(result),
        }
    }
}

impl<L: MembershipLookup> Shared<L> {
    fn fresh(&self, member: &Member, now: Duration) -> Option<Option<SmolStr>> {
        let known = self.known.get(member)?;
        (now.saturating_sub(known.asked) < self.ttl).then_some(known.role)
    }

    /// The lookup that is under way for this member, or a new one.
    fn join(self: &Arc<Self>, member: Member, now: Duration) -> Result<Flight<MembershipResult>, MembershipResult> {
        let mut flights = lock(&self.flights);
        // One that ended since the first look.
        if let Some(role) = self.fresh(&member, now) {
            return Err(Ok(role));
        }
        let crowded = flights.running.len() >= self.in_flight;
        let number = flights.next;
        let entry = match flights.running.entry(member.clone()) {
            Entry::Occupied(entry) if !entry.get().flight.is_over() => return Ok(entry.get().flight.clone()),
            Entry::Vacant(_) if crowded => {
                return Err(Err(MembershipUnavailable::new("too many lookups are under way")));
            }
            entry => entry,
        };
        let work = Arc::clone(self).ask(member, number, now);
        let flight = Flight::start(work).map_err(|error| Err(MembershipUnavailable::new(error)))?;
        entry.insert_entry(Running {
            number,
            flight: flight.clone(),
        });
        flights.next += 1;
        Ok(flight)
    }

    async fn ask(self: Arc<Self>, member: Member, number: u64, asked: Duration) -> MembershipResult {
        let mut end = End {
            shared: &self,
            member: &member,
            number,
            known: None,
        };
        let result = match self.lookup.lookup(&member.0, &member.1) {
            MembershipAnswer::Done(result) => result,
            MembershipAnswer::Later(later) => match tokio::time::timeout(self.timeout, later).await {
                Ok(result) => result,
                Err(_) => Err(MembershipUnavailable::new("the lookup did not end in time")),
            },
        };
        end.known = result.as_ref().ok().map(|role| Known {
            role: role.clone(),
            asked,
        });
        drop(end);
        result
    }
}

/// Notes the end of a lookup, however it comes about.
struct End<'a, L> {
    shared: &'a Shared<L>,
    member: &'a Member,
    number: u64,
    known: Option<Known>,
}

impl<L> Drop for End<'_, L> {
    fn drop(&mut self) {
        let mut flights = lock(&self.shared.flights);
        // A lookup that was forgotten meanwhile tells what was so before.
        let current = flights.running.get(self.member).map(|running| running.number);
        if current == Some(self.number) {
            flights.running.remove(self.member);
            if let Some(known) = self.known.take() {
                self.shared.known.insert(self.member.clone(), known);
            }
        }
    }
}

impl<L> Clone for CachedMembership<L> {
    fn clone(&self) -> Self {
        Self {
            shared: Arc::clone(&self.shared),
        }
    }
}

impl<L> fmt::Debug for CachedMembership<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedMembership")
            .field("known", &self.shared.known.len())
            .finish_non_exhaustive()
    }
}

impl<L> fmt::Debug for CachedMembershipBuilder<L> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CachedMembershipBuilder")
            .field("ttl", &self.ttl)
            .field("capacity", &self.capacity)
            .finish_non_exhaustive()
    }
}
