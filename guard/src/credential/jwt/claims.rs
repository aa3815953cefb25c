//! The claims, read: each of exactly one type, none twice.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, Visitor};
use smol_str::SmolStr;

use super::Refusal;
use super::json::{OneOrMany, Parsed, Second, Text, Unread};
use crate::context::{OpaqueId, TenantId};

/// The claims that guard reads. Which of them a token needs is the policy's to say.
#[derive(Default)]
pub(super) struct Claims<'a> {
    pub(super) subject: Option<OpaqueId>,
    pub(super) email: Option<SmolStr>,
    pub(super) tenants: Vec<TenantId>,
    pub(super) default_tenant: Option<Cow<'a, str>>,
    pub(super) roles: Vec<(Cow<'a, str>, SmolStr)>,
    pub(super) expires: Option<u64>,
    pub(super) not_before: Option<u64>,
    pub(super) issued: Option<u64>,
    pub(super) issuer: Option<Cow<'a, str>>,
    pub(super) audience: Option<Vec<Text<'a>>>,
}

impl<'a> Claims<'a> {
    pub(super) fn parse(json: &'a str) -> Result<Self, Refusal> {
        parse(json, false)
    }

    /// Only `iss`, of a token that nobody has verified yet: good for choosing a verifier and for nothing else.
    pub(super) fn unverified_issuer(json: &'a str) -> Result<Option<Cow<'a, str>>, Refusal> {
        Ok(parse(json, true)?.issuer)
    }
}

fn parse(json: &str, only_issuer: bool) -> Result<Claims<'_>, Refusal> {
    let refusal = Cell::new(Refusal::Payload);
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let members = Members {
        refusal: &refusal,
        only_issuer,
    };
    let claims = members.deserialize(&mut deserializer);
    // Past the object a claim is no longer the reason.
    let claims = claims.map_err(|_| refusal.get())?;
    deserializer.end().map_err(|_| Refusal::Payload)?;
    Ok(claims)
}

/// Reads the claims; the cell tells which one is malformed, since serde's own words would quote the token.
struct Members<'c> {
    refusal: &'c Cell<Refusal>,
    only_issuer: bool,
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = Claims<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Claims<'de>, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl Members<'_> {
    /// The value of a claim that has not been seen yet.
    fn value<'de, A: MapAccess<'de>, T: Deserialize<'de>>(
        &self,
        map: &mut A,
        claim: &'static str,
        seen: &mut u16,
        bit: u16,
    ) -> Result<T, A::Error> {
        if *seen & (1 << bit) != 0 {
            return Err(A::Error::custom("a claim comes twice"));
        }
        *seen |= 1 << bit;
        self.refusal.set(Refusal::Claim(claim));
        let value = map.next_value()?;
        self.refusal.set(Refusal::Payload);
        Ok(value)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = Claims<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Claims<'de>, A::Error> {
        let mut claims = Claims::default();
        let mut unread = Unread::default();
        let mut seen = 0;
        let seen = &mut seen;
        while let Some(Text(name)) = map.next_key()? {
            let map = &mut map;
            let claim = if self.only_issuer && name != "iss" { "" } else { &*name };
            match claim {
                "sub" => claims.subject = Some(self.value::<A, Parsed<OpaqueId>>(map, "sub", seen, 0)?.0),
                "email" => {
                    let email: Option<Parsed<Email>> = self.value(map, "email", seen, 1)?;
                    claims.email = email.and_then(|email| email.0.0);
                }
                "tenant_ids" => {
                    let tenants: Vec<Parsed<TenantId>> = self.value(map, "tenant_ids", seen, 2)?;
                    claims.tenants = tenants.into_iter().map(|tenant| tenant.0).collect();
                }
                // The Python engine writes "" for a user without a tenant.
                "default_tenant_id" => {
                    let tenant: Option<Text<'de>> = self.value(map, "default_tenant_id", seen, 3)?;
                    claims.default_tenant = tenant.map(|tenant| tenant.0).filter(|tenant| !tenant.is_empty());
                }
                "role_map" => claims.roles = self.value::<A, Roles<'de>>(map, "role_map", seen, 4)?.0,
                "exp" => claims.expires = Some(self.value::<A, Second>(map, "exp", seen, 5)?.0),
                "nbf" => claims.not_before = Some(self.value::<A, Second>(map, "nbf", seen, 6)?.0),
                "iat" => claims.issued = Some(self.value::<A, Second>(map, "iat", seen, 7)?.0),
                "iss" => claims.issuer = Some(self.value::<A, Text<'de>>(map, "iss", seen, 8)?.0),
                "aud" => claims.audience = Some(self.value::<A, OneOrMany<'de>>(map, "aud", seen, 9)?.0),
                _ => {
                    if !unread.note(name) {
                        return Err(A::Error::custom("a claim comes twice"));
                    }
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(claims)
    }
}

/// Text that is carried to handlers and logs: bounded, and without control characters, which break lines.
fn carried(text: &str, max: usize) -> Option<SmolStr> {
    let fits = !text.is_empty() && text.len() <= max && !text.chars().any(char::is_control);
    fits.then(|| SmolStr::new(text))
}

/// At most 320 bytes: 64 before the `@`, 255 after it. An empty one is none.
struct Email(Option<SmolStr>);

impl std::str::FromStr for Email {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        if text.is_empty() {
            return Ok(Self(None));
        }
        carried(text, 320).map(|email| Self(Some(email))).ok_or(())
    }
}

/// `role_map`, in its order. Whether its tenants are the token's is judged with them.
struct Roles<'de>(Vec<(Cow<'de, str>, SmolStr)>);

impl<'de> Deserialize<'de> for Roles<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsRoles;

        impl<'de> Visitor<'de> for AsRoles {
            type Value = Roles<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of roles")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Roles<'de>, A::Error> {
                let mut roles: Vec<(Cow<'de, str>, SmolStr)> = Vec::new();
                while let Some((Text(tenant), Text(role))) = map.next_entry()? {
                    if roles.iter().any(|(named, _)| *named == tenant) {
                        return Err(A::Error::custom("a tenant comes twice"));
                    }
                    let role = carried(&role, 128).ok_or_else(|| A::Error::custom("no role"))?;
                    roles.push((tenant, role));
                }
                Ok(Roles(roles))
            }
        }

        deserializer.deserialize_map(AsRoles)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(json: &str) -> Option<Refusal> {
        Claims::parse(json).err()
    }

    #[test]
    fn the_python_engines_claims() {
        let json = r#"{"default_tenant_id":"","email":"a@b.example","role_map":{},"sub":"u","tenant_ids":[]}"#;
        let claims = Claims::parse(json).unwrap();
        assert_eq!(claims.default_tenant, None);
        assert_eq!(claims.email.as_deref(), Some("a@b.example"));
        assert!(claims.tenants.is_empty() && claims.roles.is_empty() && claims.expires.is_none());
    }

    #[test]
    fn a_malformed_claim_is_named() {
        for (claim, values) in [
            ("sub", &["\"\"", "null", "7", "\"a b\"", "\"é\"", "[\"u\"]"][..]),
            ("email", &["7", "[]", "\"a\\nb\""]),
            (
                "tenant_ids",
                &["null", "\"t_a\"", "{}", "[\"T_a\"]", "[\"\"]", "[null]", "[\"t_a\",7]"],
            ),
            ("default_tenant_id", &["7", "[]"]),
            (
                "role_map",
                &[
                    "null",
                    "[]",
                    "{\"t_a\":null}",
                    "{\"t_a\":\"\"}",
                    "{\"t_a\":\"r\",\"t_a\":\"r\"}",
                ],
            ),
            (
                "exp",
                &["null", "-1", "1.5", "1.0", "\"1\"", "1e9", "18446744073709551616"],
            ),
            ("nbf", &["null", "-1", "1.5"]),
            ("iat", &["null", "-1", "1.5"]),
            ("iss", &["null", "7", "[\"i\"]"]),
            ("aud", &["null", "7", "[7]", "{}"]),
        ] {
            for value in values {
                let json = format!(r#"{{"{claim}":{value}}}"#);
                assert_eq!(refusal(&json), Some(Refusal::Claim(claim)), "{json}");
            }
            let twice = match claim {
                "role_map" => "{}",
                "tenant_ids" | "aud" => "[]",
                "exp" | "nbf" | "iat" => "1",
                _ => "\"t_a\"",
            };
            let json = format!(r#"{{"{claim}":{twice},"{claim}":{twice}}}"#);
            assert_eq!(refusal(&json), Some(Refusal::Payload), "{json}");
        }
    }

    #[test]
    fn what_is_no_object() {
        for json in [
            "",
            "null",
            "[]",
            "{",
            "{}{}",
            "{} x",
            r#"{"a":1,"a":2}"#,
            r#"{"sub":"u",}"#,
            "\u{feff}{}",
        ] {
            assert_eq!(refusal(json), Some(Refusal::Payload), "{json}");
        }
        let many: Vec<_> = (0..65).map(|n| format!("\"c{n}\":0")).collect();
        assert_eq!(refusal(&format!("{{{}}}", many.join(","))), Some(Refusal::Payload));
    }

    #[test]
    fn only_the_issuer_is_read_of_an_unverified_token() {
        let json = r#"{"exp":"no number","iss":"i"}"#;
        assert_eq!(Claims::unverified_issuer(json).unwrap().as_deref(), Some("i"));
        assert!(Claims::unverified_issuer(r#"{"iss":"i","iss":"i"}"#).is_err());
        assert!(Claims::unverified_issuer(r#"{"iss":1}"#).is_err());
        assert_eq!(Claims::unverified_issuer("{}").unwrap(), None);
    }
}
