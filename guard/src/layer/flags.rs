//! Feature flags.

use std::error::Error;

use crate::context::Mode;

/// Says whether a feature is on. It is asked once for every flag and mode, when the engine starts: a change needs a restart,
/// which leaves a trace.
pub trait FlagProvider {
    /// Whether the flag is on in this mode.
    ///
    /// # Errors
    ///
    /// Whatever keeps the provider from knowing. The flag is then off, in every mode.
    fn is_on(&self, flag: &str, mode: Mode) -> Result<bool, Box<dyn Error + Send + Sync>>;
}

impl<F> FlagProvider for F
where
    F: Fn(&str, Mode) -> Result<bool, Box<dyn Error + Send + Sync>>,
{
    fn is_on(&self, flag: &str, mode: Mode) -> Result<bool, Box<dyn Error + Send + Sync>> {
        self(flag, mode)
    }
}
