//! The claims, judged.

use std::time::Duration;

use smol_str::SmolStr;

use super::Refusal;
use super::claims::Claims;
use crate::credential::Identity;

/// The largest leeway.
pub const MAX_LEEWAY: Duration = Duration::from_secs(30);

/// What a verifier asks of the claims.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) issuer: Expected,
    pub(super) audience: Expected,
    pub(super) leeway: u64,
    pub(super) max_lifetime: u64,
    pub(super) without_exp: bool,
}

/// What `iss` or `aud` has to be.
#[derive(Debug, Clone)]
pub(super) enum Expected {
    /// The claim has to be absent: without a name of its own a verifier cannot tell that a token is meant for it, and
    /// RFC 7519, section 4.1.3, has it refuse one that names an audience.
    Absent,
    /// One of these, never absent.
    OneOf(Vec<SmolStr>),
    /// Whatever it is, or absent.
    Anything,
}

impl Expected {
    pub(super) fn accepts<'a>(&self, mut found: impl ExactSizeIterator<Item = &'a str>) -> bool {
        match self {
            Self::Absent => found.len() == 0,
            Self::OneOf(names) => found.any(|found| names.iter().any(|name| name == found)),
            Self::Anything => true,
        }
    }
}

/// The seconds in which a token is good: from `from` on, and before `until`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Window {
    pub(super) from: u64,
    pub(super) until: u64,
}

/// Why no identity.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Judgement {
    Expired,
    Refused(Refusal),
}

impl From<Refusal> for Judgement {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl Policy {
    pub(super) fn judge(&self, claims: Claims<'_>, now: u64) -> Result<(Identity, Window), Judgement> {
        let issuer = claims.issuer.as_deref();
        match &self.issuer {
            Expected::OneOf(_) if issuer.is_none() => return Err(Refusal::ClaimMissing("iss").into()),
            expected if !expected.accepts(issuer.as_slice().iter().copied()) => return Err(Refusal::Issuer.into()),
            _ => {}
        }
        let audience = claims.audience.as_deref();
        match &self.audience {
            Expected::OneOf(_) if audience.is_none() => return Err(Refusal::ClaimMissing("aud").into()),
            // An empty array names nobody, and a claim that is there is not absent.
            Expected::Absent if audience.is_some() => return Err(Refusal::Audience.into()),
            expected if !expected.accepts(audience.unwrap_or_default().iter().map(|name| &*name.0)) => {
                return Err(Refusal::Audience.into());
            }
            _ => {}
        }
        let window = self.window(&claims, now)?;
        Ok((identity(claims, window)?, window))
    }

    /// Judges the times. A token that is both expired and otherwise wrong is wrong.
    fn window(&self, claims: &Claims<'_>, now: u64) -> Result<Window, Judgement> {
        let earliest = |second: Option<u64>| second.map_or(0, |second| second.saturating_sub(self.leeway));
        let (issued, not_before) = (earliest(claims.issued), earliest(claims.not_before));
        if now < issued {
            return Err(Refusal::IssuedInTheFuture.into());
        }
        if now < not_before {
            return Err(Refusal::NotYetValid.into());
        }
        let from = issued.max(not_before);
        let Some(expires) = claims.expires else {
            return if self.without_exp {
                Ok(Window { from, until: u64::MAX })
            } else {
                Err(Refusal::ClaimMissing("exp").into())
            };
        };
        let since = claims.issued.unwrap_or(now);
        if claims.issued.is_some_and(|issued| expires < issued) {
            return Err(Refusal::Claim("exp").into());
        }
        if expires.saturating_sub(since) > self.max_lifetime {
            return Err(Refusal::LivesTooLong.into());
        }
        let until = expires.saturating_add(self.leeway);
        if now >= until {
            return Err(Judgement::Expired);
        }
        Ok(Window { from, until })
    }
}

/// A token with a tenant or a role that contradicts the rest is wrong as a whole: whoever signed it did not mean this.
fn identity(claims: Claims<'_>, window: Window) -> Result<Identity, Refusal> {
    let subject = claims.subject.ok_or(Refusal::ClaimMissing("sub"))?;
    let named = |name: &str| claims.tenants.iter().find(|tenant| tenant.as_str() == name);
    let mut identity = Identity::builder(subject);
    if let Some(email) = claims.email {
        identity = identity.email(email);
    }
    for tenant in &claims.tenants {
        identity = identity.tenant(tenant.clone());
    }
    for (tenant, role) in claims.roles {
        identity = identity.role(named(&tenant).ok_or(Refusal::Claim("role_map"))?, role);
    }
    if let Some(tenant) = claims.default_tenant {
        identity = identity.default_tenant(named(&tenant).ok_or(Refusal::Claim("default_tenant_id"))?.clone());
    }
    if claims.expires.is_some() {
        identity = identity.expires_at(window.until);
    }
    identity.build().map_err(|_| Refusal::Claim("tenant_ids"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy {
            issuer: Expected::Absent,
            audience: Expected::Absent,
            leeway: 10,
            max_lifetime: 1000,
            without_exp: false,
        }
    }

    fn judge(policy: &Policy, times: &str, now: u64) -> Result<Window, Judgement> {
        let json = format!(r#"{{"sub":"u"{times}}}"#);
        let (identity, window) = policy.judge(Claims::parse(&json).unwrap(), now)?;
        assert_eq!(identity.expires_at(), Some(window.until));
        Ok(window)
    }

    #[test]
    fn expiry_is_judged_to_the_second() {
        let policy = policy();
        assert_eq!(judge(&policy, r#","exp":500"#, 509), Ok(Window { from: 0, until: 510 }));
        assert_eq!(judge(&policy, r#","exp":500"#, 510), Err(Judgement::Expired));
        assert_eq!(judge(&policy, r#","exp":0"#, 10), Err(Judgement::Expired));
        assert_eq!(
            judge(&policy, r#","exp":500,"nbf":100"#, 89),
            Err(Refusal::NotYetValid.into())
        );
        assert!(judge(&policy, r#","exp":500,"nbf":100"#, 90).is_ok());
        assert_eq!(
            judge(&policy, r#","exp":500,"iat":100"#, 89),
            Err(Refusal::IssuedInTheFuture.into())
        );
        assert!(judge(&policy, r#","exp":500,"iat":100"#, 90).is_ok());
        assert_eq!(
            judge(&policy, r#","exp":99,"iat":100"#, 95),
            Err(Refusal::Claim("exp").into())
        );
        assert_eq!(judge(&policy, "", 0), Err(Refusal::ClaimMissing("exp").into()));
    }

    #[test]
    fn a_lifetime_is_capped_from_iat_or_from_now() {
        let policy = policy();
        assert!(judge(&policy, r#","exp":1100,"iat":100"#, 200).is_ok());
        assert_eq!(
            judge(&policy, r#","exp":1101,"iat":100"#, 200),
            Err(Refusal::LivesTooLong.into())
        );
        assert!(judge(&policy, r#","exp":1200"#, 200).is_ok());
        assert_eq!(judge(&policy, r#","exp":1201"#, 200), Err(Refusal::LivesTooLong.into()));
        let forever = Policy {
            max_lifetime: u64::MAX,
            ..policy
        };
        let window = judge(&forever, r#","exp":18446744073709551615"#, 200);
        assert_eq!(window.map(|window| window.until), Ok(u64::MAX), "it saturates");
    }

    #[test]
    fn issuer_and_audience() {
        let named = Policy {
            issuer: Expected::OneOf(vec!["i".into()]),
            audience: Expected::OneOf(vec!["a".into(), "b".into()]),
            ..policy()
        };
        let judge = |policy: &Policy, rest: &str| judge(policy, &format!(r#","exp":500{rest}"#), 100).map(|_| ());
        assert_eq!(judge(&named, r#","iss":"i","aud":"b""#), Ok(()));
        assert_eq!(judge(&named, r#","iss":"i","aud":["x","a"]"#), Ok(()));
        for (rest, refusal) in [
            (r#","aud":"a""#, Refusal::ClaimMissing("iss")),
            (r#","iss":"I","aud":"a""#, Refusal::Issuer),
            (r#","iss":"i""#, Refusal::ClaimMissing("aud")),
            (r#","iss":"i","aud":[]"#, Refusal::Audience),
            (r#","iss":"i","aud":["A"]"#, Refusal::Audience),
        ] {
            assert_eq!(judge(&named, rest), Err(refusal.into()), "{rest}");
        }
        assert_eq!(judge(&policy(), r#","iss":"i""#), Err(Refusal::Issuer.into()));
        assert_eq!(judge(&policy(), r#","aud":"a""#), Err(Refusal::Audience.into()));
        assert_eq!(judge(&policy(), r#","aud":[]"#), Err(Refusal::Audience.into()));
        let any = Policy {
            issuer: Expected::Anything,
            audience: Expected::Anything,
            ..policy()
        };
        assert_eq!(judge(&any, r#","iss":"i","aud":[]"#), Ok(()));
        assert_eq!(judge(&any, ""), Ok(()));
    }

    #[test]
    fn contradictions() {
        let judge = |rest: &str| judge(&policy(), &format!(r#","exp":500{rest}"#), 100).map(|_| ());
        assert_eq!(
            judge(r#","tenant_ids":["t_a","t_a"],"role_map":{"t_a":"owner"}"#),
            Ok(())
        );
        assert_eq!(
            judge(r#","tenant_ids":["t_a"],"role_map":{"t_b":"owner"}"#),
            Err(Refusal::Claim("role_map").into())
        );
        assert_eq!(
            judge(r#","tenant_ids":["t_a"],"default_tenant_id":"t_b""#),
            Err(Refusal::Claim("default_tenant_id").into())
        );
    }
}
