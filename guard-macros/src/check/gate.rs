//! The gate decision: one, unless the route only reads.

use super::{mutating, reads, shaped};
use crate::errors::Errors;
use crate::parse::Args;
use crate::shape;

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

/// `None` where it is wrong or missing, which has been reported.
pub(super) fn decision(args: &Args, errors: &mut Errors) -> Option<Decision> {
    let action = shaped(&args.action, shape::action, errors).map(Decision::Action);
    let no_gate = shaped(&args.no_gate, shape::reason, errors).map(Decision::NoGate);
    let exempt = exemption(args, errors).map(Decision::Exempt);
    let keys = [
        ("action", args.action.key()),
        ("no_gate", args.no_gate.key()),
        ("exempt", args.exempt.key()),
    ];
    let mut given = keys.iter().filter_map(|(name, key)| key.map(|span| (*name, span)));
    let Some((first, span)) = given.next() else {
        return undecided(args, errors);
    };
    for (name, span) in given {
        errors.at(
            span,
            format!("`{first}` and `{name}` exclude each other: a route has one gate decision"),
        );
    }
    if first == "no_gate" && reads(args) {
        errors.at(span, "a GET route needs no gate decision: remove `no_gate`");
    }
    action.or(no_gate).or(exempt)
}

/// No key decides. A reading method needs none; a method that is itself wrong has been reported.
fn undecided(args: &Args, errors: &mut Errors) -> Option<Decision> {
    if reads(args) {
        return Some(Decision::Reads);
    }
    let method = mutating(args)?;
    errors.at(
        method.span(),
        format!(
            "the gate decision of this {method} route is missing: name the action that its gates judge with \
             `action = \"...\"`, or say why it changes nothing with `no_gate = \"reason\"`"
        ),
    );
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
    }
    Some(constant)
}
