//! Text that a client may see.

use std::borrow::Cow;

/// Text that a client may see.
///
/// A literal converts by itself. Text made at run time goes through [`PublicText::reviewed`], so that an exception's own
/// text cannot slip into a response:
///
/// ```compile_fail,E0277
/// # use guard::{code, envelope::ErrorEnvelope};
/// let failure = std::io::Error::other("password of db-7 refused");
/// ErrorEnvelope::builder(code::INTERNAL_ERROR).message(failure.to_string());
/// ```
///
/// ```
/// # use guard::{code, envelope::ErrorEnvelope};
/// ErrorEnvelope::builder(code::INTERNAL_ERROR).message("try again later");
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicText(Cow<'static, str>);

impl PublicText {
    /// Vouches that text made at run time says nothing about the inside.
    pub fn reviewed(text: String) -> Self {
        Self(Cow::Owned(text))
    }

    pub(super) fn into_inner(self) -> Cow<'static, str> {
        self.0
    }
}

impl From<&'static str> for PublicText {
    fn from(text: &'static str) -> Self {
        Self(Cow::Borrowed(text))
    }
}
