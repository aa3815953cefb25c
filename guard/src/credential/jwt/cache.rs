//! Tokens that were verified before.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, Hash, Hasher, RandomState};
use std::sync::Arc;

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{Equivalent, UnitWeighter};

use super::policy::Window;
use crate::credential::Identity;

/// How much of a token's end is hashed: most of a signature, and no attacker chooses those of tokens that verify.
const HASHED_BYTES: usize = 64;

/// Verified tokens, bounded by count.
///
/// quick_cache, because a hit is one shared lock, one probe and one count, and a flood of one-time tokens does not push
/// out those in use (Clock-PRO). moka's hit records itself in a channel and pays for expiry and listeners that are not
/// needed here; an LRU behind a mutex writes on each hit.
///
/// A hit needs the whole token, byte for byte. An entry holds no longer than its token and the keys it was verified with:
/// both are judged at each hit, by the caller's clock and generation.
pub(super) struct TokenCache {
    entries: Option<Cache<Token, Entry, UnitWeighter, BuildHasherDefault<Ready>>>,
    hasher: RandomState,
}

/// A verified token's identity, and until when it holds.
#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) identity: Arc<Identity>,
    pub(super) window: Window,
    /// Of the keys that were current when the token was verified.
    pub(super) generation: u64,
}

/// What the cache knows of a token.
#[derive(Debug)]
pub(super) enum Hit {
    Verified(Arc<Identity>),
    Expired,
}

impl TokenCache {
    /// With room for so many tokens; 0 switches it off.
    pub(super) fn new(capacity: usize) -> Self {
        let entries = (capacity > 0).then(|| {
            let (hasher, lifecycle) = (BuildHasherDefault::default(), DefaultLifecycle::default());
            Cache::with(capacity, capacity as u64, UnitWeighter, hasher, lifecycle)
        });
        Self {
            entries,
            hasher: RandomState::new(),
        }
    }

    pub(super) fn get(&self, token: &str, generation: u64, now: u64) -> Option<Hit> {
        let entries = self.entries.as_ref()?;
        let probe = Probe {
            hash: self.hash(token),
            token,
        };
        let entry = entries.get(&probe)?;
        if now >= entry.window.until {
            entries.remove(&probe);
            // Said only where the signature would still be believed.
            return (entry.generation == generation).then_some(Hit::Expired);
        }
        // A clock that went back is judged anew.
        let holds = entry.generation == generation && now >= entry.window.from;
        if !holds {
            entries.remove(&probe);
        }
        holds.then_some(Hit::Verified(entry.identity))
    }

    pub(super) fn insert(&self, token: &str, entry: Entry) {
        if let Some(entries) = &self.entries {
            let key = Token {
                hash: self.hash(token),
                token: token.into(),
            };
            entries.insert(key, entry);
        }
    }

    pub(super) fn clear(&self) {
        if let Some(entries) = &self.entries {
            entries.clear();
        }
    }

    /// SipHash with keys of this cache, which nobody outside can predict.
    fn hash(&self, token: &str) -> u64 {
        let bytes = token.as_bytes();
        let mut hasher = self.hasher.build_hasher();
        hasher.write(&bytes[bytes.len().saturating_sub(HASHED_BYTES)..]);
        hasher.finish()
    }
}

impl fmt::Debug for TokenCache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = self.entries.as_ref().map_or(0, Cache::len);
        f.debug_struct("TokenCache")
            .field("len", &length)
            .finish_non_exhaustive()
    }
}

/// A token as a key, with its hash.
struct Token {
    hash: u64,
    token: Box<str>,
}

/// A token that is looked for.
struct Probe<'a> {
    hash: u64,
    token: &'a str,
}

impl Equivalent<Token> for Probe<'_> {
    /// The hashes first: bytes are compared only with a token whose end the asker knows already, so that the time of the
    /// comparison tells nobody a signature.
    fn equivalent(&self, key: &Token) -> bool {
        self.hash == key.hash && *self.token == *key.token
    }
}

impl PartialEq for Token {
    fn eq(&self, other: &Self) -> bool {
        self.hash == other.hash && self.token == other.token
    }
}

impl Eq for Token {}

impl Hash for Token {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.hash);
    }
}

impl Hash for Probe<'_> {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        hasher.write_u64(self.hash);
    }
}

/// Passes a hash on that is made already.
#[derive(Default)]
struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write_u64(&mut self, hash: u64) {
        self.0 = hash;
    }

    fn write(&mut self, bytes: &[u8]) {
        // Never called for the keys above; folding keeps it a hash all the same.
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::OpaqueId;

    fn entry(from: u64, until: u64, generation: u64) -> Entry {
        Entry {
            identity: Arc::new(Identity::builder(OpaqueId::parse("u").unwrap()).build().unwrap()),
            window: Window { from, until },
            generation,
        }
    }

    #[test]
    fn a_hit_needs_the_same_bytes_keys_and_time() {
        let cache = TokenCache::new(100);
        let fill = || cache.insert("head.body.tail", entry(10, 20, 1));
        let verified =
            |token: &str, generation, now| matches!(cache.get(token, generation, now), Some(Hit::Verified(_)));
        fill();
        assert!(verified("head.body.tail", 1, 10));
        assert!(verified("head.body.tail", 1, 19));
        assert!(!verified("head.body.tai", 1, 19));
        assert!(!verified("head.body.tail ", 1, 19));
        assert!(!verified("tail", 1, 19));
        assert!(matches!(cache.get("head.body.tail", 1, 20), Some(Hit::Expired)));
        assert!(cache.get("head.body.tail", 1, 19).is_none(), "an expired entry is gone");
        fill();
        assert!(!verified("head.body.tail", 1, 9));
        assert!(!verified("head.body.tail", 1, 19), "so is one of before its time");
        fill();
        assert!(
            cache.get("head.body.tail", 2, 20).is_none(),
            "other keys do not even call it expired"
        );
        fill();
        assert!(!verified("head.body.tail", 2, 19));
        assert!(!verified("head.body.tail", 1, 19), "and one of other keys");
        fill();
        cache.clear();
        assert!(!verified("head.body.tail", 1, 19));
    }

    #[test]
    fn the_same_end_is_another_token() {
        let end = "e".repeat(HASHED_BYTES);
        let cache = TokenCache::new(100);
        cache.insert(&format!("a{end}"), entry(0, 20, 1));
        assert!(cache.get(&format!("b{end}"), 1, 0).is_none());
        assert!(cache.get(&end, 1, 0).is_none());
        assert!(cache.get(&format!("a{end}"), 1, 0).is_some());
    }

    #[test]
    fn its_size_is_bounded() {
        let cache = TokenCache::new(64);
        for n in 0..10_000 {
            cache.insert(&format!("token {n}"), entry(0, 20, 1));
        }
        assert!(cache.entries.as_ref().unwrap().len() <= 64);
        let off = TokenCache::new(0);
        off.insert("t", entry(0, 20, 1));
        assert!(off.get("t", 1, 0).is_none());
    }
}
