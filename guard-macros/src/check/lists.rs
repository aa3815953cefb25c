//! Lists: tickets, the body's fields, roles.

use std::borrow::Cow;

use syn::LitStr;

use super::{mutating, reads};
use crate::errors::Errors;
use crate::parse::{Args, Slot};
use crate::shape;
use crate::signature::{Shape, last_name, mentions};

/// Names on the wire and variants of `guard::context::ContextField`.
const FIELDS: [(&str, &str); 6] = [
    ("tenant_id", "TenantId"),
    ("mode", "Mode"),
    ("project_id", "ProjectId"),
    ("app_id", "AppId"),
    ("surface_id", "SurfaceId"),
    ("user_id", "UserId"),
];

pub(super) fn tickets(slot: &Slot<Vec<LitStr>>, errors: &mut Errors) -> Vec<String> {
    each_once(slot, "this ticket is listed twice", errors, |id| {
        shape::ticket(id)?;
        if id.starts_with("EX-") {
            return Err("an exemption is no ticket to meet: write `exempt = \"...\"`".into());
        }
        Ok(id.to_owned())
    })
}

pub(super) fn roles(slot: &Slot<Vec<LitStr>>, errors: &mut Errors) -> Vec<String> {
    if let (Some(span), Some([])) = (slot.key(), slot.value().map(Vec::as_slice)) {
        errors.at(
            span,
            "an empty list of roles lets every member in: name the roles, or remove `roles`",
        );
    }
    each_once(slot, "this role is listed twice", errors, |role| {
        shape::word(role)?;
        Ok(role.to_owned())
    })
}

/// Variants of `ContextField`. A handler that takes JSON needs the decision, even if it is that no field repeats.
pub(super) fn body(args: &Args, handler: Option<&Shape>, errors: &mut Errors) -> Vec<&'static str> {
    match args.body.key() {
        Some(span) if reads(args) => errors.at(span, "a GET route has no body to compare: remove `body`"),
        Some(_) => unreadable(args, handler, errors),
        None => undecided(args, handler, errors),
    }
    each_once(&args.body, "this field is listed twice", errors, |name| {
        let known = FIELDS.iter().find(|(known, _)| *known == name);
        known.map(|(_, variant)| *variant).ok_or_else(|| {
            let names = FIELDS.map(|(known, _)| known).join(", ");
            format!("`{name}` is no field of the context; the fields are {names}").into()
        })
    })
}

fn undecided(args: &Args, handler: Option<&Shape>, errors: &mut Errors) {
    let (Some(method), Some(handler), None) = (mutating(args), handler, args.exempt.key()) else {
        return;
    };
    if let Some(json) = handler.arguments.iter().find(|ty| mentions(ty, "Json")) {
        errors.over(
            json,
            format!(
                "the body decision of this {method} route is missing: its handler takes JSON, so name the fields of the \
                 context that the top of its body may repeat with `body = [\"tenant_id\"]`, or say with `body = []` that \
                 it repeats none"
            ),
        );
    }
}

/// The guard refuses a body that it cannot compare, so every request would be refused.
fn unreadable(args: &Args, handler: Option<&Shape>, errors: &mut Errors) {
    const FORMS: [&str; 3] = ["Form", "RawForm", "Multipart"];
    let (Some([_, ..]), Some(handler)) = (args.body.value().map(Vec::as_slice), handler) else {
        return;
    };
    for ty in &handler.arguments {
        if let Some((name, _)) = last_name(ty)
            && FORMS.iter().any(|form| name == form)
        {
            errors.over(
                ty,
                format!("`{name}` is no JSON, so no field of it can be compared: write `body = []`"),
            );
        }
    }
}

/// Every entry that is good; the others are reported.
fn each_once<T>(
    slot: &Slot<Vec<LitStr>>,
    twice: &str,
    errors: &mut Errors,
    check: impl Fn(&str) -> Result<T, Cow<'static, str>>,
) -> Vec<T> {
    let mut seen: Vec<String> = Vec::new();
    let mut good = Vec::new();
    for literal in slot.value().into_iter().flatten() {
        let text = literal.value();
        match check(&text) {
            Err(problem) => errors.at(literal.span(), problem),
            Ok(_) if seen.contains(&text) => errors.at(literal.span(), twice),
            Ok(value) => good.push(value),
        }
        seen.push(text);
    }
    good
}
