//! Error codes: the table of the contract, and codes that an engine adds.
//!
//! A constant stands for every fixed code, a function for every one that has a parameter, and [`CODES`] lists them all.
#![doc = include_str!("../../docs/codes.md")]

mod table;

use std::borrow::Cow;
use std::fmt;

pub use table::*;

use crate::envelope::{ErrorStatus, Gate};

/// The longest code in bytes, and the longest parameter of one.
pub const MAX_CODE_BYTES: usize = 128;

/// A row of [`CODES`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct CodeEntry {
    /// The code, or its pattern with the parameter in angle brackets: `<domain>.cursor_invalid`.
    pub pattern: &'static str,
    /// The status, or `None` where the code keeps the status of the response that it replaces.
    pub status: Option<ErrorStatus>,
    /// The gate that says no with this code.
    pub gate: Option<Gate>,
    /// When it is answered, in words a client may read.
    pub situation: &'static str,
}

impl CodeEntry {
    /// Whether the code has a parameter.
    pub fn is_parameterised(&self) -> bool {
        self.pattern.starts_with('<')
    }

    /// Whether this row describes `code`: equal, or equal after the parameter.
    pub fn matches(&self, code: &str) -> bool {
        match self.pattern.split_once('>') {
            None => self.pattern == code,
            Some((_, suffix)) => code.strip_suffix(suffix).is_some_and(is_word),
        }
    }
}

/// An error code with its status: one row of [`CODES`] with its parameter filled in, or a code of the engine's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Code {
    text: Cow<'static, str>,
    status: ErrorStatus,
    gate: Option<Gate>,
    situation: &'static str,
}

impl Code {
    /// A code of the engine's own: `video_mask.not_found`.
    ///
    /// `situation` is the message that a client sees where an error brings none of its own.
    ///
    /// # Errors
    ///
    /// [`CodeError::Shape`] unless the code is one or two words joined by a dot, where a word is a lower-case letter
    /// followed by lower-case letters, digits and underscores. [`CodeError::Reserved`] if a row of [`CODES`] has it.
    pub fn custom(
        text: impl Into<Cow<'static, str>>,
        status: ErrorStatus,
        situation: &'static str,
    ) -> Result<Self, CodeError> {
        let text = text.into();
        if !is_code(&text) {
            return Err(CodeError::Shape);
        }
        if CODES.iter().any(|entry| entry.matches(&text)) {
            return Err(CodeError::Reserved);
        }
        Ok(Self {
            text,
            status,
            gate: None,
            situation,
        })
    }

    /// The code as it goes over the wire.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The status that goes with it.
    pub fn status(&self) -> ErrorStatus {
        self.status
    }

    /// The gate that says no with it.
    pub fn gate(&self) -> Option<Gate> {
        self.gate
    }

    /// When it is answered, in words a client may read.
    pub fn situation(&self) -> &'static str {
        self.situation
    }

    const fn fixed(text: &'static str, status: ErrorStatus, gate: Option<Gate>, situation: &'static str) -> Self {
        Self {
            text: Cow::Borrowed(text),
            status,
            gate,
            situation,
        }
    }

    fn parameterised(parameter: &str, entry: &CodeEntry, status: ErrorStatus) -> Result<Self, CodeError> {
        let (_, suffix) = entry.pattern.split_once('>').ok_or(CodeError::Shape)?;
        if !is_word(parameter) {
            return Err(CodeError::Shape);
        }
        let text = Cow::Owned(format!("{parameter}{suffix}"));
        Ok(Self {
            text,
            status,
            gate: entry.gate,
            situation: entry.situation,
        })
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a text is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// It is not one or two `snake_case` words joined by a dot, or is longer than [`MAX_CODE_BYTES`].
    #[error("not a code: one or two snake_case words joined by a dot, at most {MAX_CODE_BYTES} bytes")]
    Shape,
    /// The contract's table has it: use the constant or function of that row.
    #[error("the contract's table has this code: use its constant")]
    Reserved,
}

/// Whether `text` has the shape of a code: one or two words joined by a dot.
fn is_code(text: &str) -> bool {
    let (first, second) = match text.split_once('.') {
        Some((first, second)) => (first, Some(second)),
        None => (text, None),
    };
    text.len() <= MAX_CODE_BYTES && is_word(first) && second.is_none_or(is_word)
}

/// `^[a-z][a-z0-9_]*$`, at most [`MAX_CODE_BYTES`].
fn is_word(text: &str) -> bool {
    text.len() <= MAX_CODE_BYTES
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    #[test]
    fn custom_codes_have_a_shape_and_stay_off_the_table() {
        let status = ErrorStatus::try_from(StatusCode::NOT_FOUND).unwrap();
        assert_eq!(
            Code::custom("video_mask.not_found", status, "no such mask")
                .unwrap()
                .status(),
            status
        );
        for shapeless in ["", ".", "a.", ".a", "A.b", "a.b.c", "a b", "1a", "é", "a.b\n"] {
            assert_eq!(
                Code::custom(shapeless, status, ""),
                Err(CodeError::Shape),
                "{shapeless:?}"
            );
        }
        for reserved in [
            "auth.mode_missing",
            "budget_unavailable",
            "chat.cursor_invalid",
            "x.missing_route",
        ] {
            assert_eq!(
                Code::custom(reserved, status, ""),
                Err(CodeError::Reserved),
                "{reserved:?}"
            );
        }
    }

    #[test]
    fn parameters_are_single_words() {
        assert_eq!(cursor_invalid("chat").unwrap().as_str(), "chat.cursor_invalid");
        assert_eq!(
            missing_route("event_spine").unwrap().as_str(),
            "event_spine.missing_route"
        );
        assert_eq!(
            backend_forbidden("raw_storage").unwrap().as_str(),
            "raw_storage.backend_forbidden"
        );
        for parameter in ["", "Chat", "chat.x", "chat\n", "<domain>", &"a".repeat(129)] {
            assert_eq!(cursor_invalid(parameter), Err(CodeError::Shape), "{parameter:?}");
        }
    }

    #[test]
    fn fixed_codes_equal_their_rows() {
        for entry in CODES.iter().filter(|entry| !entry.is_parameterised()) {
            assert!(is_code(entry.pattern), "{}", entry.pattern);
        }
        assert_eq!(AUTH_MODE_MISSING.as_str(), "auth.mode_missing");
        assert_eq!(FIREARMS_LICENSE_REQUIRED.gate(), Some(Gate::Firearms));
    }
}
