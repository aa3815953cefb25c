//! Numbers: a status, a limit, a time.

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
    use super::milliseconds;

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
