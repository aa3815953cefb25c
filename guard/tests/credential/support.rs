//! Clocks, keys and tokens for the tests.

use std::error::Error as _;
use std::future::poll_fn;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock, Mutex};
use std::task::Poll;
use std::time::Duration;

use aws_lc_rs::encoding::AsBigEndian as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::KeySize;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair as _, RSA_PKCS1_SHA256, RsaKeyPair,
};
use aws_lc_rs::{encoding::EcPublicKeyUncompressedBin, hmac};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use guard::clock::Clock;
use guard::credential::jwks::{Fetch, Jwks, JwksSource};
use guard::credential::jwt::{JwtVerifier, JwtVerifierBuilder, Refusal, SharedSecret};
use guard::credential::{Cause, TokenError, Verification, Verified, VerifyToken};
use serde_json::{Value, json};

/// 2027-01-15T08:00:00Z: the time of every test that does not say otherwise.
pub(crate) const NOW: u64 = 1_800_000_000;

pub(crate) const SECRET: &[u8] = b"test secret of the guard, 32 bytes or more";

pub(crate) const HS256: &str = r#"{"alg":"HS256","typ":"JWT"}"#;

/// A clock that tests move. Both halves stand still otherwise.
#[derive(Debug)]
pub(crate) struct TestClock {
    wall: AtomicU64,
    monotonic: AtomicU64,
}

impl TestClock {
    pub(crate) fn new() -> Arc<Self> {
        Arc::new(Self {
            wall: AtomicU64::new(NOW),
            monotonic: AtomicU64::new(0),
        })
    }

    /// Moves the monotonic clock alone.
    pub(crate) fn advance(&self, seconds: u64) {
        self.monotonic.fetch_add(seconds, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn wall(&self) -> Option<Duration> {
        Some(Duration::from_secs(self.wall.load(Ordering::SeqCst)))
    }

    fn monotonic(&self) -> Duration {
        Duration::from_secs(self.monotonic.load(Ordering::SeqCst))
    }
}

pub(crate) fn secret() -> SharedSecret {
    SharedSecret::new(SECRET).unwrap()
}

pub(crate) fn builder() -> JwtVerifierBuilder<Vec<SharedSecret>> {
    JwtVerifier::with_shared_secrets([secret()])
}

pub(crate) fn verifier() -> JwtVerifier {
    builder().build().unwrap()
}

/// Claims that verify, with these members added or replaced.
pub(crate) fn claims(rest: Value) -> String {
    let mut claims = json!({"sub": "u_1", "exp": NOW + 600, "tenant_ids": ["t_a"], "role_map": {"t_a": "owner"}});
    for (name, value) in rest.as_object().unwrap() {
        claims[name] = value.clone();
    }
    claims.to_string()
}

pub(crate) fn b64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(crate) fn unb64(text: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text).unwrap()
}

/// A token with whatever header and payload, signed with HMAC-SHA-256.
pub(crate) fn mint(header: impl AsRef<[u8]>, payload: impl AsRef<[u8]>, secret: &[u8]) -> String {
    let signed = format!("{}.{}", b64(header), b64(payload));
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), signed.as_bytes());
    format!("{signed}.{}", b64(tag.as_ref()))
}

/// A good HS256 token with these claims on top.
pub(crate) fn token(rest: Value) -> String {
    mint(HS256, claims(rest), SECRET)
}

pub(crate) fn verify_at(verifier: &impl VerifyToken, token: &str, now: u64) -> Verified {
    match verifier.verify(token, Duration::from_secs(now)) {
        Verification::Done(verified) => verified,
        Verification::Later(_) => panic!("nothing to wait for"),
    }
}

pub(crate) fn verify(verifier: &impl VerifyToken, token: &str) -> Verified {
    verify_at(verifier, token, NOW)
}

/// Waits where it has to.
pub(crate) async fn verify_later(verifier: &impl VerifyToken, token: &str) -> Verified {
    match verifier.verify(token, Duration::from_secs(NOW)) {
        Verification::Done(verified) => verified,
        Verification::Later(later) => later.await,
    }
}

/// Why the token was refused; panics for any other outcome.
#[track_caller]
pub(crate) fn refusal(verified: Verified) -> Refusal {
    let Err(error @ TokenError::Invalid(_)) = verified else {
        panic!("no refusal: {verified:?}");
    };
    let cause = error.source().unwrap().downcast_ref::<Cause>().unwrap();
    *cause.downcast_ref::<Refusal>().unwrap()
}

#[track_caller]
pub(crate) fn assert_expired(verified: Verified) {
    assert!(matches!(verified, Err(TokenError::Expired)), "{verified:?}");
}

#[track_caller]
pub(crate) fn assert_unavailable(verified: Verified) {
    assert!(matches!(verified, Err(TokenError::Unavailable(_))), "{verified:?}");
}

/// A key pair of one of the three asymmetric algorithms.
pub(crate) enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

pub(crate) static RSA: LazyLock<Pair> = LazyLock::new(|| Pair::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap()));
pub(crate) static P256: LazyLock<Pair> =
    LazyLock::new(|| Pair::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap()));
pub(crate) static ED: LazyLock<Pair> = LazyLock::new(Pair::ed25519);

impl Pair {
    pub(crate) fn ed25519() -> Self {
        Self::Ed25519(Ed25519KeyPair::generate().unwrap())
    }

    pub(crate) fn algorithm(&self) -> &'static str {
        match self {
            Self::Rsa(_) => "RS256",
            Self::P256(_) => "ES256",
            Self::Ed25519(_) => "EdDSA",
        }
    }

    pub(crate) fn public(&self) -> Vec<u8> {
        match self {
            Self::Rsa(pair) => pair.public_key().as_ref().to_vec(),
            Self::P256(pair) => pair.public_key().as_ref().to_vec(),
            Self::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    pub(crate) fn jwk(&self, id: &str) -> Value {
        match self {
            Self::Rsa(pair) => {
                let public = pair.public_key();
                let (n, e) = (public.modulus(), public.exponent());
                json!({
                    "kty": "RSA", "kid": id, "use": "sig", "alg": "RS256",
                    "n": b64(n.big_endian_without_leading_zero()), "e": b64(e.big_endian_without_leading_zero()),
                })
            }
            Self::P256(pair) => {
                let point: EcPublicKeyUncompressedBin<'_> = pair.public_key().as_be_bytes().unwrap();
                let point = point.as_ref();
                json!({"kty": "EC", "crv": "P-256", "kid": id, "x": b64(&point[1..33]), "y": b64(&point[33..])})
            }
            Self::Ed25519(pair) => {
                json!({"kty": "OKP", "crv": "Ed25519", "kid": id, "x": b64(pair.public_key().as_ref())})
            }
        }
    }

    pub(crate) fn sign(&self, header: &str, payload: &str) -> String {
        let signed = format!("{}.{}", b64(header), b64(payload));
        let signature = match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                let random = SystemRandom::new();
                pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
                    .unwrap();
                signature
            }
            Self::P256(pair) => pair
                .sign(&SystemRandom::new(), signed.as_bytes())
                .unwrap()
                .as_ref()
                .to_vec(),
            Self::Ed25519(pair) => pair.sign(signed.as_bytes()).as_ref().to_vec(),
        };
        format!("{signed}.{}", b64(signature))
    }

    /// A good token for `https://id.example`, for the audience `engine`.
    pub(crate) fn token(&self, id: &str) -> String {
        let header = json!({"alg": self.algorithm(), "kid": id}).to_string();
        self.sign(&header, &named_claims(json!({})))
    }
}

/// Claims with issuer and audience.
pub(crate) fn named_claims(rest: Value) -> String {
    let named: Value = serde_json::from_str(&claims(json!({"iss": "https://id.example", "aud": "engine"}))).unwrap();
    let mut named = named;
    for (name, value) in rest.as_object().unwrap() {
        named[name] = value.clone();
    }
    named.to_string()
}

pub(crate) fn document(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

/// A source that tests steer: what it answers, when, and how often it was asked.
#[derive(Clone)]
pub(crate) struct TestSource {
    shared: Arc<Steered>,
}

struct Steered {
    answer: Mutex<Result<Bytes, &'static str>>,
    open: Mutex<bool>,
    fetches: AtomicUsize,
}

impl TestSource {
    pub(crate) fn new(document: String) -> Self {
        Self {
            shared: Arc::new(Steered {
                answer: Mutex::new(Ok(document.into())),
                open: Mutex::new(true),
                fetches: AtomicUsize::new(0),
            }),
        }
    }

    pub(crate) fn answer(&self, document: String) {
        *self.shared.answer.lock().unwrap() = Ok(document.into());
    }

    pub(crate) fn fail(&self, error: &'static str) {
        *self.shared.answer.lock().unwrap() = Err(error);
    }

    /// Holds fetches back, or lets them go on.
    pub(crate) fn open(&self, open: bool) {
        *self.shared.open.lock().unwrap() = open;
    }

    pub(crate) fn fetches(&self) -> usize {
        self.shared.fetches.load(Ordering::SeqCst)
    }
}

impl JwksSource for TestSource {
    fn fetch(&self, _limit: usize) -> Fetch {
        let shared = Arc::clone(&self.shared);
        shared.fetches.fetch_add(1, Ordering::SeqCst);
        Box::pin(async move {
            poll_fn(|context| {
                if *shared.open.lock().unwrap() {
                    return Poll::Ready(());
                }
                context.waker().wake_by_ref();
                Poll::Pending
            })
            .await;
            shared.answer.lock().unwrap().clone().map_err(Into::into)
        })
    }
}

/// A key store with a refresh age of 100 s, an end at 1000 s and a cooldown of 10 s, and a verifier that uses it.
pub(crate) fn keyed(source: &TestSource, clock: &Arc<TestClock>) -> (Jwks, JwtVerifier) {
    let jwks = Jwks::builder(source.clone())
        .clock(clock.clone())
        .refresh_after(Duration::from_secs(100))
        .max_age(Duration::from_secs(1000))
        .cooldown(Duration::from_secs(10))
        .build()
        .unwrap();
    let verifier = JwtVerifier::with_jwks(jwks.clone())
        .issuer("https://id.example")
        .audience("engine")
        .clock(clock.clone())
        .build()
        .unwrap();
    (jwks, verifier)
}

/// Lets spawned tasks run until `done`.
pub(crate) async fn until(done: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if done() {
            return;
        }
        tokio::task::yield_now().await;
    }
    panic!("it never came about");
}
