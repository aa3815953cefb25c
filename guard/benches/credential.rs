//! What verifying a bearer token costs, in time and in allocations, beside jsonwebtoken. Quote ratios of one run, not times.

use std::collections::HashMap;
use std::time::Duration;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use divan::{AllocProfiler, Bencher, black_box};
use guard::clock::{Clock as _, SystemClock};
use guard::context::{OpaqueId, TenantId};
use guard::credential::jwks::{Jwks, StaticJwks};
use guard::credential::jwt::{Hs256Issuer, Issuers, JwtVerifier, SharedSecret};
use guard::credential::{Identity, Verification, VerifyToken};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode};
use serde::Deserialize;
use serde_json::json;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

const SECRET: &str = "benchmark secret of the guard, 32 bytes or more";

fn main() {
    divan::main();
}

fn now() -> Duration {
    SystemClock.wall().unwrap_or_else(|| panic!("no time"))
}

fn secret() -> SharedSecret {
    SharedSecret::new(SECRET).unwrap_or_else(|error| panic!("{error}"))
}

/// A user with two tenants, as the engine names them: about 500 bytes.
fn token() -> String {
    let tenant = |text: &str| TenantId::parse(text).unwrap_or_else(|error| panic!("{error}"));
    let (first, second) = (tenant("t_7c9e6679742540de944be07fc1f90ae7"), tenant("t_system"));
    let user = OpaqueId::parse("0f8fad5bd9cb469fa16570867728950e").unwrap_or_else(|error| panic!("{error}"));
    let identity = Identity::builder(user)
        .email("somebody@example.com")
        .tenant(first.clone())
        .tenant(second.clone())
        .role(&first, "owner")
        .role(&second, "member")
        .default_tenant(first)
        .build()
        .unwrap_or_else(|error| panic!("{error}"));
    let issued = Hs256Issuer::new(secret()).issue(&identity);
    issued
        .unwrap_or_else(|error| panic!("{error}"))
        .expose_token()
        .to_owned()
}

fn verifier(capacity: usize) -> JwtVerifier {
    let builder = JwtVerifier::with_shared_secrets([secret()]).cache_capacity(capacity);
    builder.build().unwrap_or_else(|error| panic!("{error}"))
}

fn verify(bencher: Bencher<'_, '_>, verifier: &impl VerifyToken) {
    verify_token(bencher, verifier, &token());
}

fn verify_token(bencher: Bencher<'_, '_>, verifier: &impl VerifyToken, token: &str) {
    let now = now();
    let good = || match verifier.verify(black_box(token), black_box(now)) {
        Verification::Done(Ok(identity)) => identity,
        _ => panic!("it is good"),
    };
    good();
    bencher.bench(good);
}

/// Every check, nothing remembered.
#[divan::bench]
fn without_cache(bencher: Bencher<'_, '_>) {
    verify(bencher, &verifier(0));
}

/// A token that was verified before.
#[divan::bench]
fn with_cache(bencher: Bencher<'_, '_>) {
    verify(bencher, &verifier(10_000));
}

/// The same, on both cores at once.
#[divan::bench(threads = 2)]
fn with_cache_in_parallel(bencher: Bencher<'_, '_>) {
    verify(bencher, &verifier(10_000));
}

/// The same, where one of three verifiers remembers it.
#[divan::bench]
fn with_cache_of_issuers(bencher: Bencher<'_, '_>) {
    let named = |issuer: &str| {
        let builder = JwtVerifier::with_shared_secrets([secret()]).issuer(issuer);
        builder.build().unwrap_or_else(|error| panic!("{error}"))
    };
    let issuers = Issuers::new([named("a"), named("b")]).and_then(|issuers| issuers.without_issuer(verifier(10_000)));
    verify(bencher, &issuers.unwrap_or_else(|error| panic!("{error}")));
}

/// A token of a public key, and where to verify it.
fn public(capacity: usize) -> (JwtVerifier, String) {
    let pair = Ed25519KeyPair::generate().unwrap_or_else(|error| panic!("{error}"));
    let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let key = json!({"kty": "OKP", "crv": "Ed25519", "kid": "k", "x": encode(pair.public_key().as_ref())});
    let claims =
        json!({"iss": "i", "aud": "a", "sub": "u", "exp": now().as_secs() + 3600, "tenant_ids": ["t_a", "t_b"]});
    let header = encode(br#"{"alg":"EdDSA","kid":"k","typ":"at+jwt"}"#);
    let signed = format!("{header}.{}", encode(claims.to_string().as_bytes()));
    let token = format!("{signed}.{}", encode(pair.sign(signed.as_bytes()).as_ref()));

    let jwks = Jwks::builder(StaticJwks::new(json!({"keys": [key]}).to_string()));
    let jwks = jwks.build().unwrap_or_else(|error| panic!("{error}"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let loaded = runtime.unwrap_or_else(|error| panic!("{error}")).block_on(jwks.load());
    loaded.unwrap_or_else(|error| panic!("{error}"));
    let builder = JwtVerifier::with_jwks(jwks)
        .issuer("i")
        .audience("a")
        .cache_capacity(capacity);
    (builder.build().unwrap_or_else(|error| panic!("{error}")), token)
}

/// Ed25519, nothing remembered.
#[divan::bench]
fn public_key_without_cache(bencher: Bencher<'_, '_>) {
    let (verifier, token) = public(0);
    verify_token(bencher, &verifier, &token);
}

/// The same, verified before.
#[divan::bench]
fn public_key_with_cache(bencher: Bencher<'_, '_>) {
    let (verifier, token) = public(10_000);
    verify_token(bencher, &verifier, &token);
}

/// A token with a wrong signature, which is what a flood brings.
#[divan::bench]
fn forged(bencher: Bencher<'_, '_>) {
    let (verifier, now) = (verifier(10_000), now());
    let mut token = token();
    token.truncate(token.len() - 43);
    token.push_str(&"A".repeat(43));
    bencher.bench(|| match verifier.verify(black_box(&token), now) {
        Verification::Done(Err(error)) => error,
        _ => panic!("it is forged"),
    });
}

/// Claims like those that guard reads.
#[derive(Deserialize)]
#[expect(dead_code, reason = "they are read and dropped")]
struct Claims {
    sub: String,
    exp: u64,
    iat: Option<u64>,
    email: Option<String>,
    tenant_ids: Vec<String>,
    default_tenant_id: Option<String>,
    role_map: HashMap<String, String>,
}

/// jsonwebtoken, with as many of guard's checks as it has.
#[divan::bench]
fn jsonwebtoken(bencher: Bencher<'_, '_>) {
    let (token, key) = (token(), DecodingKey::from_secret(SECRET.as_bytes()));
    let mut validation = Validation::new(Algorithm::HS256);
    validation.validate_nbf = true;
    bencher.bench(|| match decode::<Claims>(black_box(&token), &key, &validation) {
        Ok(claims) => claims,
        Err(error) => panic!("{error}"),
    });
}
