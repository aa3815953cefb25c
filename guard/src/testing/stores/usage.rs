//! What the usage of a budget has to hold.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::budget::{cost, euro, new_key};
use super::case::{Held, cases, hold, new_id, new_scope, same, together};
use crate::context::{Mode, OpaqueId, ProjectId, SurfaceId};
use crate::store::{
    BudgetAccount, BudgetStore, Cap, Cost, Reservation, Scope, Settle, Settlement, StoreError, UsageEvent, UsageField,
    UsageFilter, UsageRow,
};

type Store = Arc<dyn BudgetStore>;

cases! { dyn BudgetStore:
    reads_back = "every field of a usage event comes back";
    filters = "a filter finds what matches in all that it gives, and nothing of another tenant";
    pages = "pages come in order, without holes or repetitions";
    totals = "totals add up, by fields and never across currencies";
    with_a_settlement = "usage comes with the settlement that counts, and only with that";
    numbers = "numbers rise without gaps, whoever writes";
}

fn event(scope: &Scope, n: u32) -> Held<UsageEvent> {
    let opaque = |text: &str| OpaqueId::parse(format!("{text}_{n}"));
    Ok(UsageEvent {
        tenant_id: scope.tenant.clone(),
        mode: scope.mode,
        project_id: scope.project.clone(),
        surface: n.is_multiple_of(2).then(|| SurfaceId::parse("squared2")).transpose()?,
        app: None,
        tool_type: if n.is_multiple_of(3) { "llm" } else { "render" }.to_owned(),
        tool_id: "é 😀".to_owned(),
        provider: String::new(),
        model_or_plan_id: format!("m{}", n % 2),
        request_id: opaque("r")?,
        trace_id: Some(opaque("t")?),
        run_id: (n % 2 == 1).then(|| opaque("run")).transpose()?,
        step_id: None,
        tokens_input: n,
        tokens_output: u32::MAX,
        cost: cost(i64::from(n))?,
        currency: euro()?,
        metadata: serde_json::Map::from_iter([("n".to_owned(), n.into())]),
        created_at: 1_000 + u64::from(n),
    })
}

fn events(scope: &Scope, numbers: std::ops::Range<u32>) -> Held<Vec<UsageEvent>> {
    numbers.map(|n| event(scope, n)).collect()
}

async fn all(store: &Store, filter: &UsageFilter) -> Held<Vec<UsageRow>> {
    Ok(store.usage(filter, None, 100_000).await?)
}

async fn reads_back(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let mut written = events(&scope, 0..4)?;
    written[3].app = Some("studio".parse()?);
    written[3].step_id = Some(new_id()?);
    written[3].cost = Cost::MAX;
    written[3].created_at = i64::MAX as u64;
    left.record(Vec::new()).await?;
    left.record(written.clone()).await?;
    let rows = all(&right, &UsageFilter::of(scope.tenant)).await?;
    same!(
        rows.iter().map(|row| &row.event).collect::<Vec<_>>(),
        written.iter().collect::<Vec<_>>(),
        "events"
    );
    same!(
        rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        [1, 2, 3, 4],
        "numbers"
    );
    let mut long = event(&new_scope()?, 0)?;
    long.provider = "x".repeat(257);
    let answer = left.record(vec![long]).await;
    hold!(matches!(answer, Err(StoreError::Refused(_))), "not refused: {answer:?}");
    Ok(())
}

async fn filters(left: Store, right: Store) -> Held {
    let (scope, other) = (new_scope()?, new_scope()?);
    let lab = Scope {
        mode: Mode::Lab,
        ..scope.clone()
    };
    let mut written = events(&scope, 0..12)?;
    written.extend(events(&lab, 0..3)?);
    left.record(written.clone()).await?;
    left.record(events(&other, 0..5)?).await?;
    let every = UsageFilter::of(scope.tenant.clone());
    let filters = [
        every.clone(),
        UsageFilter {
            mode: Some(Mode::Lab),
            ..every.clone()
        },
        UsageFilter {
            mode: Some(Mode::Enterprise),
            ..every.clone()
        },
        UsageFilter {
            project_id: Some(scope.project.clone()),
            tool_type: Some("llm".into()),
            ..every.clone()
        },
        UsageFilter {
            surface: Some(SurfaceId::parse("squared2")?),
            ..every.clone()
        },
        UsageFilter {
            run_id: Some(OpaqueId::parse("run_3")?),
            ..every.clone()
        },
        UsageFilter {
            step_id: Some(OpaqueId::parse("none")?),
            ..every.clone()
        },
        UsageFilter {
            provider: Some(String::new()),
            from_ms: Some(1_004),
            until_ms: Some(1_008),
            ..every.clone()
        },
        UsageFilter {
            provider: Some("' OR 1=1 --".to_owned()),
            ..every.clone()
        },
        UsageFilter {
            from_ms: Some(u64::MAX),
            ..every.clone()
        },
        UsageFilter {
            currency: Some(euro()?),
            request_id: Some(OpaqueId::parse("r_2")?),
            ..every
        },
    ];
    for filter in filters {
        let mut wanted: Vec<&UsageEvent> = written.iter().filter(|event| filter.matches(event)).collect();
        wanted.sort_by_key(|event| event.mode.as_str());
        let found = all(&right, &filter).await?;
        same!(
            found.iter().map(|row| &row.event).collect::<Vec<_>>(),
            wanted,
            format!("{filter:?}")
        );
    }
    Ok(())
}

async fn pages(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let mut written = 0;
    for (mode, project) in [
        (Mode::Saas, "p"),
        (Mode::Lab, "q"),
        (Mode::Lab, "P"),
        (Mode::Enterprise, "p"),
    ] {
        let project = ProjectId::parse(project)?;
        let scope = Scope {
            mode,
            project,
            ..scope.clone()
        };
        left.record(events(&scope, 0..5)?).await?;
        written += 5;
    }
    let filter = UsageFilter::of(scope.tenant);
    let mut read: Vec<UsageRow> = Vec::new();
    loop {
        let page = right.usage(&filter, read.last().map(UsageRow::cursor), 3).await?;
        hold!(page.len() <= 3, "the page is too long");
        if page.is_empty() {
            break;
        }
        read.extend(page);
    }
    same!(read.len(), written, "the pages together");
    let place = |row: &UsageRow| (row.event.mode.as_str(), row.event.project_id.clone(), row.seq);
    hold!(
        read.is_sorted_by(|a, b| place(a) < place(b)),
        "the pages are not in order"
    );
    same!(read, all(&left, &filter).await?, "the pages together");
    Ok(())
}

async fn totals(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let mut written = events(&scope, 0..10)?;
    let dollar = "USD"
        .parse()
        .map_err(|_| super::case::Broken("no currency".to_owned()))?;
    written[7].currency = dollar;
    left.record(written.clone()).await?;
    left.record(events(&new_scope()?, 0..10)?).await?;
    let filter = UsageFilter::of(scope.tenant);
    for by in [
        &[][..],
        &[UsageField::ToolType],
        &[UsageField::RunId, UsageField::ModelOrPlanId],
        &[UsageField::Currency],
    ] {
        let mut wanted: BTreeMap<_, (u64, u64, u64, u64)> = BTreeMap::new();
        for event in &written {
            let group: Vec<_> = by.iter().map(|field| field.of(event).map(str::to_owned)).collect();
            let total = wanted.entry((group, event.currency)).or_default();
            total.0 += 1;
            total.1 += u64::from(event.tokens_input);
            total.2 += u64::from(event.tokens_output);
            total.3 += event.cost.micros().unsigned_abs();
        }
        let found = right.totals(&filter, by).await?.into_iter().map(|total| {
            let sums = (total.events, total.tokens_input, total.tokens_output, total.cost_micros);
            ((total.group, total.currency), sums)
        });
        same!(found.collect::<BTreeMap<_, _>>(), wanted, format!("totals by {by:?}"));
    }
    let nothing = UsageFilter {
        until_ms: Some(0),
        ..filter
    };
    same!(right.totals(&nothing, &[]).await?, [], "totals of nothing");
    Ok(())
}

async fn with_a_settlement(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let key = new_key(&scope)?;
    let settlement = Settlement {
        key: key.clone(),
        cost: cost(1)?,
        usage: events(&scope, 0..2)?,
    };
    same!(
        left.settle(settlement.clone()).await?,
        Settle::NotHeld,
        "settling nothing"
    );
    let account = BudgetAccount {
        scope: scope.clone(),
        currency: euro()?,
        name: "total".to_owned(),
    };
    let reservation = Reservation {
        key,
        amount: cost(1)?,
        caps: vec![Cap {
            account,
            limit: cost(1)?,
        }],
        expires_at_ms: i64::MAX as u64,
    };
    left.reserve(reservation).await?;
    let foreign = Settlement {
        usage: events(&new_scope()?, 0..1)?,
        ..settlement.clone()
    };
    let answer = right.settle(foreign).await;
    hold!(matches!(answer, Err(StoreError::Refused(_))), "not refused: {answer:?}");
    let tasks = (0..10).map(|n| {
        let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
        let settlement = settlement.clone();
        async move { store.settle(settlement).await }
    });
    together(tasks).await?;
    same!(
        all(&right, &UsageFilter::of(scope.tenant)).await?.len(),
        2,
        "usage events"
    );
    Ok(())
}

async fn numbers(left: Store, right: Store) -> Held {
    let scope = new_scope()?;
    let mut tasks = Vec::new();
    for n in 0..20 {
        let store = Arc::clone(if n % 2 == 0 { &left } else { &right });
        let batch = events(&scope, n * 3..n * 3 + 3)?;
        tasks.push(async move { store.record(batch).await });
    }
    together(tasks).await?;
    let rows = all(&left, &UsageFilter::of(scope.tenant)).await?;
    same!(
        rows.iter().map(|row| row.seq).collect::<Vec<_>>(),
        (1..=60).collect::<Vec<_>>(),
        "numbers"
    );
    Ok(())
}
