//! The JSON Schema of the report.

use super::model::Report;

/// The schema as indented JSON with a line break at its end: what `guard-lint/schema/report-v1.schema.json` holds.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Report);
    // The alternate form of a JSON value is indented; unlike the serialiser's functions it cannot fail.
    format!("{:#}\n", schema.to_value())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{json, testing};

    const PATH: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/schema/report-v1.schema.json");

    #[test]
    fn the_checked_in_schema_is_the_types() {
        if std::env::var_os("UPDATE_SCHEMA").is_some() {
            std::fs::write(PATH, schema()).unwrap();
        }
        let held = std::fs::read_to_string(PATH).unwrap_or_default();
        // git may have checked the file out with other line ends.
        assert!(
            held.replace("\r\n", "\n") == schema(),
            "{PATH} is stale; run the tests with UPDATE_SCHEMA=1 and commit what changed"
        );
    }

    #[test]
    fn reports_are_valid() {
        let schema = serde_json::from_str(&schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        for report in [testing::report(), testing::clean_report()] {
            let report = serde_json::from_str(&json::render(&report).unwrap()).unwrap();
            let faults: Vec<_> = validator.iter_errors(&report).map(|fault| fault.to_string()).collect();
            assert!(faults.is_empty(), "{faults:?}");
        }
    }

    #[test]
    fn the_schema_refuses_an_unknown_status() {
        let schema = serde_json::from_str(&schema()).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let mut report = serde_json::to_value(testing::report()).unwrap();
        report["tickets"][0]["status"] = "fine".into();
        assert!(!validator.is_valid(&report));
    }
}
