//! Tokens of the Python engine: `hmac` over sorted, compact JSON, and no `exp`.

use std::process::Command;

use guard::context::{OpaqueId, TenantId};
use guard::credential::Identity;
use guard::credential::jwt::{Hs256Issuer, Refusal};

use crate::support::*;

/// What the engine's token service does, in its words and with these claims.
const MINT: &str = r#"
import base64, hashlib, hmac, json
b64 = lambda data: base64.urlsafe_b64encode(data).rstrip(b"=").decode()
dump = lambda value: b64(json.dumps(value, separators=(",", ":"), sort_keys=True).encode())
secret = b"test secret of the guard, 32 bytes or more"
for claims in [
    {"sub": "0f8fad5bd9cb469fa16570867728950e", "email": "zo\u00eb@example.com",
     "tenant_ids": ["t_7c9e6679742540de944be07fc1f90ae7", "t_system"],
     "default_tenant_id": "t_7c9e6679742540de944be07fc1f90ae7",
     "role_map": {"t_7c9e6679742540de944be07fc1f90ae7": "owner", "t_system": "member"}},
    {"sub": "nobody", "email": "", "tenant_ids": [], "default_tenant_id": "", "role_map": {}},
]:
    signed = dump({"alg": "HS256", "typ": "JWT"}) + "." + dump(claims)
    print(signed + "." + b64(hmac.new(secret, signed.encode(), hashlib.sha256).digest()))
"#;

/// What CPython 3.11 printed for the above.
const MINTED: [&str; 2] = [
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJkZWZhdWx0X3RlbmFudF9pZCI6InRfN2M5ZTY2Nzk3NDI1NDBkZTk0NGJlMDdmYzFmOTBhZTciLCJlbWFpbCI6InpvXHUwMGViQGV4YW1wbGUuY29tIiwicm9sZV9tYXAiOnsidF83YzllNjY3OTc0MjU0MGRlOTQ0YmUwN2ZjMWY5MGFlNyI6Im93bmVyIiwidF9zeXN0ZW0iOiJtZW1iZXIifSwic3ViIjoiMGY4ZmFkNWJkOWNiNDY5ZmExNjU3MDg2NzcyODk1MGUiLCJ0ZW5hbnRfaWRzIjpbInRfN2M5ZTY2Nzk3NDI1NDBkZTk0NGJlMDdmYzFmOTBhZTciLCJ0X3N5c3RlbSJdfQ.XxK2CMe1tJ4iJJQeywDQPqVOrXBuNOR94vTanDDR92w",
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJkZWZhdWx0X3RlbmFudF9pZCI6IiIsImVtYWlsIjoiIiwicm9sZV9tYXAiOnt9LCJzdWIiOiJub2JvZHkiLCJ0ZW5hbnRfaWRzIjpbXX0.woeSbXWDmSWmkE8rJ_2lsFzHL_0-FqQMhum_7zHXVWM",
];

fn check(tokens: &[&str]) {
    let lab = builder().dangerously_accept_tokens_without_exp().build().unwrap();
    let owner = verify(&lab, tokens[0]).unwrap();
    let tenant = TenantId::parse("t_7c9e6679742540de944be07fc1f90ae7").unwrap();
    assert_eq!(owner.user_id().as_str(), "0f8fad5bd9cb469fa16570867728950e");
    assert_eq!(owner.email(), Some("zo\u{eb}@example.com"));
    assert_eq!(owner.default_tenant(), Some(&tenant));
    assert_eq!(owner.role_in(&tenant), Some("owner"));
    assert_eq!(owner.role_in(&TenantId::parse("t_system").unwrap()), Some("member"));
    assert_eq!(owner.expires_at(), None);
    let nobody = verify(&lab, tokens[1]).unwrap();
    assert_eq!(
        (nobody.default_tenant(), nobody.tenants().count(), nobody.email()),
        (None, 0, None)
    );
    // Without the setting they have no end, and that is that.
    for token in tokens {
        assert_eq!(refusal(verify(&verifier(), token)), Refusal::ClaimMissing("exp"));
    }
}

#[test]
fn vectors() {
    check(&MINTED);
}

#[test]
fn the_python_at_hand_mints_the_same() {
    let Ok(output) = Command::new("python3").args(["-c", MINT]).output() else {
        eprintln!("no python3 here: the vectors above have to do");
        return;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let output = String::from_utf8(output.stdout).unwrap();
    let tokens: Vec<_> = output.lines().collect();
    check(&tokens);
    assert_eq!(tokens, MINTED);
}

/// The other way: what guard issues, the engine's decoder reads.
#[test]
fn the_python_at_hand_reads_what_guard_issues() {
    const READ: &str = r#"
import base64, hashlib, hmac, json, sys
unb64 = lambda text: base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
header, payload, signature = sys.argv[1].split(".")
expected = hmac.new(b"test secret of the guard, 32 bytes or more", (header + "." + payload).encode(), hashlib.sha256).digest()
assert hmac.compare_digest(expected, unb64(signature))
claims = json.loads(unb64(payload))
assert json.dumps(claims, separators=(",", ":"), sort_keys=True).encode() == unb64(payload)
assert json.dumps(json.loads(unb64(header)), separators=(",", ":"), sort_keys=True).encode() == unb64(header)
print(claims["sub"], claims.get("default_tenant_id", ""), claims["role_map"]["t_a"], claims["exp"])
"#;
    let tenant = TenantId::parse("t_a").unwrap();
    let identity = Identity::builder(OpaqueId::parse("u_1").unwrap())
        .tenant(tenant.clone())
        .role(&tenant, "owner")
        .default_tenant(tenant)
        .build()
        .unwrap();
    let issued = Hs256Issuer::new(secret())
        .clock(TestClock::new())
        .issue(&identity)
        .unwrap();
    let Ok(output) = Command::new("python3")
        .args(["-c", READ, issued.expose_token()])
        .output()
    else {
        eprintln!("no python3 here");
        return;
    };
    let output = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.trim(), format!("u_1 t_a owner {}", NOW + 3600));
}
