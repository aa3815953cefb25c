//! Numbers: a status, a limit, a time, an amount.

use syn::{LitInt, LitStr};

use super::reads;
use crate::errors::Errors;
use crate::parse::{Args, Slot};

/// The variant of `MissingStatus`.
pub(super) fn missing_status(slot: &Slot<LitInt>, errors: &mut Errors) -> Option<&'static str> {
    let literal = slot.value()?;
    match literal.to_string().as_str() {
        "400" => Some("BadRequest"),
        "401" => Some("Unauthorized"),
        "422" => Some("UnprocessableEntity"),
        _ => {
            errors.at(
                literal.span(),
                "not a status for a missing header: 400 as the contract has it, 401 as PR-HARD-09, 422 as ENG-STD-003",
            );
            None
        }
    }
}

pub(super) fn body_limit(args: &Args, errors: &mut Errors) -> Option<u64> {
    if let (Some(span), true) = (args.body_limit.key(), reads(args)) {
        errors.at(span, "a GET route has no body to limit: remove `body_limit`");
    }
    let literal = args.body_limit.value()?;
    let limit = literal.base10_parse().ok().filter(|_| literal.suffix().is_empty());
    match limit {
        None => errors.at(
            literal.span(),
            "not a number of bytes: a whole number, like `65_536`, without a suffix",
        ),
        // Some configurations take it for no limit at all.
        Some(0) => errors.at(
            literal.span(),
            "a limit of 0 bytes refuses every body: give the most bytes that it may have",
        ),
        Some(_) => return limit,
    }
    None
}

/// The most that an amount can be, in millionths: a thousand million units.
const MAX_MICROS: i64 = 1_000_000_000 * 1_000_000;

/// Millionths of a currency's unit, and the currency.
pub(super) fn budget(args: &Args, errors: &mut Errors) -> Option<(i64, String)> {
    if let (Some(span), None) = (args.budget.key(), args.action.key()) {
        errors.at(
            span,
            "only what passes the gates has a budget: name the action with `action = \"...\"`, or remove `budget`",
        );
    }
    let literal = args.budget.value()?;
    let text = literal.value();
    let money = money(&text);
    match &money {
        None => errors.at(
            literal.span(),
            "not an amount of money: a decimal with at most six places and the currency, like \"0.25 EUR\"",
        ),
        Some((0, _)) => errors.at(
            literal.span(),
            "a budget of 0 holds nothing: give the most that one call may cost, or remove `budget`",
        ),
        Some(_) => return money,
    }
    None
}

fn money(text: &str) -> Option<(i64, String)> {
    let (amount, currency) = text.split_once(' ')?;
    if currency.len() != 3 || !currency.bytes().all(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let (units, parts) = amount.split_once('.').unwrap_or((amount, "0"));
    let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_digits(units) || !is_digits(parts) || parts.len() > 6 {
        return None;
    }
    let parts: i64 = format!("{parts:0<6}").parse().ok()?;
    let micros = units.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(parts)?;
    (micros <= MAX_MICROS).then(|| (micros, currency.to_owned()))
}

/// Milliseconds.
pub(super) fn timeout(slot: &Slot<LitStr>, errors: &mut Errors) -> Option<u64> {
    let literal = slot.value()?;
    let milliseconds = milliseconds(&literal.value());
    match milliseconds {
        None => errors.at(
            literal.span(),
            "not a time: a whole number with its unit, `\"250ms\"`, `\"5s\"` or `\"2m\"`",
        ),
        Some(0) => errors.at(
            literal.span(),
            "a timeout of 0 ends every request: give the longest time that it may take",
        ),
        Some(_) => return milliseconds,
    }
    None
}

fn milliseconds(text: &str) -> Option<u64> {
    let unit = text.find(|character: char| !character.is_ascii_digit())?;
    let (number, unit) = text.split_at(unit);
    let factor = match unit {
        "ms" => 1,
        "s" => 1000,
        "m" => 60_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::{milliseconds, money};

    #[test]
    fn amounts() {
        for (text, micros) in [
            ("0.25 EUR", 250_000),
            ("12 USD", 12_000_000),
            ("0.000001 EUR", 1),
            ("0 EUR", 0),
            ("1000000000 EUR", 1_000_000_000_000_000),
        ] {
            assert_eq!(money(text).map(|(micros, _)| micros), Some(micros), "{text}");
        }
        for bad in [
            "",
            "0.25",
            "EUR",
            "0.25 eur",
            "0.25 EURO",
            "0.25  EUR",
            "0.25EUR",
            ".5 EUR",
            "1. EUR",
            "-1 EUR",
            "1e3 EUR",
            "0.0000001 EUR",
            "1000000000.000001 EUR",
            "99999999999999999999 EUR",
        ] {
            assert_eq!(money(bad), None, "{bad}");
        }
    }

    #[test]
    fn times() {
        for (text, expected) in [("250ms", 250), ("5s", 5_000), ("2m", 120_000), ("0s", 0)] {
            assert_eq!(milliseconds(text), Some(expected), "{text}");
        }
        for bad in [
            "",
            "5",
            "s",
            "5 s",
            "1.5s",
            "-1s",
            "5S",
            "5h",
            "1m30s",
            "99999999999999999999s",
            "9999999999999999999m",
        ] {
            assert_eq!(milliseconds(bad), None, "{bad}");
        }
    }
}
