//! What keeps an engine from starting.

use std::error::Error;
use std::fmt;
use std::time::Duration;

use super::core::Core;
use super::path;
use super::policy::Policy;
use super::settings::Settings;
use super::table::{RouteTable, TableFault};
use super::tickets;
use crate::code;
use crate::context::Mode;
use crate::credential::Cause;
use crate::route::{Exemption, GateDecision, Method, RouteMeta, Transport};

/// Something that keeps an engine from starting. Routes are named by method and path.
#[derive(Debug, Clone, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    /// Two routes of one method and path.
    #[error("{route}: another route has this method and path")]
    Duplicate {
        /// The later one.
        route: String,
    },
    /// A path that matches what another one matches.
    #[error("{route}: the path conflicts with {with}; one of them has to change")]
    Conflict {
        /// The later one.
        route: String,
        /// The path of the earlier one.
        with: String,
    },
    /// A path that the matcher cannot read.
    #[error("{route}: {problem}")]
    Path {
        /// The route.
        route: String,
        /// What is wrong with its path.
        problem: String,
    },
    /// A ticket that nobody wrote.
    #[error("{route}: there is no ticket {ticket}; add it with Settings::tickets if it is your own")]
    UnknownTicket {
        /// The route.
        route: String,
        /// The id.
        ticket: String,
    },
    /// An exemption that the tickets do not register, or not for this router.
    #[error("{route}: no ticket exempts the router {router} as {exemption}")]
    Exemption {
        /// The route.
        route: String,
        /// Its router.
        router: String,
        /// The id.
        exemption: String,
    },
    /// Facts that exclude each other, which `#[engine_route]` would not have accepted.
    #[error("{route}: {problem}")]
    Facts {
        /// The route.
        route: String,
        /// Which facts.
        problem: &'static str,
    },
    /// A route with an action in an engine without gates.
    #[error("{route}: the action {action} has no gates to pass; set them with Settings::gates")]
    NoGates {
        /// The route.
        route: String,
        /// The action.
        action: String,
    },
    /// A route with a budget in an engine whose gates hold none.
    #[error("{route}: the budget {budget} is held by nobody; give Settings::gates a gate::Chain with a budget store")]
    NoBudget {
        /// The route.
        route: String,
        /// The budget.
        budget: String,
    },
    /// A route behind a flag in an engine without a flag provider.
    #[error("{route}: nobody says whether the flag {flag} is on; set a provider with Settings::flags")]
    NoFlags {
        /// The route.
        route: String,
        /// The flag.
        flag: String,
    },
    /// A route that streams in an engine without streams.
    #[error("{route}: there are no streams for {domain}; set them with Settings::streams")]
    NoStreams {
        /// The route.
        route: String,
        /// What it streams.
        domain: String,
    },
    /// A limit with which no request could be answered.
    #[error("{0}")]
    Limit(&'static str),
    /// The program aborts on a panic.
    #[error(
        "the program is built with panic = \"abort\", so a panic in one handler would end every request; build it with \
         panic = \"unwind\", or accept it with Settings::accept_panic_abort"
    )]
    PanicAbort,
}

/// Everything that keeps an engine from starting.
#[derive(Debug, Clone)]
pub struct StartErrors(Vec<StartError>);

impl StartErrors {
    /// The errors, in the order of the routes.
    pub fn errors(&self) -> &[StartError] {
        &self.0
    }
}

impl fmt::Display for StartErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let count = self.0.len();
        write!(
            f,
            "the engine does not start, for {count} reason{}:",
            if count == 1 { "" } else { "s" }
        )?;
        self.0.iter().try_for_each(|error| write!(f, "\n  {error}"))
    }
}

impl Error for StartErrors {}

/// Checks everything and makes the core of an engine.
pub(crate) fn start(settings: Settings, routes: Vec<RouteMeta>) -> Result<Core, StartErrors> {
    let mut errors = Vec::new();
    if cfg!(panic = "abort") && !settings.panic_abort {
        errors.push(StartError::PanicAbort);
    }
    limits(&settings, &mut errors);
    let mut table = RouteTable::new();
    for meta in routes {
        facts(&meta, &settings, &mut errors);
        stream(&meta, &settings, &mut errors);
        if let Err(problem) = path::check_template(meta.path) {
            errors.push(StartError::Path {
                route: meta.to_string(),
                problem: format!("the path {problem}"),
            });
            continue;
        }
        let on_in = flag(&meta, &settings);
        let policy = Policy::new(meta, &settings.surface_aliases, &settings.limits, on_in);
        if let Err(fault) = table.add(policy) {
            let route = meta.to_string();
            errors.push(match fault {
                TableFault::Duplicate => StartError::Duplicate { route },
                TableFault::Conflict(with) => StartError::Conflict { route, with },
                TableFault::Syntax(problem) => StartError::Path { route, problem },
            });
        }
    }
    if errors.is_empty() {
        Ok(Core::new(settings, table))
    } else {
        Err(StartErrors(errors))
    }
}

fn limits(settings: &Settings, errors: &mut Vec<StartError>) {
    let limits = &settings.limits;
    if limits.timeout.is_zero() {
        errors.push(StartError::Limit(
            "Limits::timeout is zero: every request would time out",
        ));
    }
    if limits.compared_bodies < limits.compared_body {
        errors.push(StartError::Limit(
            "Limits::compared_bodies is less than Limits::compared_body: no body would ever fit",
        ));
    }
    if limits.compared_body > u64::from(u32::MAX) {
        errors.push(StartError::Limit("Limits::compared_body is more than 4 GiB"));
    }
}

/// `#[engine_route]` has checked all of this once; facts can have been changed since.
fn facts(meta: &RouteMeta, settings: &Settings, errors: &mut Vec<StartError>) {
    let route = || meta.to_string();
    for ticket in meta.tickets {
        if !tickets::is_known(ticket) && !settings.tickets.iter().any(|own| own == ticket) {
            errors.push(StartError::UnknownTicket {
                route: route(),
                ticket: (*ticket).to_owned(),
            });
        }
    }
    if let Some(exemption) = meta.exemption
        && !(Exemption::ALL.contains(&exemption) && exemption.router == meta.router)
    {
        errors.push(StartError::Exemption {
            route: route(),
            router: meta.router.to_owned(),
            exemption: exemption.id.to_owned(),
        });
    }
    let problem = match (meta.gate, meta.exemption) {
        (GateDecision::Exempt, None) => Some("it says that it is exempt, and names no exemption"),
        (GateDecision::Action(_) | GateDecision::NoGate { .. }, Some(_)) => {
            Some("it is exempt and has a gate decision")
        }
        (GateDecision::Reads, _) if meta.method.is_mutating() => {
            Some("its method changes things, and it has no gate decision")
        }
        _ if meta.exemption.is_some() && !(meta.body_fields.is_empty() && meta.roles.is_empty()) => {
            Some("it is exempt, so nobody is there whose role or fields could be compared")
        }
        _ if meta.method == Method::Get && !meta.body_fields.is_empty() => Some("a GET request has no body to compare"),
        _ if meta.budget.is_some() && !matches!(meta.gate, GateDecision::Action(_)) => {
            Some("it has a budget and no action, so no gate would hold it")
        }
        _ if meta.timeout.is_some_and(|timeout| timeout == Duration::ZERO) => Some("its timeout is zero"),
        _ if meta.stream.is_some() && meta.method != Method::Get => Some("it streams, and only GET can"),
        _ if meta.stream.is_some() && meta.exemption.is_some() => {
            Some("it is exempt, so nobody is there whose stream it could be")
        }
        _ => None,
    };
    errors.extend(problem.map(|problem| StartError::Facts {
        route: route(),
        problem,
    }));
    if let GateDecision::Action(action) = meta.gate
        && settings.gates.is_none()
    {
        errors.push(StartError::NoGates {
            route: route(),
            action: action.to_owned(),
        });
    }
    if let (Some(budget), Some(gates)) = (meta.budget, &settings.gates)
        && !gates.holds_budget()
    {
        errors.push(StartError::NoBudget {
            route: route(),
            budget: budget.to_string(),
        });
    }
    if let Some(flag) = meta.flag
        && settings.flags.is_none()
    {
        errors.push(StartError::NoFlags {
            route: route(),
            flag: flag.to_owned(),
        });
    }
}

/// What a stream needs of the settings.
fn stream(meta: &RouteMeta, settings: &Settings, errors: &mut Vec<StartError>) {
    let Some(stream) = meta.stream else { return };
    if settings.streams.is_none() {
        errors.push(StartError::NoStreams {
            route: meta.to_string(),
            domain: stream.domain.to_owned(),
        });
    }
    if !cfg!(feature = "ws") && stream.transport != Transport::Sse {
        errors.push(StartError::Facts {
            route: meta.to_string(),
            problem: "it is a WebSocket, which needs guard's feature `ws`",
        });
    }
    if code::cursor_invalid(stream.domain).is_err() {
        errors.push(StartError::Facts {
            route: meta.to_string(),
            problem: "the domain of its stream is no snake_case word",
        });
    }
}

/// In which modes a route's flag is on. A provider that does not know turns it off.
fn flag(meta: &RouteMeta, settings: &Settings) -> [bool; Mode::ALL.len()] {
    let (Some(flag), Some(flags)) = (meta.flag, &settings.flags) else {
        return [meta.flag.is_none(); Mode::ALL.len()];
    };
    Mode::ALL.map(|mode| match flags.is_on(flag, mode) {
        Ok(on) => on,
        Err(error) => {
            let error = Cause::new(error);
            tracing::error!(flag, mode = mode.as_str(), %error, "a flag is taken to be off");
            false
        }
    })
}
