//! `guardctl audit`.

use std::io::Write;

use clap::Subcommand;
use guard::audit::{Verified, verify};
use guard::store::{AuditHead, AuditStore, Scope, Stores};

use crate::place::{scope, shown};
use crate::{Answer, Found};

/// How many records are read at once.
const PAGE: usize = 500;

/// What is done with the audit.
#[derive(Debug, Subcommand)]
pub(crate) enum Audit {
    /// Verifies the chain of a scope, or of every scope that has one; names the first broken record of each.
    Verify {
        /// Of this scope alone: TENANT/MODE/PROJECT.
        #[arg(long, value_parser = scope)]
        scope: Option<Scope>,
        /// An end that was noted before, as this command writes it: SEQ:HASH. The chain must still hold it.
        #[arg(long, value_parser = noted, requires = "scope")]
        noted: Option<AuditHead>,
    },
    /// Writes the records of a scope, one a line: number, hash, payload.
    Show {
        /// TENANT/MODE/PROJECT.
        #[arg(value_parser = scope)]
        scope: Scope,
        /// Those after this number.
        #[arg(long, default_value_t = 0)]
        after: u64,
    },
}

fn noted(text: &str) -> Result<AuditHead, String> {
    let (seq, hash) = text.split_once(':').ok_or("a noted end is SEQ:HASH")?;
    Ok(AuditHead {
        seq: seq.parse().map_err(|error| format!("the number: {error}"))?,
        hash: hash.parse().map_err(|error| format!("the hash: {error}"))?,
    })
}

pub(crate) async fn run(command: Audit, stores: &Stores, out: &mut impl Write) -> Answer {
    let store = &**stores.audit_store().ok_or("the store keeps no audit")?;
    match command {
        Audit::Verify { scope: None, .. } => {
            let mut found = Found::Well;
            for scope in store.scopes().await? {
                if verified(store, &scope, None, out).await? == Found::Broken {
                    found = Found::Broken;
                }
            }
            Ok(found)
        }
        Audit::Verify {
            scope: Some(scope),
            noted,
        } => verified(store, &scope, noted, out).await,
        Audit::Show { scope, mut after } => loop {
            let page = store.read(&scope, after, PAGE).await?;
            for record in &page {
                after = record.seq;
                writeln!(out, "{}\t{}\t{}", record.seq, record.hash, record.payload)?;
            }
            if page.len() < PAGE {
                return Ok(Found::Well);
            }
        },
    }
}

async fn verified(store: &dyn AuditStore, scope: &Scope, noted: Option<AuditHead>, out: &mut impl Write) -> Answer {
    let name = shown(scope);
    match verify(store, scope, noted).await? {
        Verified::Whole { head: Some(head) } => {
            writeln!(
                out,
                "{name}: whole, {} records, ends with {}:{}",
                head.seq, head.seq, head.hash
            )?;
            Ok(Found::Well)
        }
        Verified::Whole { head: None } => {
            writeln!(out, "{name}: no records")?;
            Ok(Found::Well)
        }
        Verified::Broken { seq, fault } => {
            writeln!(out, "{name}: broken at record {seq}: {fault}")?;
            Ok(Found::Broken)
        }
    }
}
