//! The report as JSON.

use super::model::Report;

/// Indented JSON with a line break at its end. The types hold nothing that JSON cannot say, so the error is a bug.
pub fn render(report: &Report) -> Result<String, serde_json::Error> {
    let mut out = serde_json::to_string_pretty(report)?;
    out.push('\n');
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::testing;

    #[test]
    fn a_report_survives_the_round_trip() {
        let report = testing::report();
        let json = render(&report).unwrap();
        assert!(json.ends_with("}\n"));
        assert_eq!(serde_json::from_str::<Report>(&json).unwrap(), report);
    }
}
