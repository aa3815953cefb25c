//! Suppressions: `# guard-lint: ignore[GL301] reason (ticket=ID, expires=YYYY-MM-DD)` on a finding's line or the line above.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::report::model::{Finding, Suppression};
use crate::rules::find;
use crate::source::{File, Sources};

/// One suppression of a file.
struct Directive {
    line: u32,
    rules: Vec<String>,
    suppression: Suppression,
}

/// Marks the findings that a suppression silences. One that has expired, names no rule or gives no reason silences nothing.
pub fn apply(sources: &Sources, findings: &mut [Finding]) {
    let today = today();
    for file in sources.files.iter().filter(|file| !file.facts.directives.is_empty()) {
        let directives: Vec<Directive> = directives(file)
            .into_iter()
            .filter(|directive| {
                directive
                    .suppression
                    .expires
                    .as_ref()
                    .is_none_or(|expires| *expires >= today)
            })
            .collect();
        for finding in findings.iter_mut().filter(|finding| finding.file == file.path) {
            let silenced = directives.iter().find(|directive| {
                (directive.line == finding.line || directive.line + 1 == finding.line)
                    && directive.rules.contains(&finding.rule)
            });
            finding.suppressed = silenced.map(|directive| directive.suppression.clone());
        }
    }
}

fn directives(file: &File) -> Vec<Directive> {
    let parsed = file.facts.directives.iter().filter_map(|(span, text)| {
        let (rules, suppression) = parse(text)?;
        Some(Directive {
            line: file.line(span.start),
            rules,
            suppression,
        })
    });
    parsed.collect()
}

fn parse(text: &str) -> Option<(Vec<String>, Suppression)> {
    let (rules, rest) = text.strip_prefix("ignore[")?.split_once(']')?;
    let rules: Option<Vec<String>> = rules
        .split(',')
        .map(|rule| find(rule.trim()).map(|rule| rule.meta().code.to_owned()))
        .collect();
    let (reason, options) = match rest.rsplit_once('(') {
        Some((reason, options)) if options.trim_end().ends_with(')') && options.contains('=') => {
            (reason, options.trim_end().trim_end_matches(')'))
        }
        _ => (rest, ""),
    };
    // A misspelt `expires` would hold for ever.
    let unknown = |option: &str| !matches!(option.split('=').next().map(str::trim), Some("ticket" | "expires"));
    if !options.is_empty() && options.split(',').any(unknown) {
        return None;
    }
    let option = |name: &str| {
        options.split(',').find_map(|option| {
            let (key, value) = option.split_once('=')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    let reason = reason.trim().trim_start_matches(['-', ':', '—']).trim();
    if reason.is_empty() {
        return None;
    }
    // Dates are compared as text, so what is none would hold for ever.
    if option("expires").is_some_and(|expires| !is_date(&expires)) {
        return None;
    }
    let suppression = Suppression {
        reason: reason.to_owned(),
        ticket: option("ticket"),
        expires: option("expires"),
    };
    Some((rules?, suppression))
}

/// Whether a text has the form `YYYY-MM-DD`.
fn is_date(text: &str) -> bool {
    let fits = |(at, byte): (usize, u8)| {
        if matches!(at, 4 | 7) {
            byte == b'-'
        } else {
            byte.is_ascii_digit()
        }
    };
    text.len() == 10 && text.bytes().enumerate().all(fits)
}

/// Today in UTC, as `YYYY-MM-DD`.
fn today() -> String {
    let seconds = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |since| since.as_secs());
    date((seconds / 86_400) as i64)
}

/// The date of a day since 1970-01-01 (Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", `civil_from_days`).
fn date(days: i64) -> String {
    let days = days + 719_468;
    let era = days.div_euclid(146_097);
    let day_of_era = days.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::{date, parse};

    #[test]
    fn a_suppression_needs_a_known_rule_and_a_reason() {
        assert!(parse("ignore[GL301]").is_none());
        assert!(parse("ignore[GL999] because").is_none());
        assert!(parse("ignore[GL301] because (expiry=2027-01-31)").is_none());
        let Some((rules, suppression)) =
            parse("ignore[GL301, bare-error] read model (ticket=ENG-STD-004, expires=2027-01-31)")
        else {
            panic!("does not parse")
        };
        assert_eq!(rules, ["GL301", "GL201"]);
        assert_eq!(suppression.reason, "read model");
        assert_eq!(suppression.ticket.as_deref(), Some("ENG-STD-004"));
        assert_eq!(suppression.expires.as_deref(), Some("2027-01-31"));
    }

    #[test]
    fn days_become_dates() {
        assert_eq!(date(0), "1970-01-01");
        assert_eq!(date(11_016), "2000-02-29");
        assert_eq!(date(20_779), "2026-11-22");
    }
}
