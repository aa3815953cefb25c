//! The registry's own manifest against the source: what is in one and not in the other.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;

use super::routes::{Budget, Stream};
use super::{Found, Origin, RouteFacts};
use crate::error::Error;

/// `serde_json::to_string(engine.manifest())`, version 1. Fields that this version does not compare are passed over.
#[derive(Debug, Clone, Deserialize)]
pub struct Manifest {
    version: u32,
    routes: Vec<Route>,
}

#[derive(Debug, Clone, Deserialize)]
struct Route {
    method: String,
    path: String,
    router: String,
    tickets: Vec<String>,
    resource_kind: Option<String>,
    gate: Gate,
    #[serde(default)]
    budget: Option<BudgetFacts>,
    exemption: Option<String>,
    body_fields: Vec<String>,
    missing_status: u16,
    roles: Vec<String>,
    flag: Option<String>,
    body_limit: Option<u64>,
    timeout_ms: Option<u64>,
    #[serde(default)]
    stream: Option<StreamFacts>,
}

#[derive(Debug, Clone, Deserialize)]
struct BudgetFacts {
    amount: String,
    currency: String,
}

#[derive(Debug, Clone, Deserialize)]
struct StreamFacts {
    transport: String,
    domain: String,
}

#[derive(Debug, Clone, Deserialize, PartialEq)]
#[serde(tag = "decision", rename_all = "snake_case")]
enum Gate {
    Action {
        action: String,
    },
    #[serde(rename = "no_gate")]
    Spared {
        reason: String,
    },
    Reads,
    Exempt,
}

/// A difference between the two.
#[derive(Debug)]
pub struct Difference {
    /// The endpoint that it is about, by its index; none for a route that the source does not have.
    pub endpoint: Option<usize>,
    /// `METHOD path`.
    pub route: String,
    /// What differs.
    pub message: String,
}

impl Manifest {
    /// Reads a manifest.
    pub fn load(path: &Path) -> Result<Self, Error> {
        let text = std::fs::read_to_string(path).map_err(|source| Error::Io {
            path: path.to_owned(),
            source,
        })?;
        let manifest: Self = serde_json::from_str(&text).map_err(|error| usage(path, &error.to_string()))?;
        if manifest.version != 1 {
            return Err(usage(path, &format!("version {} is not known", manifest.version)));
        }
        Ok(manifest)
    }
}

fn usage(path: &Path, why: &str) -> Error {
    Error::Usage {
        message: format!("{}: {why}", path.display()),
        help: "give the JSON of `Engine::manifest()`, version 1".to_owned(),
    }
}

/// Compares a manifest with the endpoints of the source.
pub fn compare(manifest: &Manifest, found: &[Found<'_>]) -> Vec<Difference> {
    let mut differences = Vec::new();
    let mut routes: BTreeMap<(&str, &str), &Route> = manifest
        .routes
        .iter()
        .map(|route| ((route.path.as_str(), route.method.as_str()), route))
        .collect();
    for (index, endpoint) in found.iter().enumerate() {
        let Origin::Registry { facts, .. } = &endpoint.origin else {
            continue;
        };
        let name = format!("{} {}", facts.method, facts.path);
        match routes.remove(&(facts.path.as_str(), facts.method.as_str())) {
            None => differences.push(Difference {
                endpoint: Some(index),
                message: format!("`{name}` stands in the source and not in the manifest"),
                route: name,
            }),
            Some(route) => {
                for what in differing(route, facts) {
                    differences.push(Difference {
                        endpoint: Some(index),
                        message: format!("the manifest and the source differ in `{what}` of `{name}`"),
                        route: name.clone(),
                    });
                }
            }
        }
    }
    for ((path, method), _) in routes {
        differences.push(Difference {
            endpoint: None,
            route: format!("{method} {path}"),
            message: format!("`{method} {path}` stands in the manifest and not in the source"),
        });
    }
    differences
}

/// The facts in which a route differs.
fn differing(route: &Route, facts: &RouteFacts) -> Vec<&'static str> {
    let gate = match (&facts.action, &facts.no_gate, &facts.exempt) {
        (Some(action), _, _) => Gate::Action { action: action.clone() },
        (_, Some(reason), _) => Gate::Spared { reason: reason.clone() },
        (_, _, Some(_)) => Gate::Exempt,
        _ => Gate::Reads,
    };
    let budget = route
        .budget
        .as_ref()
        .map(|budget| Budget::new(&budget.amount, &budget.currency));
    let stream = route.stream.clone().map(|stream| Stream {
        transport: stream.transport,
        domain: stream.domain,
    });
    let all = [
        ("router", route.router == facts.router),
        ("tickets", route.tickets == facts.tickets),
        ("resource_kind", route.resource_kind == facts.resource_kind),
        ("gate", route.gate == gate),
        ("budget", budget == facts.budget),
        ("exempt", route.exemption == facts.exempt),
        ("body", route.body_fields == facts.body),
        ("missing_status", route.missing_status == facts.missing_status),
        ("roles", route.roles == facts.roles),
        ("flag", route.flag == facts.flag),
        ("body_limit", route.body_limit == facts.body_limit),
        ("timeout", route.timeout_ms == facts.timeout_ms),
        ("stream", stream == facts.stream),
    ];
    all.into_iter()
        .filter(|(_, same)| !same)
        .map(|(what, _)| what)
        .collect()
}
