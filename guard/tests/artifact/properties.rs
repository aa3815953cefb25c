//! One pipeline has one hash, and another has another.

use guard::artifact::{ContentHash, Part, Pipeline};
use proptest::prelude::*;
use serde_json::{Map, Value};

const SAFE: i64 = 9_007_199_254_740_991;

/// JSON that can be carried exactly.
fn exact() -> impl Strategy<Value = Value> {
    let real = any::<f64>().prop_filter_map("carried exactly", |number| {
        let fits = number.is_finite()
            && number.abs() <= 9_007_199_254_740_991.0
            && !(number == 0.0 && number.is_sign_negative());
        fits.then(|| Value::from(number))
    });
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-SAFE..=SAFE).prop_map(Value::from),
        real,
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec((any::<String>(), inner), 0..5)
                .prop_map(|parts| Value::Object(parts.into_iter().collect())),
        ]
    })
}

/// Whether two values are one to canonical JSON: `1.0` and `1` are.
fn same(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64() == other.as_f64(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| same(one, other))
        }
        (Value::Object(one), Value::Object(other)) => {
            one.len() == other.len()
                && one
                    .iter()
                    .all(|(key, part)| other.get(key).is_some_and(|other| same(part, other)))
        }
        _ => one == other,
    }
}

/// Every place in a value, as a pointer.
fn places(value: &Value, here: &str, found: &mut Vec<String>) {
    found.push(here.to_owned());
    match value {
        Value::Array(parts) => {
            for (index, part) in parts.iter().enumerate() {
                places(part, &format!("{here}/{index}"), found);
            }
        }
        Value::Object(parts) => {
            for (key, part) in parts {
                places(
                    part,
                    &format!("{here}/{}", key.replace('~', "~0").replace('/', "~1")),
                    found,
                );
            }
        }
        _ => {}
    }
}

fn hash(part: impl Into<Part>) -> String {
    Pipeline::new("a").parameter("p", part).hash().unwrap().to_string()
}

proptest! {
    #[test]
    fn h81_the_order_of_names_does_not_count(
        parts in prop::collection::btree_map(any::<String>(), exact(), 1..6).prop_map(|parts| parts.into_iter().collect::<Vec<_>>()),
        shuffled in any::<prop::sample::Index>(),
    ) {
        let mut other = parts.clone();
        other.rotate_left(shuffled.index(parts.len()));
        other.reverse();
        let of = |parts: &[(String, Value)]| {
            let pipeline = Pipeline::new("a").input("i", ContentHash::of(b"i"));
            let all = parts.iter().fold(pipeline, |pipeline, (name, part)| pipeline.parameter(name, part.clone()));
            all.input("j", ContentHash::of(b"j")).hash().unwrap()
        };
        prop_assert_eq!(of(&parts), of(&other));
        let map = |parts: &[(String, Value)]| Value::Object(parts.iter().cloned().collect::<Map<_, _>>());
        prop_assert_eq!(hash(map(&parts)), hash(map(&other)));
    }

    #[test]
    fn h81_any_change_of_a_value_changes_the_hash(value in exact(), place in any::<prop::sample::Index>(), new in exact()) {
        let mut found = Vec::new();
        places(&value, "", &mut found);
        let mut other = value.clone();
        *other.pointer_mut(&found[place.index(found.len())]).unwrap() = new;
        prop_assert_eq!(hash(value.clone()) == hash(other.clone()), same(&value, &other));
    }

    #[test]
    fn h81_the_canonical_text_says_the_same(value in exact()) {
        let text = Pipeline::new("a").parameter("p", value.clone()).canonical().unwrap();
        let read: Value = serde_json::from_str(&text).unwrap();
        prop_assert!(same(&read["parameters"]["p"], &value), "{text}");
        prop_assert_eq!(hash(read["parameters"]["p"].clone()), hash(value));
    }

    #[test]
    fn h81_a_number_is_carried_or_refused(number in any::<u64>(), shift in 0_u32..64) {
        let number = number >> shift;
        let found = Pipeline::new("a").parameter("p", number).canonical();
        if number <= SAFE.unsigned_abs() {
            let expected = format!(r#"{{"inputs":{{}},"parameters":{{"p":{number}}},"pipeline":"a","v":1}}"#);
            prop_assert_eq!(found.unwrap(), expected);
        } else {
            let error = found.unwrap_err().to_string();
            let begin = format!("/parameters/p: {number} is beyond ");
            prop_assert!(error.starts_with(&begin), "{}", error);
        }
    }

    #[test]
    fn h81_every_double_is_carried_or_refused(number in any::<f64>()) {
        match Pipeline::new("a").parameter("p", number).canonical() {
            Ok(text) => {
                let read: Value = serde_json::from_str(&text).unwrap();
                prop_assert_eq!(read["parameters"]["p"].as_f64().unwrap().to_bits(), number.to_bits());
            }
            Err(error) => {
                let is_exact = number.is_finite() && number.abs() <= 9_007_199_254_740_991.0;
                prop_assert!(!is_exact || (number == 0.0 && number.is_sign_negative()), "{number}: {error}");
            }
        }
    }
}

/// Where one ends and the next begins cannot be moved.
#[test]
fn h81_nothing_runs_together() {
    let content = ContentHash::of(b"");
    let text = content.to_string();
    let mut hashes = vec![
        Pipeline::new("a").hash(),
        Pipeline::new("a").parameter("b", "c").hash(),
        Pipeline::new("a").parameter("b", "").parameter("c", "").hash(),
        Pipeline::new("a").parameter("bc", "").hash(),
        Pipeline::new("ab").parameter("c", "").hash(),
        Pipeline::new("a").parameter("b", None::<bool>).hash(),
        Pipeline::new("a").parameter("b", ["c"]).hash(),
        Pipeline::new("a").parameter("b", "\"c\"").hash(),
        Pipeline::new("a").parameter("b", text).hash(),
        Pipeline::new("a").input("b", content).hash(),
        Pipeline::new("a").inputs("b", [content]).hash(),
        Pipeline::new("a").inputs("b", [content, content]).hash(),
    ];
    let count = hashes.len();
    hashes.sort_by_key(|hash| *hash.as_ref().unwrap());
    hashes.dedup();
    assert_eq!(hashes.len(), count);
}
