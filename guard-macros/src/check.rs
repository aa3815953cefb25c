//! The facts against the contract.

use proc_macro2::{Ident, Span};
use syn::LitStr;

use crate::errors::Errors;
use crate::parse::{Args, Slot};
use crate::shape;

/// The facts of a route, checked. Where a check failed there is none, and the errors say why.
pub(crate) struct Route {
    /// The variant of `guard::route::Method`.
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) router: String,
    pub(crate) tickets: Vec<String>,
    pub(crate) resource_kind: Option<String>,
    pub(crate) gate: Decision,
    pub(crate) krate: Option<syn::Path>,
}

/// The gate decision.
pub(crate) enum Decision {
    Action(String),
    NoGate(String),
    Reads,
    /// The constant of `guard::route::Exemption`.
    Exempt(&'static str),
}

/// What the tickets register: id, constant, router.
const EXEMPTIONS: [(&str, &str, &str); 2] = [
    ("EX-001", "EX_001", "engines.ops.status"),
    ("EX-002", "EX_002", "engines.identity.routes_auth"),
];

/// Method tokens and the variants of `guard::route::Method`.
const METHODS: [(&str, &str); 5] = [
    ("GET", "Get"),
    ("POST", "Post"),
    ("PUT", "Put"),
    ("PATCH", "Patch"),
    ("DELETE", "Delete"),
];

/// Checks everything, then returns the facts if nothing was wrong with any of them.
pub(crate) fn route(args: &Args, errors: &mut Errors) -> Option<Route> {
    let method = method(&args.method, errors);
    let path = required(&args.path, "path", "\"/a/{param}\"", shape::path, errors);
    let router = required(&args.router, "router", "\"dotted.module\"", shape::router, errors);
    let tickets = tickets(&args.tickets, errors);
    let resource_kind = shaped(&args.resource_kind, shape::word, errors);
    let gate = gate(args, errors);
    Some(Route {
        method: method?,
        path: path?,
        router: router?,
        tickets: tickets?,
        resource_kind: resource_kind.ok()?,
        gate: gate?,
        krate: args.krate.value().cloned(),
    })
}

fn method(slot: &Slot<Ident>, errors: &mut Errors) -> Option<&'static str> {
    let Some(token) = slot.value() else {
        missing(slot, "method", "POST", errors);
        return None;
    };
    if let Some((_, variant)) = METHODS.iter().find(|(name, _)| token == name) {
        return Some(variant);
    }
    let upper = token.to_string().to_uppercase();
    let help = match upper.as_str() {
        "HEAD" => "it follows GET: declare the GET route",
        "OPTIONS" => "a route does not answer it",
        known if METHODS.iter().any(|(name, _)| *name == known) => "write it in upper case",
        _ => "write GET, POST, PUT, PATCH or DELETE",
    };
    errors.at(token.span(), format!("`{token}` is no method of a route: {help}"));
    None
}

fn tickets(slot: &Slot<Vec<LitStr>>, errors: &mut Errors) -> Option<Vec<String>> {
    let mut ids: Vec<String> = Vec::new();
    let mut good = true;
    for literal in slot.value().into_iter().flatten() {
        let id = literal.value();
        let problem = match shape::ticket(&id) {
            Err(problem) => Some(problem),
            Ok(()) if id.starts_with("EX-") => Some("an exemption is no ticket to meet: write `exempt = \"...\"`"),
            Ok(()) if ids.contains(&id) => Some("this ticket is listed twice"),
            Ok(()) => None,
        };
        if let Some(problem) = problem {
            errors.at(literal.span(), problem);
            good = false;
        }
        ids.push(id);
    }
    good.then_some(ids)
}

fn gate(args: &Args, errors: &mut Errors) -> Option<Decision> {
    let action = shaped(&args.action, shape::action, errors);
    let no_gate = shaped(&args.no_gate, shape::reason, errors);
    let exempt = exemption(args, errors);
    let decisions = [
        ("action", args.action.key()),
        ("no_gate", args.no_gate.key()),
        ("exempt", args.exempt.key()),
    ];
    let mut given = decisions.iter().filter_map(|(name, key)| key.map(|span| (*name, span)));
    let Some((first, span)) = given.next() else {
        return undecided(&args.method, errors);
    };
    let rest: Vec<_> = given.collect();
    for (name, span) in &rest {
        errors.at(
            *span,
            format!("`{first}` and `{name}` exclude each other: a route has one gate decision"),
        );
    }
    let reads = args.method.value().is_some_and(|method| method == "GET");
    if reads && first == "no_gate" {
        errors.at(span, "a GET route needs no gate decision: remove `no_gate`");
        return None;
    }
    if !rest.is_empty() {
        return None;
    }
    let action = action.ok()?.map(Decision::Action);
    let no_gate = no_gate.ok()?.map(Decision::NoGate);
    action.or(no_gate).or_else(|| exempt.map(Decision::Exempt))
}

/// No key decides. A reading method needs none; a method that is itself wrong has been reported.
fn undecided(slot: &Slot<Ident>, errors: &mut Errors) -> Option<Decision> {
    let method = slot.value()?;
    if method == "GET" {
        return Some(Decision::Reads);
    }
    if METHODS.iter().any(|(name, _)| method == name) {
        errors.at(
            method.span(),
            format!(
                "the gate decision of this {method} route is missing: name the action that its gates judge with \
                 `action = \"...\"`, or say why it changes nothing with `no_gate = \"reason\"`"
            ),
        );
    }
    None
}

fn exemption(args: &Args, errors: &mut Errors) -> Option<&'static str> {
    let literal = args.exempt.value()?;
    let id = literal.value();
    let Some((_, constant, router)) = EXEMPTIONS.iter().find(|(known, ..)| *known == id) else {
        errors.at(
            literal.span(),
            format!("unknown exemption `{id}`: the tickets register EX-001 and EX-002"),
        );
        return None;
    };
    if args.router.value().is_some_and(|given| given.value() != *router) {
        errors.at(
            literal.span(),
            format!("`{id}` exempts the router `{router}` and no other"),
        );
        return None;
    }
    Some(constant)
}

type Shape = fn(&str) -> Result<(), &'static str>;

fn required(slot: &Slot<LitStr>, key: &str, form: &str, shape: Shape, errors: &mut Errors) -> Option<String> {
    if slot.key().is_none() {
        missing(slot, key, form, errors);
    }
    shaped(slot, shape, errors).ok().flatten()
}

/// The text, `None` where the key is absent, an error where it is wrong.
fn shaped(slot: &Slot<LitStr>, shape: Shape, errors: &mut Errors) -> Result<Option<String>, Reported> {
    let Some(literal) = slot.value() else {
        return if slot.key().is_some() { Err(Reported) } else { Ok(None) };
    };
    let text = literal.value();
    match shape(&text) {
        Ok(()) => Ok(Some(text)),
        Err(problem) => {
            errors.at(literal.span(), problem);
            Err(Reported)
        }
    }
}

/// The error is already in the list.
struct Reported;

fn missing<T>(slot: &Slot<T>, key: &str, form: &str, errors: &mut Errors) {
    if slot.key().is_none() {
        errors.at(Span::call_site(), format!("`{key}` is missing: add `{key} = {form}`"));
    }
}
