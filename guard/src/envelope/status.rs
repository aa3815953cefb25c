//! Statuses of errors.

use std::fmt;

use http::StatusCode;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An HTTP status from 400 to 599.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorStatus(StatusCode);

/// A status outside 400 to 599.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{0} is not the status of an error: 400 to 599")]
pub struct ErrorStatusError(u16);

impl ErrorStatus {
    /// For the tables of this crate: a wrong status does not compile.
    pub(crate) const fn literal(status: StatusCode) -> Self {
        assert!(is_error(status.as_u16()), "not the status of an error");
        Self(status)
    }

    /// The number.
    pub fn as_u16(self) -> u16 {
        self.0.as_u16()
    }
}

const fn is_error(status: u16) -> bool {
    matches!(status, 400..=599)
}

impl TryFrom<StatusCode> for ErrorStatus {
    type Error = ErrorStatusError;

    fn try_from(status: StatusCode) -> Result<Self, Self::Error> {
        if is_error(status.as_u16()) {
            Ok(Self(status))
        } else {
            Err(ErrorStatusError(status.as_u16()))
        }
    }
}

impl TryFrom<u16> for ErrorStatus {
    type Error = ErrorStatusError;

    fn try_from(status: u16) -> Result<Self, Self::Error> {
        StatusCode::from_u16(status)
            .map_err(|_| ErrorStatusError(status))?
            .try_into()
    }
}

impl From<ErrorStatus> for StatusCode {
    fn from(status: ErrorStatus) -> Self {
        status.0
    }
}

impl fmt::Display for ErrorStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.as_u16())
    }
}

impl Serialize for ErrorStatus {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.as_u16())
    }
}

impl<'de> Deserialize<'de> for ErrorStatus {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u16::deserialize(deserializer)?.try_into().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_errors() {
        for status in 0..=1000 {
            assert_eq!(
                ErrorStatus::try_from(status).is_ok(),
                (400..=599).contains(&status),
                "{status}"
            );
        }
    }
}
