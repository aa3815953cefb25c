//! The examples of the standards. Their claims name no user, so the refusal tells that the signature was right.

use guard::credential::jwks::{Jwks, StaticJwks};
use guard::credential::jwt::{JwtVerifier, Refusal, SharedSecret};
use serde_json::{Value, json};

use crate::support::*;

/// Before the examples' `exp`.
const THEN: u64 = 1_300_819_000;

fn changed(token: &str) -> String {
    token.replacen(".ey", ".ez", 1)
}

/// RFC 7515, appendix A.1. Its header and claims hold line breaks.
#[test]
fn hs256() {
    const TOKEN: &str = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    let secret = unb64("AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow");
    let secret = SharedSecret::new(secret).unwrap();
    let verifier = JwtVerifier::with_shared_secrets([secret])
        .issuer("joe")
        .build()
        .unwrap();
    assert_eq!(refusal(verify_at(&verifier, TOKEN, THEN)), Refusal::ClaimMissing("sub"));
    assert_expired(verify_at(&verifier, TOKEN, NOW));
    assert_eq!(refusal(verify_at(&verifier, &changed(TOKEN), THEN)), Refusal::Signature);
}

async fn public(key: Value, token: &str) -> Refusal {
    let jwks = Jwks::builder(StaticJwks::new(document(&[key]))).build().unwrap();
    jwks.load().await.unwrap();
    let verifier = JwtVerifier::with_jwks(jwks)
        .issuer("joe")
        .dangerously_accept_any_audience()
        .build()
        .unwrap();
    refusal(verify_at(&verifier, token, THEN))
}

/// RFC 7515, appendix A.3.
#[tokio::test]
async fn es256() {
    const TOKEN: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
    let key = json!({
        "kty": "EC", "crv": "P-256",
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU", "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    });
    assert_eq!(public(key.clone(), TOKEN).await, Refusal::ClaimMissing("sub"));
    assert_eq!(public(key, &changed(TOKEN)).await, Refusal::Signature);
}

/// RFC 8037, appendix A.4. Its payload is a sentence.
#[tokio::test]
async fn eddsa() {
    const TOKEN: &str = "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc.hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg";
    let key = json!({"kty": "OKP", "crv": "Ed25519", "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"});
    assert_eq!(public(key.clone(), TOKEN).await, Refusal::Payload);
    assert_eq!(
        public(key, &TOKEN.replacen(".RXh", ".RXg", 1)).await,
        Refusal::Signature
    );
}
