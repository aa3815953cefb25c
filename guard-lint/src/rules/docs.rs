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
        "# Rules\n\nGenerated from the rules by `guard-lint rules --output-format markdown`; do not edit.\n\n| code | name | severity | what it finds |\n|---|---|---|---|\n",
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
        let docs: Vec<&str> = meta
            .docs
            .lines()
            .map(|line| line.strip_prefix(' ').unwrap_or(line))
            .collect();
        let _ = write!(
            out,
            "\n## {} {}\n\n{}\n\n**Mend:** {}.\n",
            meta.code,
            meta.name,
            docs.join("\n"),
            meta.help
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::{RULES, markdown};

    /// `UPDATE_DOCS=1` rewrites the file.
    #[test]
    fn the_checked_in_page_is_what_the_rules_say() {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/rules.md");
        let page = markdown();
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &page).expect("docs/rules.md can be written");
        }
        let checked_in = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(
            checked_in == page,
            "docs/rules.md is stale: run UPDATE_DOCS=1 cargo test -p guard-lint rules::docs"
        );
    }

    #[test]
    fn codes_and_names_are_unique_and_in_order() {
        let codes: Vec<&str> = RULES.iter().map(|rule| rule.meta().code).collect();
        assert!(
            codes.is_sorted() && codes.windows(2).all(|pair| pair[0] != pair[1]),
            "{codes:?}"
        );
        let mut names: Vec<&str> = RULES.iter().map(|rule| rule.meta().name).collect();
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{names:?}");
        for rule in RULES {
            let meta = rule.meta();
            let summary = meta.summary();
            assert!(
                summary.ends_with(['.', '}']) && !meta.help.ends_with('.'),
                "{}: {summary}",
                meta.code
            );
        }
    }
}
