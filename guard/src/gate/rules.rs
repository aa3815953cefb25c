//! What the policies of the built-in gates say.
//!
//! A policy is a small JSON document in a [`PolicyStore`](crate::store::PolicyStore), under its gate, a place and a subject.
//! Of several places the narrowest decides: the scope, then the tenant, then everywhere. At one place a policy for the action
//! goes before that for all actions, whose subject is empty. Two gates add up instead: any kill switch that blocks does, and
//! budgets for the action and for all actions both hold.
//!
//! | gate | subject | document |
//! |---|---|---|
//! | `kill_switch` | empty, an action, `surface/<id>` | [`KillSwitch`] |
//! | `firearms` | empty, an action | [`FirearmsRule`] |
//! | `firearms` | `license/<user>` | [`License`] |
//! | `strategy_lock` | empty, an action | [`StrategyRule`] |
//! | `strategy_lock` | `lock/<id>` | [`StrategyLock`] |
//! | `strategy_lock` | `three_wise/<id>` | [`ThreeWiseVerdict`] |
//! | `budget` | empty, an action | [`BudgetRule`] |
//! | `kpi` | empty, an action | [`KpiRule`] |
//! | `kpi` | `reading/<metric>` | [`Reading`] |
//! | `temperature` | empty, an action | [`Corridor`] |
//! | `temperature` | `reading/temperature` | [`Reading`] |
//! | any | `own/<anything>` | of a gate of the engine's own |

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::context::OpaqueId;
use crate::envelope::Gate;
use crate::store::{Cost, Currency};

/// Whether an action is stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KillSwitch {
    /// It is.
    pub blocked: bool,
    /// Why, for whoever looks at it later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Whether an action needs a firearms licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FirearmsRule {
    /// It does.
    pub license_required: bool,
}

/// A user's firearms licence.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct License {
    /// The actions that it is for.
    pub actions: Vec<String>,
    /// The second since 1970-01-01T00:00:00Z at which it ends.
    pub until_s: u64,
}

/// Whether an action needs a strategy lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrategyRule {
    /// It needs an approved lock, which the request names in `X-Strategy-Lock-Id`.
    pub approval_required: bool,
    /// The lock needs a verdict too, which the request names in `X-Three-Wise-Id`.
    pub three_wise_required: bool,
}

/// A strategy lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StrategyLock {
    /// Somebody approved it.
    pub approved: bool,
    /// The actions that it is for.
    pub actions: Vec<String>,
    /// The second since 1970-01-01T00:00:00Z at which it ends.
    pub until_s: u64,
}

/// The verdict of the three wise on a strategy lock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ThreeWiseVerdict {
    /// They agree.
    pub approved: bool,
    /// The lock that they judged.
    pub strategy_lock_id: OpaqueId,
    /// The second since 1970-01-01T00:00:00Z at which the verdict ends.
    pub until_s: u64,
}

/// What may be spent in a scope: on an action, or on all of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BudgetRule {
    /// The currency of both amounts.
    pub currency: Currency,
    /// The most that is ever spent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub threshold: Option<Cost>,
    /// The most that is spent on a day, which begins at midnight UTC.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub daily_cap: Option<Cost>,
}

/// The corridors that an action's KPIs have to be in. Without any there is nothing to hold.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KpiRule {
    /// By the name of the metric.
    pub metrics: BTreeMap<String, Corridor>,
}

/// The bounds of a reading.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Corridor {
    /// It may not be below.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    /// It may not be above.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<f64>,
    /// How old a reading may be, in seconds.
    pub max_age_s: u64,
}

/// What somebody measured.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reading {
    /// The value.
    pub value: f64,
    /// When, in seconds since 1970-01-01T00:00:00Z.
    pub at_s: u64,
}

/// A policy that its gate could not read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RuleError {
    /// It is no such document.
    #[error("the {} policy on {subject:?} is not one: {problem}", gate.as_str())]
    Document {
        /// Whose it is.
        gate: Gate,
        /// Its subject.
        subject: String,
        /// What is wrong.
        problem: String,
    },
    /// The gate has no such subject.
    #[error(
        "the {} gate has no subject {subject:?}; it is an action, empty for all, {}, or own/<anything> of your own",
        gate.as_str(), subjects(*gate)
    )]
    Subject {
        /// Whose it is.
        gate: Gate,
        /// Its subject.
        subject: String,
    },
}

/// The subjects of a gate beside actions.
fn subjects(gate: Gate) -> &'static str {
    match gate {
        Gate::KillSwitch => "surface/<id>",
        Gate::Firearms => "license/<user>",
        Gate::StrategyLock => "lock/<id>, three_wise/<id>",
        Gate::Budget => "nothing else",
        Gate::Kpi => "reading/<metric>",
        Gate::Temperature => TEMPERATURE_READING,
    }
}

/// The subject of a kill switch on a surface.
pub fn of_surface(surface: &str) -> String {
    format!("surface/{surface}")
}

/// The subject of a user's licence.
pub fn license(user: &str) -> String {
    format!("license/{user}")
}

/// The subject of a strategy lock.
pub fn lock(id: &str) -> String {
    format!("lock/{id}")
}

/// The subject of a verdict.
pub fn three_wise(id: &str) -> String {
    format!("three_wise/{id}")
}

/// The subject of a KPI's reading.
pub fn kpi_reading(metric: &str) -> String {
    format!("reading/{metric}")
}

/// The subject of the temperature's reading.
pub const TEMPERATURE_READING: &str = "reading/temperature";

/// Holds a document against what its gate reads.
///
/// # Errors
///
/// [`RuleError`], which names the gate, the subject and the mend.
pub fn check(gate: Gate, subject: &str, body: &str) -> Result<(), RuleError> {
    let problem = match (gate, subject.split_once('/')) {
        (_, Some(("own", name))) if !name.is_empty() => reads::<serde_json::Value>(body),
        (Gate::KillSwitch, None) => reads::<KillSwitch>(body),
        (Gate::KillSwitch, Some(("surface", id))) if !id.is_empty() => reads::<KillSwitch>(body),
        (Gate::Firearms, None) => reads::<FirearmsRule>(body),
        (Gate::Firearms, Some(("license", id))) if !id.is_empty() => reads::<License>(body),
        (Gate::StrategyLock, None) => reads::<StrategyRule>(body),
        (Gate::StrategyLock, Some(("lock", id))) if !id.is_empty() => reads::<StrategyLock>(body),
        (Gate::StrategyLock, Some(("three_wise", id))) if !id.is_empty() => reads::<ThreeWiseVerdict>(body),
        (Gate::Budget, None) => budget(body),
        (Gate::Kpi, None) => kpi(body),
        (Gate::Kpi, Some(("reading", metric))) if !metric.is_empty() => reads::<Reading>(body),
        (Gate::Temperature, Some(_)) if subject == TEMPERATURE_READING => reads::<Reading>(body),
        (Gate::Temperature, None) => parsed::<Corridor>(body).and_then(|corridor| bounded(&corridor)),
        _ => {
            let subject = subject.to_owned();
            return Err(RuleError::Subject { gate, subject });
        }
    };
    problem.map_err(|problem| RuleError::Document {
        gate,
        subject: subject.to_owned(),
        problem,
    })
}

/// A rule as it is kept.
pub(super) fn written(gate: Gate, subject: &str, rule: &impl Serialize) -> Result<String, RuleError> {
    serde_json::to_string(rule).map_err(|error| RuleError::Document {
        gate,
        subject: subject.to_owned(),
        problem: error.to_string(),
    })
}

fn parsed<T: DeserializeOwned>(body: &str) -> Result<T, String> {
    serde_json::from_str(body).map_err(|error| error.to_string())
}

fn reads<T: DeserializeOwned>(body: &str) -> Result<(), String> {
    parsed::<T>(body).map(|_| ())
}

fn budget(body: &str) -> Result<(), String> {
    let rule: BudgetRule = parsed(body)?;
    if rule.threshold.is_none() && rule.daily_cap.is_none() {
        return Err("it limits nothing: give a threshold or a daily_cap".to_owned());
    }
    Ok(())
}

fn kpi(body: &str) -> Result<(), String> {
    let rule: KpiRule = parsed(body)?;
    rule.metrics.values().try_for_each(bounded)
}

fn bounded(corridor: &Corridor) -> Result<(), String> {
    match (corridor.floor, corridor.ceiling) {
        (None, None) => Err("a corridor has a floor, a ceiling or both".to_owned()),
        (Some(floor), Some(ceiling)) if floor > ceiling => Err("the floor is above the ceiling".to_owned()),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_gate_could_not_read_is_refused_with_its_place() {
        for (gate, subject, body) in [
            (Gate::KillSwitch, "", r#"{"blocked":false}"#),
            (
                Gate::KillSwitch,
                "surface/squared2",
                r#"{"blocked":true,"reason":"fire"}"#,
            ),
            (Gate::Firearms, "license/u_1", r#"{"actions":["a"],"until_s":9}"#),
            (Gate::Budget, "render", r#"{"currency":"EUR","threshold":"10"}"#),
            (
                Gate::Kpi,
                "",
                r#"{"metrics":{"errors":{"ceiling":0.5,"max_age_s":60}}}"#,
            ),
            (Gate::Temperature, TEMPERATURE_READING, r#"{"value":20.5,"at_s":9}"#),
            (Gate::Kpi, "own/cedar", r#"{"anything":1}"#),
        ] {
            assert_eq!(check(gate, subject, body), Ok(()), "{subject} {body}");
        }
        for (gate, subject, body) in [
            (Gate::KillSwitch, "", r#"{"blocked":"no"}"#),
            (Gate::KillSwitch, "", r#"{"blocked":false,"blokced":true}"#),
            (Gate::KillSwitch, "surface/", r#"{"blocked":false}"#),
            (Gate::KillSwitch, "lock/1", r#"{"blocked":false}"#),
            (Gate::Budget, "", r#"{"currency":"EUR"}"#),
            (Gate::Budget, "", r#"{"currency":"EUR","threshold":10.5}"#),
            (Gate::Kpi, "", r#"{"metrics":{"errors":{"max_age_s":60}}}"#),
            (Gate::Temperature, "", r#"{"floor":2,"ceiling":1,"max_age_s":60}"#),
            (Gate::Temperature, TEMPERATURE_READING, r#"{"value":null,"at_s":9}"#),
            (Gate::Kpi, "own/", "{}"),
            (Gate::Kpi, "own/x", "{"),
        ] {
            let error = check(gate, subject, body).unwrap_err().to_string();
            assert!(error.contains(gate.as_str()) && error.contains(subject), "{error}");
        }
    }
}
