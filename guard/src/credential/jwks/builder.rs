//! Settings of a key store.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use super::store::Settings;
use super::{Jwks, JwksSource};
use crate::clock::{Clock, SystemClock};

/// Why the settings make no key store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum JwksBuildError {
    /// Keys would end before they are due to be fetched anew.
    #[error("the largest age of keys is not above their refresh age")]
    Ages,
    /// A cooldown of less than a second, which a flood of unknown keys would turn against the issuer.
    #[error("the cooldown between two fetches is below a second")]
    Cooldown,
    /// A timeout or a size of nothing.
    #[error("the timeout or the largest size of a document is zero")]
    Limit,
}

/// Builds a [`Jwks`].
#[must_use]
pub struct JwksBuilder {
    source: Box<dyn JwksSource>,
    clock: Arc<dyn Clock>,
    settings: Settings,
}

impl Jwks {
    /// Keys from this source.
    pub fn builder(source: impl JwksSource) -> JwksBuilder {
        JwksBuilder {
            source: Box::new(source),
            clock: Arc::new(SystemClock),
            settings: Settings {
                refresh_after: Duration::from_secs(10 * 60),
                max_age: Duration::from_secs(4 * 60 * 60),
                cooldown: Duration::from_secs(10),
                timeout: Duration::from_secs(5),
                max_bytes: 256 * 1024,
            },
        }
    }
}

impl JwksBuilder {
    /// How old keys get before they are fetched anew: 10 minutes by default.
    pub fn refresh_after(mut self, age: Duration) -> Self {
        self.settings.refresh_after = age;
        self
    }

    /// How old keys get while fetching fails, before nobody gets in any more: 4 hours by default.
    pub fn max_age(mut self, age: Duration) -> Self {
        self.settings.max_age = age;
        self
    }

    /// The time between the end of a fetch and the start of another: 10 seconds by default, at least 1.
    pub fn cooldown(mut self, cooldown: Duration) -> Self {
        self.settings.cooldown = cooldown;
        self
    }

    /// How long a fetch may take: 5 seconds by default.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.settings.timeout = timeout;
        self
    }

    /// The largest document: 256 KiB by default.
    pub fn max_bytes(mut self, bytes: usize) -> Self {
        self.settings.max_bytes = bytes;
        self
    }

    /// Another clock. Only its monotonic half is asked.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// The key store. It fetches nothing yet.
    ///
    /// # Errors
    ///
    /// [`JwksBuildError`], by the name of what is wrong.
    pub fn build(self) -> Result<Jwks, JwksBuildError> {
        let settings = self.settings;
        if settings.max_age <= settings.refresh_after {
            return Err(JwksBuildError::Ages);
        }
        if settings.cooldown < Duration::from_secs(1) {
            return Err(JwksBuildError::Cooldown);
        }
        if settings.timeout.is_zero() || settings.max_bytes == 0 {
            return Err(JwksBuildError::Limit);
        }
        Ok(Jwks::from_parts(self.source, self.clock, settings))
    }
}

impl fmt::Debug for JwksBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("JwksBuilder")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::credential::jwks::StaticJwks;

    #[test]
    fn weak_settings_are_refused() {
        let builder = || Jwks::builder(StaticJwks::new(""));
        let second = Duration::from_secs(1);
        let refused = |builder: JwksBuilder| builder.build().unwrap_err();
        assert_eq!(
            refused(builder().max_age(second).refresh_after(second)),
            JwksBuildError::Ages
        );
        assert_eq!(refused(builder().cooldown(Duration::ZERO)), JwksBuildError::Cooldown);
        assert_eq!(refused(builder().timeout(Duration::ZERO)), JwksBuildError::Limit);
        assert_eq!(refused(builder().max_bytes(0)), JwksBuildError::Limit);
        assert!(builder().build().is_ok());
    }
}
