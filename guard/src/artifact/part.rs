//! What a parameter may be.

use std::collections::{BTreeMap, HashMap};

use serde_json::{Number, Value};

/// A parameter of a [`Pipeline`](super::Pipeline), made with `into()` from what has one meaning everywhere: nothing, truth,
/// numbers, texts, lists and maps with texts as keys, and [`serde_json::Value`].
///
/// A set has no order of its own, a path names a place and not what is there, and a clock says when and not what. None of them
/// is a parameter:
///
/// ```compile_fail
/// # use guard::artifact::Pipeline;
/// let tags: std::collections::HashSet<&str> = ["a", "b"].into();
/// Pipeline::new("video.tag").parameter("tags", tags);
/// ```
///
/// ```compile_fail
/// # use guard::artifact::Pipeline;
/// Pipeline::new("video.tag").parameter("source", std::path::Path::new("/tmp/upload-7"));
/// ```
///
/// ```compile_fail
/// # use guard::artifact::Pipeline;
/// Pipeline::new("video.tag").parameter("at", std::time::SystemTime::now());
/// ```
#[derive(Debug, Clone, PartialEq)]
pub struct Part(pub(super) Kind);

#[derive(Debug, Clone, PartialEq)]
pub(super) enum Kind {
    Null,
    Bool(bool),
    Whole(i128),
    Real(f64),
    Text(String),
    List(Vec<Part>),
    Map(BTreeMap<String, Part>),
}

/// What is wrong with a part.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PartFault {
    /// A number beyond ±(2^53 - 1), where doubles leave numbers out.
    #[error("{0} is beyond 9007199254740991, where JavaScript rounds; send it as a text")]
    Beyond(String),
    /// Not a number, or infinite.
    #[error("{0} has no JSON; leave it out, or send a text that says what is meant")]
    NotFinite(f64),
    /// A zero with a sign, which canonical JSON drops.
    #[error("-0 loses its sign in canonical JSON; send 0")]
    NegativeZero,
}

/// 2^53 - 1, as JavaScript's `Number.MAX_SAFE_INTEGER`.
const SAFE: i128 = 9_007_199_254_740_991;
/// The same as a double, which holds it exactly.
const SAFE_REAL: f64 = 9_007_199_254_740_991.0;

/// A whole number that every double and every reader holds exactly.
pub(super) fn whole(number: i128) -> Result<Value, PartFault> {
    match i64::try_from(number) {
        Ok(small) if (-SAFE..=SAFE).contains(&number) => Ok(small.into()),
        _ => Err(PartFault::Beyond(number.to_string())),
    }
}

/// A double that its shortest text brings back exactly. Those beyond 2^53 are all whole, and JavaScript cannot tell one that was
/// rounded from one that was not.
pub(super) fn real(number: f64) -> Result<Value, PartFault> {
    if number == 0.0 && number.is_sign_negative() {
        return Err(PartFault::NegativeZero);
    }
    match Number::from_f64(number) {
        None => Err(PartFault::NotFinite(number)),
        Some(_) if number.abs() > SAFE_REAL => Err(PartFault::Beyond(number.to_string())),
        Some(exact) => Ok(exact.into()),
    }
}

macro_rules! from_whole {
    ($($kind:ty)*) => {
        $(
            impl From<$kind> for Part {
                fn from(number: $kind) -> Self {
                    Self(Kind::Whole(number.into()))
                }
            }
        )*
    };
}

from_whole! { i8 i16 i32 i64 i128 u8 u16 u32 u64 }

impl From<usize> for Part {
    fn from(number: usize) -> Self {
        Self(Kind::Whole(number as i128))
    }
}

impl From<bool> for Part {
    fn from(truth: bool) -> Self {
        Self(Kind::Bool(truth))
    }
}

impl From<f64> for Part {
    fn from(number: f64) -> Self {
        Self(Kind::Real(number))
    }
}

/// The double that is the very same number: `0.1_f32` is not `0.1`.
impl From<f32> for Part {
    fn from(number: f32) -> Self {
        Self(Kind::Real(number.into()))
    }
}

/// Byte for byte: letters that look alike and are encoded differently are different.
impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self(Kind::Text(text.to_owned()))
    }
}

impl From<&String> for Part {
    fn from(text: &String) -> Self {
        Self(Kind::Text(text.clone()))
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self(Kind::Text(text))
    }
}

/// `None` is null, which is not the same as no parameter.
impl<T: Into<Self>> From<Option<T>> for Part {
    fn from(part: Option<T>) -> Self {
        part.map_or(Self(Kind::Null), Into::into)
    }
}

/// The order counts.
impl<T: Into<Self>> From<Vec<T>> for Part {
    fn from(parts: Vec<T>) -> Self {
        Self(Kind::List(parts.into_iter().map(Into::into).collect()))
    }
}

/// The order counts.
impl<T: Into<Self>, const N: usize> From<[T; N]> for Part {
    fn from(parts: [T; N]) -> Self {
        Self(Kind::List(parts.into_iter().map(Into::into).collect()))
    }
}

impl<T: Into<Self>> From<BTreeMap<String, T>> for Part {
    fn from(parts: BTreeMap<String, T>) -> Self {
        Self(Kind::Map(
            parts.into_iter().map(|(key, part)| (key, part.into())).collect(),
        ))
    }
}

/// Canonical JSON sorts the keys, so the map's own order does not count.
impl<T: Into<Self>, S> From<HashMap<String, T, S>> for Part {
    fn from(parts: HashMap<String, T, S>) -> Self {
        Self(Kind::Map(
            parts.into_iter().map(|(key, part)| (key, part.into())).collect(),
        ))
    }
}

/// What was read as JSON. `serde_json::to_value` makes null of what is not a number, without a word: name such a parameter on
/// its own.
impl From<Value> for Part {
    fn from(value: Value) -> Self {
        Self(match value {
            Value::Null => Kind::Null,
            Value::Bool(truth) => Kind::Bool(truth),
            Value::Number(number) => number
                .as_i128()
                .map_or_else(|| Kind::Real(number.as_f64().unwrap_or(f64::NAN)), Kind::Whole),
            Value::String(text) => Kind::Text(text),
            Value::Array(parts) => Kind::List(parts.into_iter().map(Self::from).collect()),
            Value::Object(parts) => Kind::Map(parts.into_iter().map(|(key, part)| (key, part.into())).collect()),
        })
    }
}
