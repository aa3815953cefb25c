//! Money: whole numbers of millionths, never a float.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// An amount in millionths of a currency's unit: 1.25 EUR is 1,250,000.
///
/// It is never negative and never above [`Cost::MAX`], so adding two that were kept cannot wrap. As text and in JSON it is a
/// decimal with six places at most, `"1.25"`: a JSON number would be read as a float.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cost(i64);

/// Millionths in a unit.
const UNIT: i64 = 1_000_000;
const PLACES: usize = 6;

/// Why a number or text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CostError {
    /// It is negative or above [`Cost::MAX`].
    #[error("an amount is from 0 to {} units", Cost::MAX)]
    Range,
    /// The text is no plain decimal.
    #[error("an amount is digits, and a point with one to six digits if there are parts: 12, 0.000250")]
    Shape,
}

impl Cost {
    /// Nothing.
    pub const ZERO: Self = Self(0);
    /// The largest amount: a thousand million units.
    pub const MAX: Self = Self(1_000_000_000 * UNIT);

    /// An amount of millionths.
    ///
    /// # Errors
    ///
    /// [`CostError::Range`].
    pub fn from_micros(micros: i64) -> Result<Self, CostError> {
        if (0..=Self::MAX.0).contains(&micros) {
            Ok(Self(micros))
        } else {
            Err(CostError::Range)
        }
    }

    /// An amount that a macro has checked. Any other does not compile where this is evaluated at compile time.
    pub(crate) const fn literal(micros: i64) -> Self {
        assert!(micros >= 0 && micros <= Self::MAX.0, "an amount out of range");
        Self(micros)
    }

    /// The millionths.
    pub fn micros(self) -> i64 {
        self.0
    }

    /// What is left of this after taking `other` away; nothing where that is more.
    #[must_use]
    pub fn less(self, other: Self) -> Self {
        Self((self.0 - other.0).max(0))
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (units, parts) = (self.0 / UNIT, self.0 % UNIT);
        if parts == 0 {
            return write!(f, "{units}");
        }
        let parts = format!("{parts:06}");
        write!(f, "{units}.{}", parts.trim_end_matches('0'))
    }
}

impl FromStr for Cost {
    type Err = CostError;

    fn from_str(text: &str) -> Result<Self, CostError> {
        let is_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        let (units, parts) = text.split_once('.').unwrap_or((text, "0"));
        if !is_digits(units) || !is_digits(parts) || parts.len() > PLACES {
            return Err(CostError::Shape);
        }
        let units: i64 = units.parse().map_err(|_| CostError::Range)?;
        let parts: i64 = format!("{parts:0<PLACES$}").parse().map_err(|_| CostError::Shape)?;
        let micros = units.checked_mul(UNIT).and_then(|units| units.checked_add(parts));
        Self::from_micros(micros.ok_or(CostError::Range)?)
    }
}

impl Serialize for Cost {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Cost {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

/// A currency: three capital letters, as ISO 4217 writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency([u8; 3]);

/// A text that is no currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a currency is three capital letters: EUR")]
pub struct CurrencyError;

impl Currency {
    /// A currency that a macro has checked.
    pub(crate) const fn literal(letters: [u8; 3]) -> Self {
        let [first, second, third] = letters;
        assert!(
            first.is_ascii_uppercase() && second.is_ascii_uppercase() && third.is_ascii_uppercase(),
            "a currency is three capital letters"
        );
        Self(letters)
    }

    /// The three letters.
    pub fn as_str(&self) -> &str {
        str::from_utf8(&self.0).unwrap_or_default()
    }
}

impl FromStr for Currency {
    type Err = CurrencyError;

    fn from_str(text: &str) -> Result<Self, CurrencyError> {
        let letters: [u8; 3] = text.as_bytes().try_into().map_err(|_| CurrencyError)?;
        if !letters.iter().all(u8::is_ascii_uppercase) {
            return Err(CurrencyError);
        }
        Ok(Self(letters))
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_text_is_exact(micros in 0..=Cost::MAX.0) {
            let cost = Cost(micros);
            prop_assert_eq!(cost.to_string().parse(), Ok(cost));
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        assert_eq!("0.00025".parse(), Ok(Cost(250)));
        assert_eq!("1000000000".parse(), Ok(Cost::MAX));
        for (text, error) in [
            ("", CostError::Shape),
            (".5", CostError::Shape),
            ("1.", CostError::Shape),
            ("-1", CostError::Shape),
            ("+1", CostError::Shape),
            ("1e3", CostError::Shape),
            ("NaN", CostError::Shape),
            ("1.0000001", CostError::Shape),
            ("1,5", CostError::Shape),
            ("1000000000.000001", CostError::Range),
            ("99999999999999999999", CostError::Range),
        ] {
            assert_eq!(text.parse::<Cost>(), Err(error), "{text:?}");
        }
        assert_eq!(Cost::from_micros(-1), Err(CostError::Range));
        for text in ["", "eur", "EURO", "E1R", "€€€"] {
            assert_eq!(text.parse::<Currency>(), Err(CurrencyError), "{text:?}");
        }
    }
}
