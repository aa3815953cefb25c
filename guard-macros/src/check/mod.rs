//! The facts against the contract.
//!
//! Where a check failed a placeholder takes the fact's place, so that whatever names the constant still compiles; the
//! errors keep the whole from compiling.

mod gate;
mod lists;
mod numbers;
mod stream;

use proc_macro2::{Ident, Span};
use syn::LitStr;

pub(crate) use gate::Decision;

use crate::errors::Errors;
use crate::parse::{Args, Slot};
use crate::shape;
use crate::signature::Shape;

/// The facts of a route, checked.
pub(crate) struct Route {
    /// The variant of `guard::route::Method`, and the method.
    pub(crate) method: (&'static str, &'static str),
    pub(crate) path: String,
    pub(crate) router: String,
    pub(crate) tickets: Vec<String>,
    pub(crate) resource_kind: Option<String>,
    pub(crate) gate: Decision,
    /// Millionths of a currency's unit, and the currency.
    pub(crate) budget: Option<(i64, String)>,
    /// Variants of `guard::context::ContextField`.
    pub(crate) body: Vec<&'static str>,
    /// The variant of `guard::context::MissingStatus`.
    pub(crate) missing_status: Option<&'static str>,
    pub(crate) roles: Vec<String>,
    pub(crate) flag: Option<String>,
    pub(crate) body_limit: Option<u64>,
    /// In milliseconds.
    pub(crate) timeout: Option<u64>,
    /// The variant of `guard::route::Transport`, and the domain.
    pub(crate) stream: Option<(&'static str, String)>,
}

/// Variants of `guard::route::Method`, and the methods.
const METHODS: [(&str, &str); 5] = [
    ("Get", "GET"),
    ("Post", "POST"),
    ("Put", "PUT"),
    ("Patch", "PATCH"),
    ("Delete", "DELETE"),
];

/// Checks everything. The function's shape says whether its body needs a decision.
pub(crate) fn route(args: &Args, handler: Option<&Shape>, errors: &mut Errors) -> Route {
    let method = method(&args.method, errors);
    let path = required(&args.path, "path", "\"/a/{param}\"", shape::path, errors);
    let router = required(&args.router, "router", "\"dotted.module\"", shape::router, errors);
    let tickets = lists::tickets(&args.tickets, errors);
    let resource_kind = shaped(&args.resource_kind, shape::word, errors);
    let gate = gate::decision(args, errors);
    let budget = numbers::budget(args, errors);
    let body = lists::body(args, handler, errors);
    let missing_status = numbers::missing_status(&args.missing_status, errors);
    let roles = lists::roles(&args.roles, errors);
    let flag = shaped(&args.flag, shape::flag, errors);
    let body_limit = numbers::body_limit(args, errors);
    let timeout = numbers::timeout(&args.timeout, errors);
    let stream = stream::stream(args, errors);
    without_identity(args, errors);
    Route {
        method: method.unwrap_or(METHODS[0]),
        path: path.unwrap_or_else(|| String::from("/")),
        router: router.unwrap_or_default(),
        tickets,
        resource_kind,
        gate: gate.unwrap_or(Decision::Reads),
        budget,
        body,
        missing_status,
        roles,
        flag,
        body_limit,
        timeout,
        stream,
    }
}

fn method(slot: &Slot<Ident>, errors: &mut Errors) -> Option<(&'static str, &'static str)> {
    let Some(token) = slot.value() else {
        missing(slot, "method", "POST", errors);
        return None;
    };
    let known = METHODS.into_iter().find(|(_, name)| token == name);
    if known.is_none() {
        let upper = token.to_string().to_uppercase();
        let help = match upper.as_str() {
            "HEAD" => "it follows GET: declare the GET route",
            "OPTIONS" => "a route does not answer it",
            known if METHODS.iter().any(|(_, name)| *name == known) => "write it in upper case",
            _ => "write GET, POST, PUT, PATCH or DELETE",
        };
        errors.at(token.span(), format!("`{token}` is no method of a route: {help}"));
    }
    known
}

/// The method, if it is one that may change something.
fn mutating(args: &Args) -> Option<&Ident> {
    let method = args.method.value()?;
    (method != "GET" && METHODS.iter().any(|(_, name)| method == name)).then_some(method)
}

/// Whether the route is certain to change nothing.
fn reads(args: &Args) -> bool {
    args.method.value().is_some_and(|method| method == "GET")
}

/// An exemption lifts identity, so nothing is left for these keys to judge.
fn without_identity(args: &Args, errors: &mut Errors) {
    if args.exempt.key().is_none() {
        return;
    }
    let keys = [
        (
            args.body.key(),
            "body",
            "there is no context that its body could repeat",
        ),
        (args.missing_status.key(), "missing_status", "no header is missing"),
        (args.roles.key(), "roles", "nobody has a role"),
        (args.stream.key(), "stream", "there is nobody whose stream it could be"),
    ];
    for (key, name, reason) in keys {
        if let Some(span) = key {
            errors.at(
                span,
                format!("an exempt route asks for no identity, so {reason}: remove `{name}`"),
            );
        }
    }
}

type Check = fn(&str) -> Result<(), &'static str>;

fn required(slot: &Slot<LitStr>, key: &str, form: &str, check: Check, errors: &mut Errors) -> Option<String> {
    missing(slot, key, form, errors);
    shaped(slot, check, errors)
}

/// The text, if it is given and good.
fn shaped(slot: &Slot<LitStr>, check: Check, errors: &mut Errors) -> Option<String> {
    let literal = slot.value()?;
    let text = literal.value();
    match check(&text) {
        Ok(()) => Some(text),
        Err(problem) => {
            errors.at(literal.span(), problem);
            None
        }
    }
}

fn missing<T>(slot: &Slot<T>, key: &str, form: &str, errors: &mut Errors) {
    if slot.key().is_none() {
        errors.at(Span::call_site(), format!("`{key}` is missing: add `{key} = {form}`"));
    }
}
