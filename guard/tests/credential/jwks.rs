//! A key store under load, in rotation and without its issuer.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use guard::credential::jwks::{Fetch, FileJwks, Jwks, JwksError, JwksSource, StaticJwks};
use guard::credential::jwt::{JwtBuildError, JwtVerifier, Refusal};
use guard::credential::{Verification, VerifyToken as _};
use serde_json::json;

use crate::support::*;

fn now() -> Duration {
    Duration::from_secs(NOW)
}

#[test]
fn a_jwks_needs_an_issuer_and_an_audience() {
    let builder = || JwtVerifier::with_jwks(Jwks::builder(StaticJwks::new("")).build().unwrap());
    assert_eq!(builder().build().unwrap_err(), JwtBuildError::IssuerMissing);
    assert_eq!(
        builder().issuer("i").build().unwrap_err(),
        JwtBuildError::AudienceMissing
    );
    assert_eq!(
        builder().audience("a").build().unwrap_err(),
        JwtBuildError::IssuerMissing
    );
    assert!(builder().issuer("i").dangerously_accept_any_audience().build().is_ok());
    assert!(builder().audience("a").dangerously_accept_any_issuer().build().is_ok());
}

#[tokio::test]
async fn the_first_token_waits_for_keys_and_the_second_does_not() {
    let source = TestSource::new(document(&[ED.jwk("k"), P256.jwk("p"), RSA.jwk("r")]));
    let (_, verifier) = keyed(&source, &TestClock::new());
    assert!(verify_later(&verifier, &ED.token("k")).await.is_ok());
    assert!(verify(&verifier, &P256.token("p")).is_ok());
    assert!(verify(&verifier, &RSA.token("r")).is_ok());
    assert_eq!(source.fetches(), 1);
}

#[tokio::test]
async fn d33_without_a_usable_key_nobody_gets_in() {
    let clock = TestClock::new();
    for broken in [
        "{}",
        "",
        "{\"keys\":[]}",
        &document(&[json!({"kty": "oct", "k": "AA"})]),
    ] {
        let source = TestSource::new(broken.to_owned());
        let (jwks, verifier) = keyed(&source, &clock);
        assert_unavailable(verify_later(&verifier, &ED.token("k")).await);
        // Within the cooldown nothing is fetched and nothing is awaited.
        assert_unavailable(verify(&verifier, &ED.token("k")));
        assert!(jwks.load().await.is_err());
        assert_eq!(source.fetches(), 1);
        source.answer(document(&[ED.jwk("k")]));
        clock.advance(10);
        assert!(verify_later(&verifier, &ED.token("k")).await.is_ok());
        assert_eq!(source.fetches(), 2);
    }
}

#[tokio::test]
async fn d33_a_flood_of_unknown_kids_costs_one_fetch_per_cooldown() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("k")])), TestClock::new());
    let (jwks, verifier) = keyed(&source, &clock);
    jwks.load().await.unwrap();
    for round in 1..=3 {
        clock.advance(10);
        source.open(false);
        let waiting: Vec<_> = (0..100)
            .map(|n| {
                let verifier = verifier.clone();
                tokio::spawn(async move { verify_later(&verifier, &ED.token(&format!("random-{n}"))).await })
            })
            .collect();
        until(|| source.fetches() == 1 + round).await;
        // The keys that are known go on meanwhile.
        assert!(verify(&verifier, &ED.token("k")).is_ok());
        source.open(true);
        for waiting in waiting {
            assert_eq!(refusal(waiting.await.unwrap()), Refusal::KeyUnknown);
        }
        for n in 0..100 {
            let random = ED.token(&format!("later-{n}"));
            assert_eq!(refusal(verify(&verifier, &random)), Refusal::KeyUnknown, "at once");
        }
        assert_eq!(source.fetches(), 1 + round);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d33_parallel_first_tokens_share_one_fetch() {
    let source = TestSource::new(document(&[ED.jwk("k")]));
    source.open(false);
    let (_, verifier) = keyed(&source, &TestClock::new());
    let tasks: Vec<_> = (0..100)
        .map(|_| {
            let verifier = verifier.clone();
            tokio::spawn(async move { verify_later(&verifier, &ED.token("k")).await })
        })
        .collect();
    until(|| source.fetches() > 0).await;
    source.open(true);
    for task in tasks {
        assert!(task.await.unwrap().is_ok());
    }
    assert_eq!(source.fetches(), 1);
}

#[tokio::test]
async fn d33_tokens_that_no_key_could_sign_fetch_nothing() {
    let source = TestSource::new(document(&[ED.jwk("k")]));
    let (_, verifier) = keyed(&source, &TestClock::new());
    for header in [
        r#"{"alg":"HS256","kid":"x"}"#,
        r#"{"alg":"none","kid":"x"}"#,
        r#"{"alg":"EdDSA","jku":"x"}"#,
        "{}",
    ] {
        assert!(verify(&verifier, &ED.sign(header, &named_claims(json!({})))).is_err());
    }
    assert_eq!(source.fetches(), 0);
}

#[tokio::test]
async fn d33_rotation_refuses_nobody() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("old")])), TestClock::new());
    let (_, verifier) = keyed(&source, &clock);
    let fresh = Pair::ed25519();
    assert!(verify_later(&verifier, &ED.token("old")).await.is_ok());
    clock.advance(10);
    // Both keys are published; the first token of the new one waits for the fetch.
    source.answer(document(&[ED.jwk("old"), fresh.jwk("new")]));
    assert!(verify_later(&verifier, &fresh.token("new")).await.is_ok());
    assert!(verify(&verifier, &ED.token("old")).is_ok());
    assert_eq!(source.fetches(), 2);
}

#[tokio::test]
async fn d33_a_key_that_is_gone_is_gone_from_the_cache_too() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("old")])), TestClock::new());
    let (_, verifier) = keyed(&source, &clock);
    let fresh = Pair::ed25519();
    let old = ED.token("old");
    assert!(verify_later(&verifier, &old).await.is_ok());
    assert!(verify(&verifier, &old).is_ok(), "from the cache");
    source.answer(document(&[fresh.jwk("new")]));
    clock.advance(100);
    // Due: this request still goes on, and starts the fetch that ends it.
    assert!(verify(&verifier, &old).is_ok());
    until(|| format!("{verifier:?}").contains("generation: 2")).await;
    assert_eq!(refusal(verify(&verifier, &old)), Refusal::KeyUnknown);
    assert!(verify(&verifier, &fresh.token("new")).is_ok());
    assert_eq!(source.fetches(), 2);
}

/// The same `kid` with other bytes: the old key's tokens end with it.
#[tokio::test]
async fn d33_a_key_that_is_replaced_under_its_kid() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("k")])), TestClock::new());
    let (_, verifier) = keyed(&source, &clock);
    let old = ED.token("k");
    assert!(verify_later(&verifier, &old).await.is_ok());
    let other = Pair::ed25519();
    source.answer(document(&[other.jwk("k")]));
    clock.advance(100);
    assert!(verify(&verifier, &old).is_ok());
    until(|| format!("{verifier:?}").contains("generation: 2")).await;
    assert_eq!(refusal(verify(&verifier, &old)), Refusal::Signature);
    assert!(verify(&verifier, &other.token("k")).is_ok());
}

/// Keys that did not change leave the cache alone.
#[tokio::test]
async fn a_refresh_without_news_keeps_what_was_verified() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("k")])), TestClock::new());
    let (_, verifier) = keyed(&source, &clock);
    let token = ED.token("k");
    let first = verify_later(&verifier, &token).await.unwrap();
    clock.advance(100);
    assert!(verify(&verifier, &token).is_ok());
    until(|| source.fetches() == 2).await;
    tokio::task::yield_now().await;
    assert!(Arc::ptr_eq(&first, &verify(&verifier, &token).unwrap()));
}

#[tokio::test]
async fn d33_stale_keys_serve_through_an_outage_and_end_hard() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("k")])), TestClock::new());
    let (_, verifier) = keyed(&source, &clock);
    let (cached, token) = (ED.token("k"), || ED.token("k"));
    assert!(verify_later(&verifier, &cached).await.is_ok());
    source.fail("the issuer is down");
    for fetch in 2..=10 {
        clock.advance(100);
        assert!(verify(&verifier, &cached).is_ok() && verify(&verifier, &token()).is_ok());
        until(|| source.fetches() == fetch).await;
        tokio::task::yield_now().await;
    }
    clock.advance(99);
    assert!(verify(&verifier, &cached).is_ok(), "the last second");
    until(|| source.fetches() == 11).await;
    tokio::task::yield_now().await;
    clock.advance(1);
    assert_unavailable(verify(&verifier, &cached));
    assert_unavailable(verify(&verifier, &token()));
    clock.advance(10);
    assert_unavailable(verify_later(&verifier, &cached).await);
    source.answer(document(&[ED.jwk("k")]));
    clock.advance(10);
    assert!(verify_later(&verifier, &cached).await.is_ok());
}

/// A document that turns bad is no news: the keys before it stay.
#[tokio::test]
async fn d33_a_bad_document_does_not_replace_good_keys() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("k")])), TestClock::new());
    let (_, verifier) = keyed(&source, &clock);
    assert!(verify_later(&verifier, &ED.token("k")).await.is_ok());
    let shared = document(&[P256.jwk("k"), RSA.jwk("k")]);
    for bad in ["{}", "{\"keys\":[]}", "<html>", &shared, &" ".repeat(256 * 1024 + 1)] {
        source.answer(bad.to_owned());
        clock.advance(10);
        assert_eq!(
            refusal(verify_later(&verifier, &ED.token("unknown")).await),
            Refusal::KeyUnknown
        );
        assert!(verify(&verifier, &ED.token("k")).is_ok());
    }
    assert_eq!(source.fetches(), 6);
}

#[tokio::test]
async fn a_request_that_goes_away_does_not_end_the_fetch() {
    let source = TestSource::new(document(&[ED.jwk("k")]));
    source.open(false);
    let (_, verifier) = keyed(&source, &TestClock::new());
    let token = ED.token("k");
    let Verification::Later(mut later) = verifier.verify(&token, now()) else {
        panic!("keys at once");
    };
    let polled =
        std::future::poll_fn(|context| std::task::Poll::Ready(later.as_mut().poll(context).is_pending())).await;
    assert!(polled);
    drop(later);
    drop(verifier.verify(&token, now()));
    source.open(true);
    until(|| matches!(verifier.verify(&token, now()), Verification::Done(Ok(_)))).await;
    assert_eq!(source.fetches(), 1);
}

/// Time passes while a request waits: for its token, and for the keys, which may be as old as the question.
#[tokio::test]
async fn a_wait_counts() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("k")])), TestClock::new());
    source.open(false);
    let (_, verifier) = keyed(&source, &clock);
    let later = |token: &str| match verifier.verify(token, now()) {
        Verification::Later(later) => later,
        Verification::Done(verified) => panic!("{verified:?}"),
    };
    let header = json!({"alg": "EdDSA", "kid": "k"}).to_string();
    let ends = ED.sign(&header, &named_claims(json!({"exp": NOW + 50})));
    let (short, long) = (later(&ends), later(&ED.token("k")));
    clock.advance(50);
    source.open(true);
    assert_expired(short.await);
    assert!(long.await.is_ok());
    clock.advance(49);
    assert!(verify(&verifier, &ED.token("k")).is_ok());
    tokio::task::yield_now().await;
    assert_eq!(source.fetches(), 1);
    clock.advance(1);
    assert!(verify(&verifier, &ED.token("k")).is_ok());
    until(|| source.fetches() == 2).await;
}

/// A fetch that never ends costs its timeout, once per cooldown.
#[tokio::test(start_paused = true)]
async fn a_fetch_that_hangs_times_out() {
    struct Hang;
    impl JwksSource for Hang {
        fn fetch(&self, _limit: usize) -> Fetch {
            Box::pin(std::future::pending())
        }
    }
    let jwks = Jwks::builder(Hang).build().unwrap();
    assert!(matches!(jwks.load().await, Err(JwksError::Timeout)));
}

/// A source that panics is a failed fetch, and the next one runs.
#[tokio::test]
async fn a_source_that_panics_wedges_nothing() {
    struct Once(std::sync::atomic::AtomicBool, Bytes);
    impl JwksSource for Once {
        fn fetch(&self, _limit: usize) -> Fetch {
            let first = !self.0.swap(true, std::sync::atomic::Ordering::SeqCst);
            let document = self.1.clone();
            Box::pin(async move {
                assert!(!first, "the first fetch");
                Ok(document)
            })
        }
    }
    let clock = TestClock::new();
    let source = Once(false.into(), document(&[ED.jwk("k")]).into());
    let jwks = Jwks::builder(source).clock(clock.clone()).build().unwrap();
    assert!(matches!(jwks.load().await, Err(JwksError::Interrupted)));
    clock.advance(10);
    assert!(jwks.load().await.is_ok());
}

#[test]
fn outside_a_runtime_nobody_gets_in_and_nothing_panics() {
    let source = TestSource::new(document(&[ED.jwk("k")]));
    let (_, verifier) = keyed(&source, &TestClock::new());
    assert_unavailable(verify(&verifier, &ED.token("k")));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap();
    assert!(runtime.block_on(verify_later(&verifier, &ED.token("k"))).is_ok());
}

/// A runtime that ends in the middle of a fetch.
#[test]
fn a_runtime_that_ends_wedges_nothing() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("k")])), TestClock::new());
    source.open(false);
    let (_, verifier) = keyed(&source, &clock);
    let runtime = || {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap()
    };
    let token = ED.token("k");
    for round in 0..3 {
        let first = runtime();
        first.block_on(async {
            assert!(matches!(verifier.verify(&token, now()), Verification::Later(_)));
            // Once before it ever ran, then halfway.
            if round > 0 {
                until(|| source.fetches() == round).await;
            }
        });
        drop(first);
        clock.advance(20);
    }
    source.open(true);
    let result = runtime().block_on(async {
        if let Verification::Later(later) = verifier.verify(&token, now()) {
            let _ = later.await;
        }
        clock.advance(20);
        verify_later(&verifier, &token).await
    });
    assert!(result.is_ok(), "{result:?}");
}

/// Keys come and go while tokens of the key that stays are verified on every thread.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn d33_rotation_race() {
    let (source, clock) = (TestSource::new(document(&[ED.jwk("stays")])), TestClock::new());
    let (jwks, verifier) = keyed(&source, &clock);
    jwks.load().await.unwrap();
    let token: Arc<str> = ED.token("stays").into();
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (verifier, token) = (verifier.clone(), Arc::clone(&token));
            tokio::spawn(async move {
                for _ in 0..5_000 {
                    verify_later(&verifier, &token).await.unwrap();
                    tokio::task::yield_now().await;
                }
            })
        })
        .collect();
    for round in 0..50 {
        let pair = Pair::ed25519();
        let id = format!("round-{round}");
        source.answer(document(&[pair.jwk(&id), ED.jwk("stays")]));
        clock.advance(10);
        verify_later(&verifier, &pair.token(&id)).await.unwrap();
    }
    for worker in workers {
        worker.await.unwrap();
    }
}

#[tokio::test]
async fn a_token_without_kid_needs_a_lone_key() {
    let header = json!({"alg": "EdDSA"}).to_string();
    let nameless = ED.sign(&header, &named_claims(json!({})));
    let (jwks, lone) = keyed(&TestSource::new(document(&[ED.jwk("k")])), &TestClock::new());
    jwks.load().await.unwrap();
    assert!(verify(&lone, &nameless).is_ok());
    let source = TestSource::new(document(&[ED.jwk("k"), P256.jwk("p")]));
    let clock = TestClock::new();
    let (jwks, several) = keyed(&source, &clock);
    jwks.load().await.unwrap();
    clock.advance(10);
    assert_eq!(refusal(verify(&several, &nameless)), Refusal::KeyIdMissing);
    assert_eq!(source.fetches(), 1);
}

#[tokio::test]
async fn files_are_read_anew_and_bounded() {
    let path = std::env::temp_dir().join(format!("guard-jwks-{}.json", std::process::id()));
    let clock = TestClock::new();
    let jwks = Jwks::builder(FileJwks::new(&path))
        .clock(clock.clone())
        .max_bytes(1000)
        .build()
        .unwrap();
    assert!(matches!(jwks.load().await, Err(JwksError::Fetch(_))));
    std::fs::write(&path, " ".repeat(1001)).unwrap();
    clock.advance(10);
    assert!(matches!(jwks.load().await, Err(JwksError::TooLarge)));
    std::fs::write(&path, document(&[ED.jwk("k")])).unwrap();
    clock.advance(10);
    assert!(jwks.load().await.is_ok());
    std::fs::remove_file(&path).unwrap();
    assert!(
        Jwks::builder(StaticJwks::new(document(&[ED.jwk("k")])))
            .build()
            .unwrap()
            .load()
            .await
            .is_ok()
    );
}
