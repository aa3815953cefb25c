//! Fields that a query repeats.

use std::borrow::Cow;

use form_urlencoded::parse;

use crate::context::ContextField;

/// What is wrong with a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum QueryFault {
    /// A field differs from the context, or is there twice.
    Mismatch(ContextField),
    /// A credential stands in the address, where logs and histories keep it.
    Credential,
}

/// A query is a claim to compare, never a source. Every reading of it that some parser has is compared: pairs are split at
/// `&` and at `;`, names are decoded, `tenant_id[]` and `tenant_id[0]` are `tenant_id`.
pub(crate) fn check<'c>(query: &str, context: impl Fn(ContextField) -> Option<&'c str>) -> Result<(), QueryFault> {
    let mut seen = [false; ContextField::ALL.len()];
    for pair in query.split(['&', ';']) {
        let Some((name, value)) = parse(pair.as_bytes()).next() else {
            continue;
        };
        let base = name.split_once('[').map_or(&*name, |(base, _)| base);
        if base == "access_token" {
            return Err(QueryFault::Credential);
        }
        let Some(field) = ContextField::named(base) else {
            continue;
        };
        let twice = std::mem::replace(&mut seen[field as usize], true);
        if twice || context(field) != Some(&*value) {
            return Err(QueryFault::Mismatch(field));
        }
    }
    // A parser that does not split at `;` reads a longer value than the one compared above.
    if query.contains(';') {
        return whole_pairs(query, context);
    }
    Ok(())
}

fn whole_pairs<'c>(query: &str, context: impl Fn(ContextField) -> Option<&'c str>) -> Result<(), QueryFault> {
    let differs = |(name, value): (Cow<'_, str>, Cow<'_, str>)| {
        let base = name.split_once('[').map_or(&*name, |(base, _)| base);
        ContextField::named(base).filter(|field| context(*field) != Some(&*value))
    };
    match parse(query.as_bytes()).find_map(differs) {
        Some(field) => Err(QueryFault::Mismatch(field)),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(query: &str) -> Result<(), QueryFault> {
        check(query, |field| match field {
            ContextField::TenantId => Some("t_a"),
            ContextField::UserId => Some("u 1"),
            _ => None,
        })
    }

    #[test]
    fn equal_repetitions_and_other_names() {
        for query in [
            "",
            "&",
            "a=b",
            "tenant_id=t_a",
            "x=1&tenant%5Fid=t%5Fa&y",
            "user_id=u+1",
            "user_id=u%201",
            "tenant_idx=t_b",
            "a=1;b=2",
        ] {
            assert_eq!(judged(query), Ok(()), "{query}");
        }
    }

    #[test]
    fn every_reading_of_a_query_is_compared() {
        for query in [
            "tenant_id=t_b",
            "tenant_id=",
            "tenant_id",
            "tenant_id=T_A",
            "tenant%5fid=t_b",
            "%74enant_id=t_b",
            "tenant_id[]=t_b",
            "tenant_id[0]=t_b",
            "a=1;tenant_id=t_b",
            "tenant_id=t_a;tenant_id=t_b",
            "tenant_id=t_a;x",
            "tenant_id=t_a&tenant_id=t_a",
            "tenant_id=t_a&tenant_id[]=t_a",
            "tenant_id=t_a%00",
            "tenant_id=t_a+",
        ] {
            assert_eq!(
                judged(query),
                Err(QueryFault::Mismatch(ContextField::TenantId)),
                "{query}"
            );
        }
        assert_eq!(
            judged("mode=saas"),
            Err(QueryFault::Mismatch(ContextField::Mode)),
            "it never supplies a value"
        );
        assert_eq!(judged("access_token=x"), Err(QueryFault::Credential));
    }
}
