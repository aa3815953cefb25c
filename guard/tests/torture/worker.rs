//! A process that works on a place until it is killed.

use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use guard::context::{Mode, OpaqueId, ProjectId, TenantId};
use guard::envelope::Gate;
use guard::store::{
    AuditStore, BudgetAccount, BudgetStore, Cap, ChargeKey, ChargeState, Cost, EventLog, NewEvent, PolicyKey,
    PolicyScope, PolicyStore, Put, PutPolicy, Reservation, Reserve, Retention, Scope, Settle, Settlement, StoreError,
    StreamKey, TicketEntry, UsageEvent, UsedTickets,
};
use serde::{Deserialize, Serialize};
use tokio::task::JoinSet;

use crate::journal::{End, Journal, Line};
use crate::place::Place;
use crate::seeded::Seeded;

/// What a process is to do.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Errand {
    pub(crate) place: Place,
    pub(crate) journal: PathBuf,
    pub(crate) seed: u64,
    /// Numbers no other process of the place has.
    pub(crate) number: u64,
    /// How often each task does its work; `None` for ever.
    pub(crate) times: Option<u64>,
}

/// How the process gets its errand.
const ERRAND: &str = "GUARD_TORTURE_ERRAND";

/// A stream that is pruned, and how many events stay in it.
pub(crate) const PRUNED: u64 = 2;
const KEPT: u64 = 40;

/// What may be held and spent on an account.
pub(crate) const CAP: u64 = 3_000;

/// Tickets and reservations end about then or never.
const SOON: u64 = 1_000;
const NEVER: u64 = 9_000_000_000_000;

pub(crate) fn scope() -> Scope {
    Scope {
        tenant: TenantId::parse("t_acme").unwrap(),
        mode: Mode::Saas,
        project: ProjectId::parse("launch").unwrap(),
    }
}

pub(crate) fn stream(number: u64) -> StreamKey {
    StreamKey {
        scope: scope(),
        kind: id(if number == PRUNED { "canvas" } else { "chat" }),
        id: id(&format!("th_{number}")),
    }
}

pub(crate) fn id(text: &str) -> OpaqueId {
    OpaqueId::parse(text).unwrap()
}

pub(crate) fn text(writer: u64, number: u64) -> String {
    format!(r#"{{"number":{number},"writer":{writer}}}"#)
}

pub(crate) fn charge(key: &str) -> ChargeKey {
    ChargeKey {
        tenant: scope().tenant,
        request_id: id(key),
        route: "POST /renders".to_owned(),
    }
}

pub(crate) fn account(name: &str) -> BudgetAccount {
    BudgetAccount {
        scope: scope(),
        currency: "EUR".parse().unwrap(),
        name: name.to_owned(),
    }
}

pub(crate) fn cost(micros: u64) -> Cost {
    Cost::from_micros(i64::try_from(micros).unwrap()).unwrap()
}

pub(crate) fn policy(subject: &str) -> PolicyKey {
    PolicyKey {
        gate: Gate::Kpi,
        scope: PolicyScope::Everywhere,
        subject: subject.to_owned(),
    }
}

impl Errand {
    /// Starts a process that does it: this program again, at the one test that looks for an errand.
    pub(crate) fn start(&self, test: &str) -> Child {
        Command::new(std::env::current_exe().unwrap())
            .args([test, "--exact", "--nocapture", "--test-threads=1"])
            .env(ERRAND, serde_json::to_string(self).unwrap())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap()
    }

    /// What this process was started for, if it was.
    pub(crate) fn of_this_process() -> Option<Self> {
        let text = std::env::var(ERRAND).ok()?;
        Some(serde_json::from_str(&text).unwrap())
    }

    /// Does it.
    pub(crate) async fn run(self) {
        let stores = self.place.open().await.unwrap();
        let journal = Journal::create(&self.journal);
        journal.say(&Line::Open);
        let mut tasks = JoinSet::new();
        let mut writers = 0..;
        let mut worker = || {
            let task = writers.next().unwrap();
            let writer = self.number * 100 + task;
            Worker {
                journal: journal.clone(),
                numbers: Seeded::of(self.seed, writer),
                writer,
                times: self.times.unwrap_or(u64::MAX),
                errand: self.number,
            }
        };
        if let Some(log) = stores.event_log() {
            for _ in 0..3 {
                tasks.spawn(worker().append(Arc::clone(log)));
            }
            tasks.spawn(worker().prune(Arc::clone(log)));
        }
        if let Some(store) = stores.used_tickets() {
            for _ in 0..2 {
                tasks.spawn(worker().enter(Arc::clone(store)));
            }
            tasks.spawn(worker().forget(Arc::clone(store)));
        }
        if let Some(store) = stores.budget_store() {
            for _ in 0..2 {
                tasks.spawn(worker().spend(Arc::clone(store)));
            }
            tasks.spawn(worker().expire(Arc::clone(store)));
        }
        if let Some(store) = stores.audit_store() {
            for _ in 0..2 {
                tasks.spawn(worker().record(Arc::clone(store)));
            }
        }
        if let Some(store) = stores.policy_store() {
            tasks.spawn(worker().put(Arc::clone(store)));
        }
        while let Some(done) = tasks.join_next().await {
            done.unwrap();
        }
    }
}

/// One task of a process.
struct Worker {
    journal: Journal,
    numbers: Seeded,
    writer: u64,
    times: u64,
    errand: u64,
}

/// An answer, or none where the store cannot be reached; then it is not known what was done. No other error is expected.
async fn reached<T>(answer: Result<T, StoreError>) -> Option<T> {
    match answer {
        Ok(answer) => Some(answer),
        Err(StoreError::Unavailable(_)) => {
            tokio::time::sleep(Duration::from_millis(20)).await;
            None
        }
        Err(error) => panic!("{error:?}"),
    }
}

impl Worker {
    async fn append(mut self, log: Arc<dyn EventLog>) {
        let writer = self.writer;
        let mut first = 0;
        for _ in 0..self.times {
            let (stream_number, count) = (self.numbers.below(PRUNED + 1), 1 + self.numbers.below(5));
            self.journal.say(&Line::Append {
                stream: stream_number,
                writer,
                first,
                count,
            });
            let event = |number| NewEvent {
                at_ms: number,
                body: text(writer, number),
            };
            let events = (first..first + count).map(event).collect();
            let key = stream(stream_number);
            if let Some(ids) = reached(log.append(&key, events).await).await {
                self.journal.say(&Line::Appended {
                    stream: stream_number,
                    writer,
                    first,
                    ids,
                });
            }
            first += count;
        }
    }

    async fn prune(mut self, log: Arc<dyn EventLog>) {
        let kind = stream(PRUNED).kind;
        let retention = Retention {
            max_count: Some(KEPT),
            ..Retention::default()
        };
        for _ in 0..self.times {
            reached(log.prune(&kind, retention, 0).await).await;
            self.pause().await;
        }
    }

    async fn enter(self, store: Arc<dyn UsedTickets>) {
        for number in 0..self.times {
            // Both tasks of a process, and the one that runs beside it, want the same tickets.
            let round = self.errand / 2;
            let ticket = format!("j_{round}_{number}");
            // A third of them is forgotten in the next round.
            let end = if number % 3 == 0 { SOON + round } else { NEVER };
            self.journal.say(&Line::Use {
                ticket: ticket.clone(),
                end,
            });
            if let Some(entry) = reached(store.use_once(&scope().tenant, &id(&ticket), end).await).await {
                let first = entry == TicketEntry::First;
                self.journal.say(&Line::Used { ticket, first });
            }
        }
    }

    async fn forget(mut self, store: Arc<dyn UsedTickets>) {
        for _ in 0..self.times {
            self.pause().await;
            reached(store.forget((SOON + self.errand / 2).saturating_sub(1)).await).await;
        }
    }

    async fn spend(mut self, store: Arc<dyn BudgetStore>) {
        for number in 0..self.times {
            let key = format!("r_{}_{number}", self.writer);
            // Of two processes at once both spend on one account.
            let name = format!("hour {}", self.errand / 10);
            let (amount, expires) = (1 + self.numbers.below(100), self.numbers.percent(30));
            let reservation = Reservation {
                key: charge(&key),
                amount: cost(amount),
                caps: vec![
                    Cap {
                        account: account("all"),
                        limit: cost(1_000 * CAP),
                    },
                    Cap {
                        account: account(&name),
                        limit: cost(CAP),
                    },
                ],
                expires_at_ms: if expires { SOON } else { NEVER },
            };
            self.journal.say(&Line::Reserve {
                key: key.clone(),
                account: name,
                amount,
                expires,
            });
            let Some(answer) = reached(store.reserve(reservation).await).await else {
                continue;
            };
            let held = match answer {
                Reserve::Held => true,
                Reserve::Exceeded(_) => false,
                Reserve::Repeated(state) => panic!("nobody else has the key {key}: {state:?}"),
            };
            self.journal.say(&Line::Reserved { key: key.clone(), held });
            if held {
                self.finish(&*store, key, amount).await;
            } else {
                self.pause().await;
            }
        }
    }

    async fn finish(&mut self, store: &dyn BudgetStore, key: String, amount: u64) {
        let end = match self.numbers.below(10) {
            0 | 1 => return,
            2..=4 => End::Release,
            _ => End::Settle(self.numbers.below(amount + 1)),
        };
        self.journal.say(&Line::Finish { key: key.clone(), end });
        let done = match end {
            End::Release => {
                let released = reached(store.release(&charge(&key)).await).await;
                // It may have been taken for spent before.
                released.map(|state| matches!(state, Some(ChargeState::Released)))
            }
            End::Settle(spent) => {
                let settlement = Settlement {
                    key: charge(&key),
                    cost: cost(spent),
                    usage: vec![usage(&key, spent)],
                };
                let settled = reached(store.settle(settlement).await).await;
                settled.map(|settled| matches!(settled, Settle::Settled { .. }))
            }
        };
        if done == Some(true) {
            self.journal.say(&Line::Finished { key });
        }
    }

    async fn expire(mut self, store: Arc<dyn BudgetStore>) {
        for _ in 0..self.times {
            self.pause().await;
            reached(store.expire(SOON).await).await;
        }
    }

    async fn record(mut self, store: Arc<dyn AuditStore>) {
        let writer = self.writer;
        let mut first = 0;
        for _ in 0..self.times {
            let count = 1 + self.numbers.below(3);
            self.journal.say(&Line::Record { writer, first, count });
            let payloads = (first..first + count).map(|number| text(writer, number)).collect();
            if let Some(records) = reached(store.append(&scope(), payloads).await).await {
                let hashes = records.iter().map(|record| record.hash.to_string()).collect();
                let seq = records[0].seq;
                self.journal.say(&Line::Recorded {
                    writer,
                    first,
                    seq,
                    hashes,
                });
            }
            first += count;
        }
    }

    async fn put(self, store: Arc<dyn PolicyStore>) {
        for number in 0..self.times {
            // Nobody else puts it, and the one before in the place did so too.
            let subject = format!("metric {}", self.errand % 2);
            let number = self.writer * 1_000_000 + number;
            self.journal.say(&Line::Put {
                policy: subject.clone(),
                number,
            });
            let put = PutPolicy {
                key: policy(&subject),
                body: Some(number.to_string()),
                expected: None,
                by: id("u_ops"),
                at_ms: 0,
            };
            match reached(store.put(put).await).await {
                Some(Put::Stored(stored)) => {
                    let version = stored.version;
                    self.journal.say(&Line::Stored {
                        policy: subject,
                        number,
                        version,
                    });
                }
                Some(Put::Conflict(version)) => panic!("no version was expected: {version}"),
                None => {}
            }
        }
    }

    async fn pause(&mut self) {
        tokio::time::sleep(Duration::from_millis(self.numbers.below(10))).await;
    }
}

fn usage(key: &str, spent: u64) -> UsageEvent {
    UsageEvent {
        tenant_id: scope().tenant,
        mode: scope().mode,
        project_id: scope().project,
        surface: None,
        app: None,
        tool_type: "render".to_owned(),
        tool_id: "masks".to_owned(),
        provider: "own".to_owned(),
        model_or_plan_id: "m".to_owned(),
        request_id: id(key),
        trace_id: None,
        run_id: None,
        step_id: None,
        tokens_input: 0,
        tokens_output: 0,
        cost: cost(spent),
        currency: "EUR".parse().unwrap(),
        metadata: serde_json::Map::new(),
        created_at: 0,
    }
}
