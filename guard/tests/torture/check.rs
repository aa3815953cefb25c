//! Holds what a place has against what was said.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::AddAssign;

use guard::audit::{Verified, verify};
use guard::store::{
    AuditHead, AuditStore, Balance, BudgetStore, ChargeState, Event, EventLog, PolicyStore, Read, Stores, TicketEntry,
    UsageFilter, UsedTickets,
};
use serde::Deserialize;

use crate::history::{Batch, History, Said};
use crate::journal::{End, Line};
use crate::worker::{CAP, PRUNED, account, charge, cost, id, policy, scope, stream};

/// How much was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Found {
    pub(crate) events: u64,
    pub(crate) tickets: u64,
    pub(crate) charges: u64,
    /// Charges that their process did not live to end.
    pub(crate) open: u64,
    pub(crate) records: u64,
    /// Calls whose answer their process did not live to hear, and that were made all the same.
    pub(crate) unheard: u64,
}

impl AddAssign for Found {
    fn add_assign(&mut self, more: Self) {
        self.events += more.events;
        self.tickets += more.tickets;
        self.charges += more.charges;
        self.open += more.open;
        self.records += more.records;
        self.unheard += more.unheard;
    }
}

/// What does not hold.
pub(crate) type Checked<T> = Result<T, String>;

macro_rules! hold {
    ($condition:expr, $($why:tt)+) => {
        if !$condition {
            return Err(format!($($why)+));
        }
    };
}

/// Checks all kinds of state that the stores keep. Tickets are used up by it; what that answers is added to the history.
pub(crate) async fn check(stores: &Stores, is_database: bool, history: &mut History) -> Checked<Found> {
    let mut found = Found::default();
    if let Some(log) = stores.event_log() {
        for number in 0..=PRUNED {
            found += events(&**log, is_database, number, history).await?;
        }
    }
    if let Some(store) = stores.used_tickets() {
        found += tickets(&**store, history).await?;
    }
    if let Some(store) = stores.budget_store() {
        found += budget(&**store, history).await?;
    }
    if let Some(store) = stores.audit_store() {
        found += audit(&**store, history).await?;
    }
    if let Some(store) = stores.policy_store() {
        policies(&**store, history).await?;
    }
    Ok(found)
}

/// What an event or a record says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
struct Body {
    writer: u64,
    number: u64,
}

fn body(text: &str) -> Checked<Body> {
    serde_json::from_str(text).map_err(|error| format!("nobody wrote {text:?}: {error}"))
}

fn told<T, E: std::fmt::Debug>(result: Result<T, E>) -> Checked<T> {
    result.map_err(|error| format!("{error:?}"))
}

/// What is kept is of nobody else, once, and each writer's in its order; and calls were made whole, or `may_be_part`.
fn written(kept: &[Body], intended: &[Batch], is_whole: impl Fn(&Batch, u64) -> bool) -> Checked<()> {
    let mut last: BTreeMap<u64, u64> = BTreeMap::new();
    for body in kept {
        if let Some(before) = last.insert(body.writer, body.number) {
            hold!(before < body.number, "{body:?} is twice there or comes after {before}");
        }
    }
    let kept: BTreeSet<Body> = kept.iter().copied().collect();
    let mut known = 0;
    for batch in intended {
        let numbers = batch.first..batch.first + batch.count;
        let there = numbers
            .filter(|number| {
                kept.contains(&Body {
                    writer: batch.writer,
                    number: *number,
                })
            })
            .count();
        known += there;
        hold!(is_whole(batch, there as u64), "{there} of {batch:?} are there");
    }
    hold!(
        known == kept.len(),
        "{} are there that nobody wrote",
        kept.len() - known
    );
    Ok(())
}

async fn events(log: &dyn EventLog, is_database: bool, number: u64, history: &History) -> Checked<Found> {
    let key = stream(number);
    let mut kept: Vec<Event> = Vec::new();
    loop {
        let page = told(log.read(&key, kept.last().map(|event| event.id), 1_000).await)?;
        let Read::Events(page) = page else {
            return Err(format!(
                "the cursor {:?} of a stream that is read is unknown",
                kept.last()
            ));
        };
        if page.is_empty() {
            break;
        }
        kept.extend(page);
    }
    let next = |pair: &[Event]| match is_database {
        true => pair[1].id.seq() == pair[0].id.seq() + 1,
        false => pair[1].id.seq() > pair[0].id.seq(),
    };
    hold!(
        kept.windows(2).all(next),
        "the numbers of stream {number} do not rise as they should"
    );
    hold!(
        told(log.head(&key).await)? == kept.last().map(|event| event.id),
        "the head of stream {number}"
    );
    let bodies: Vec<Body> = kept.iter().map(|event| body(&event.body)).collect::<Checked<_>>()?;
    let nothing = Vec::new();
    let intended = history.appends.get(&number).unwrap_or(&nothing);
    let is_whole = |batch: &Batch, there| !is_database || number == PRUNED || there == 0 || there == batch.count;
    written(&bodies, intended, is_whole)?;

    // What was acknowledged is there under its id, unless it was pruned. Nothing is pruned but the beginning.
    let by_id: BTreeMap<_, _> = kept
        .iter()
        .zip(&bodies)
        .map(|(event, body)| (event.id, *body))
        .collect();
    let oldest = kept.first().map_or(0, |event| event.id.seq());
    let mut acknowledged = BTreeMap::new();
    let nothing = Vec::new();
    for (id, writer, event) in history.appended.get(&number).unwrap_or(&nothing) {
        let said = Body {
            writer: *writer,
            number: *event,
        };
        if let Some(other) = acknowledged.insert(id.seq(), said) {
            return Err(format!("{said:?} and {other:?} were given the number {}", id.seq()));
        }
        let is_pruned = number == PRUNED && id.seq() < oldest;
        hold!(
            is_pruned || by_id.get(id) == Some(&said),
            "{said:?} was acknowledged as {id} and is lost"
        );
    }
    let unheard = kept
        .iter()
        .filter(|event| !acknowledged.contains_key(&event.id.seq()))
        .count();
    Ok(Found {
        events: kept.len() as u64,
        unheard: unheard as u64,
        ..Found::default()
    })
}

async fn tickets(store: &dyn UsedTickets, history: &mut History) -> Checked<Found> {
    let mut lines = Vec::new();
    for (ticket, uses) in &history.tickets {
        let entry = told(store.use_once(&scope().tenant, &id(ticket), uses.end).await)?;
        let first = entry == TicketEntry::First;
        hold!(
            !(first && uses.is_used),
            "the ticket {ticket} was used and is good again"
        );
        lines.push(Line::Used {
            ticket: ticket.clone(),
            first,
        });
    }
    let found = Found {
        tickets: lines.len() as u64,
        ..Found::default()
    };
    history.add(lines)?;
    Ok(found)
}

/// Whether a charge can stand so, by what was said of it.
fn can_be(said: &Said, state: Option<ChargeState>) -> bool {
    let held = cost(said.amount);
    let finished = match said.end {
        Some(End::Settle(spent)) => Some(ChargeState::Settled(cost(spent))),
        Some(End::Release) => Some(ChargeState::Released),
        None => None,
    };
    if said.finished {
        return state == finished;
    }
    match state {
        None => said.held != Some(true),
        Some(ChargeState::Held(amount)) => said.held != Some(false) && amount == held,
        Some(ChargeState::Expired(amount)) => said.held != Some(false) && said.expires && amount == held,
        ended => ended == finished,
    }
}

async fn budget(store: &dyn BudgetStore, history: &History) -> Checked<Found> {
    let mut found = Found::default();
    let mut sums: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut settled = BTreeMap::new();
    for (key, said) in &history.charges {
        let state = told(store.charge(&charge(key)).await)?;
        hold!(can_be(said, state), "the charge {key} is {state:?} after {said:?}");
        let micros = |amount: guard::store::Cost| amount.micros().cast_unsigned();
        let (held, spent) = match state {
            Some(ChargeState::Held(amount)) => (micros(amount), 0),
            Some(ChargeState::Expired(amount)) => (0, micros(amount)),
            Some(ChargeState::Settled(amount)) => {
                settled.insert(key.as_str(), micros(amount));
                (0, micros(amount))
            }
            Some(ChargeState::Released) | None => (0, 0),
        };
        for name in ["all", &said.account] {
            let sum = sums.entry(name).or_default();
            *sum = (sum.0 + held, sum.1 + spent);
        }
        found.charges += u64::from(state.is_some());
        found.open += u64::from(held > 0);
        found.unheard += u64::from(state.is_some() && said.held.is_none());
    }
    for (name, (held, spent)) in sums {
        let balance = told(store.balance(&account(name)).await)?;
        let wanted = Balance {
            held: cost(held),
            spent: cost(spent),
        };
        hold!(
            balance == wanted,
            "the account {name} is {balance:?}, and its charges come to {wanted:?}"
        );
        hold!(
            name == "all" || held + spent <= CAP,
            "the account {name} is overspent: {balance:?}"
        );
    }
    let mut used = BTreeMap::new();
    let mut after = None;
    loop {
        let page = told(store.usage(&UsageFilter::of(scope().tenant), after, 1_000).await)?;
        let Some(last) = page.last() else { break };
        after = Some(last.cursor());
        for row in &page {
            let key = row.event.request_id.as_str().to_owned();
            let spent = row.event.cost.micros().cast_unsigned();
            hold!(
                used.insert(key, spent).is_none(),
                "{} was used twice",
                row.event.request_id
            );
        }
    }
    let is_used = used.iter().map(|(key, spent)| (key.as_str(), *spent)).eq(settled);
    hold!(is_used, "what was used is not what was settled");
    Ok(found)
}

async fn audit(store: &dyn AuditStore, history: &History) -> Checked<Found> {
    let noted = history.recorded.last_key_value().map(|(seq, (hash, ..))| AuditHead {
        seq: *seq,
        hash: hash.parse().unwrap(),
    });
    let head = match told(verify(store, &scope(), noted).await)? {
        Verified::Whole { head } => head,
        broken => return Err(format!("{broken:?}")),
    };
    let mut bodies = Vec::new();
    loop {
        let page = told(store.read(&scope(), bodies.len() as u64, 1_000).await)?;
        if page.is_empty() {
            break;
        }
        for record in page {
            let body = body(&record.payload)?;
            if let Some((hash, writer, number)) = history.recorded.get(&record.seq) {
                let is_same = *hash == record.hash.to_string() && (*writer, *number) == (body.writer, body.number);
                hold!(is_same, "record {} is not the one that was acknowledged", record.seq);
            }
            bodies.push(body);
        }
    }
    hold!(
        head.map_or(0, |head| head.seq) == bodies.len() as u64,
        "the chain ends elsewhere"
    );
    written(&bodies, &history.records, |batch, there| {
        there == 0 || there == batch.count
    })?;
    Ok(Found {
        records: bodies.len() as u64,
        unheard: (bodies.len() - history.recorded.len()) as u64,
        ..Found::default()
    })
}

async fn policies(store: &dyn PolicyStore, history: &History) -> Checked<()> {
    for (subject, (version, number)) in &history.stored {
        let Some(kept) = told(store.get(&policy(subject)).await)? else {
            return Err(format!("the policy {subject} is lost"));
        };
        let said: u64 = kept.body.as_deref().unwrap_or_default().parse().unwrap_or_default();
        hold!(
            kept.version >= *version,
            "version {version} of {subject} is lost: {kept:?}"
        );
        hold!(
            kept.version > *version || said == *number,
            "{subject} does not say {number}: {kept:?}"
        );
        hold!(history.puts[subject].contains(&said), "nobody put {kept:?}");
    }
    Ok(())
}
