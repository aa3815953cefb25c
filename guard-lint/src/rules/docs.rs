//! The rules' documentation as a table and as pages, generated from the rules.

use std::fmt::Write;

use super::RULES;
use crate::report::model::Severity;

/// The word for a severity.
pub fn severity(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

/// `docs/rules.md`: the table of all rules, then each rule's documentation.
pub fn markdown() -> String {
    let mut out = String::from(
        "# Rules\n\nGenerated from the rules by `guard-lint rules --format markdown`; do not edit.\n\n| code | name | severity | what it finds |\n|---|---|---|---|\n",
    );
    for rule in RULES {
        let meta = rule.meta();
        // Writing to a String cannot fail.
        let _ = writeln!(
            out,
            "| [{code}](#{anchor}) | `{name}` | {severity} | {summary} |",
            code = meta.code,
            anchor = format!("{} {}", meta.code, meta.name).to_lowercase().replace(' ', "-"),
            name = meta.name,
            severity = severity(meta.severity),
            summary = meta.summary(),
        );
    }
    for rule in RULES {
        let meta = rule.meta();
        let docs: Vec<&str> = meta.docs.lines().map(|line| line.strip_prefix(' ').unwrap_or(line)).collect();
        let _ = write!(out, "\n## {} {}\n\n{}\n\n**Mend:** {}.\n", meta.code, meta.name, docs.join("\n"), meta.help);
    }
    out
}
