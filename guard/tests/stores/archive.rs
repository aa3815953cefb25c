//! The archive: what it keeps, and that it keeps it once.

use std::sync::Arc;

use guard::context::ProjectId;
use guard::store::archive::object_store::memory::InMemory;
use guard::store::archive::object_store::path::Path;
use guard::store::archive::object_store::{ObjectStore, ObjectStoreExt};
use guard::store::archive::{Archive, ArchiveError};
use guard::store::{AuditRecord, AuditStore, BudgetStore, Cost, Memory, Scope, UsageEvent};

use crate::support::stream;

fn scope() -> Scope {
    stream().scope
}

async fn audited(payloads: usize) -> Memory {
    let memory = Memory::default();
    add(&memory, payloads).await;
    memory
}

async fn add(memory: &Memory, payloads: usize) {
    let payloads = (0..payloads).map(|n| format!(r#"{{"n":{n},"text":"é\n"}}"#)).collect();
    AuditStore::append(memory, &scope(), payloads).await.unwrap();
}

async fn all(memory: &Memory) -> Vec<AuditRecord> {
    AuditStore::read(memory, &scope(), 0, 100_000).await.unwrap()
}

async fn keeps_audit(objects: Arc<dyn ObjectStore>) {
    let archive = Archive::new(objects, "kept/here");
    let memory = audited(2_300).await;
    assert_eq!(archive.keep_audit(&memory, &scope()).await.unwrap(), 2_300);
    assert_eq!(archive.keep_audit(&memory, &scope()).await.unwrap(), 0);
    add(&memory, 5).await;
    assert_eq!(archive.keep_audit(&memory, &scope()).await.unwrap(), 5);
    let records = all(&memory).await;
    assert_eq!(archive.audit(&scope(), 0, 100_000).await.unwrap(), records);
    for (after, limit) in [
        (0, 3),
        (998, 4),
        (1_000, 1),
        (2_299, 9),
        (2_304, 9),
        (2_305, 9),
        (u64::MAX, 9),
        (7, 0),
    ] {
        let from = records.len().min(usize::try_from(after).unwrap_or(usize::MAX));
        let wanted: Vec<_> = records[from..].iter().take(limit).cloned().collect();
        assert_eq!(
            archive.audit(&scope(), after, limit).await.unwrap(),
            wanted,
            "{limit} after {after}"
        );
    }
}

#[tokio::test]
async fn keeps_audit_in_memory() {
    keeps_audit(Arc::new(InMemory::new())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_that_archive_at_once_keep_every_record_once() {
    let archive = Archive::new(Arc::new(InMemory::new()), "");
    let memory = audited(100).await;
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let (archive, memory) = (archive.clone(), memory.clone());
        tasks.spawn(async move {
            let mut kept = 0;
            for _ in 0..20 {
                add(&memory, 7).await;
                kept += archive.keep_audit(&memory, &scope()).await.unwrap();
            }
            kept
        });
    }
    let kept: u64 = tasks.join_all().await.into_iter().sum();
    assert_eq!(kept, 100 + 4 * 20 * 7);
    assert_eq!(archive.audit(&scope(), 0, 100_000).await.unwrap(), all(&memory).await);
}

/// A store whose records are not what was appended.
struct Tampered(Memory);

impl guard::store::Backend for Tampered {
    fn name(&self) -> &'static str {
        "Tampered"
    }
    fn durability(&self) -> guard::store::Durability {
        guard::store::Durability::Memory
    }
    fn prove(&self) -> guard::store::StoreFuture<'_, ()> {
        self.0.prove()
    }
}

impl AuditStore for Tampered {
    fn append<'a>(&'a self, scope: &'a Scope, all: Vec<String>) -> guard::store::StoreFuture<'a, Vec<AuditRecord>> {
        AuditStore::append(&self.0, scope, all)
    }
    fn read<'a>(&'a self, scope: &'a Scope, after: u64, n: usize) -> guard::store::StoreFuture<'a, Vec<AuditRecord>> {
        Box::pin(async move {
            let mut records = AuditStore::read(&self.0, scope, after, n).await?;
            for record in &mut records {
                if record.seq == 1_200 {
                    record.payload.push(' ');
                }
            }
            Ok(records)
        })
    }
    fn head<'a>(&'a self, scope: &'a Scope) -> guard::store::StoreFuture<'a, Option<guard::store::AuditHead>> {
        AuditStore::head(&self.0, scope)
    }
    fn scopes(&self) -> guard::store::StoreFuture<'_, Vec<Scope>> {
        self.0.scopes()
    }
}

#[tokio::test]
async fn a_broken_chain_is_archived_up_to_the_break() {
    let archive = Archive::new(Arc::new(InMemory::new()), "a");
    let tampered = Tampered(audited(1_500).await);
    for _ in 0..2 {
        let error = archive.keep_audit(&tampered, &scope()).await.unwrap_err();
        assert!(matches!(&error, ArchiveError::Broken { seq: 1_200, .. }), "{error}");
    }
    assert_eq!(archive.audit(&scope(), 0, 100_000).await.unwrap().len(), 1_199);
}

#[tokio::test]
async fn a_segment_that_was_changed_is_named() {
    let objects = Arc::new(InMemory::new());
    let archive = Archive::new(objects.clone(), "a");
    let memory = audited(3).await;
    archive.keep_audit(&memory, &scope()).await.unwrap();
    let path = Path::from("a/audit/t_acme/saas/p/00000000000000000001.jsonl");
    let body = objects.get(&path).await.unwrap().bytes().await.unwrap();
    let cut = body.slice(..body.len() - 1);
    for body in ["", "{}\n", "\u{1}", str::from_utf8(&cut).unwrap()] {
        objects.put(&path, body.to_owned().into()).await.unwrap();
        let error = archive.audit(&scope(), 0, 9).await.unwrap_err();
        assert!(
            matches!(&error, ArchiveError::Segment(name) if *name == path.to_string()),
            "{error}"
        );
        assert!(archive.keep_audit(&memory, &scope()).await.is_err());
    }
}

#[tokio::test]
async fn projects_do_not_meet_in_paths() {
    let archive = Archive::new(Arc::new(InMemory::new()), "a");
    let memory = Memory::default();
    let named = |project: &str| Scope {
        project: ProjectId::parse(project).unwrap(),
        ..scope()
    };
    let scopes = [named("p"), named("p/q"), named("p%2Fq"), named(".."), named("p/../q")];
    for (n, scope) in scopes.iter().enumerate() {
        AuditStore::append(&memory, scope, vec![n.to_string()]).await.unwrap();
        archive.keep_audit(&memory, scope).await.unwrap();
    }
    for (n, scope) in scopes.iter().enumerate() {
        let records = archive.audit(scope, 0, 9).await.unwrap();
        assert_eq!(
            records.iter().map(|record| &record.payload).collect::<Vec<_>>(),
            [&n.to_string()]
        );
    }
}

#[tokio::test]
async fn keeps_usage() {
    let archive = Archive::new(Arc::new(InMemory::new()), "a");
    let memory = Memory::default();
    let event = |n: u32| UsageEvent {
        tenant_id: scope().tenant,
        mode: scope().mode,
        project_id: scope().project,
        surface: None,
        app: None,
        tool_type: "llm".to_owned(),
        tool_id: "chat".to_owned(),
        provider: "é".to_owned(),
        model_or_plan_id: "m".to_owned(),
        request_id: format!("r_{n}").parse().unwrap(),
        trace_id: None,
        run_id: Some("run".parse().unwrap()),
        step_id: None,
        tokens_input: n,
        tokens_output: 0,
        cost: Cost::from_micros(i64::from(n)).unwrap(),
        currency: "EUR".parse().unwrap(),
        metadata: serde_json::Map::new(),
        created_at: 5,
    };
    let events: Vec<UsageEvent> = (0..1_001).map(event).collect();
    memory.record(events.clone()).await.unwrap();
    assert_eq!(archive.keep_usage(&memory, &scope()).await.unwrap(), 1_001);
    assert_eq!(archive.keep_usage(&memory, &scope()).await.unwrap(), 0);
    let rows = archive.usage(&scope(), 0, 100_000).await.unwrap();
    assert_eq!(
        rows.iter().map(|row| &row.event).collect::<Vec<_>>(),
        events.iter().collect::<Vec<_>>()
    );
    assert_eq!(archive.usage(&scope(), 1_000, 9).await.unwrap()[0].seq, 1_001);
}
