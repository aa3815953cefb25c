//! The table of codes: its invariants, and its page in `docs/codes.md`.

use std::collections::HashSet;
use std::{env, fs};

use guard::code::{CODES, CodeEntry};

#[test]
fn patterns_are_unique_and_well_formed() {
    let mut seen = HashSet::new();
    for CodeEntry { pattern, situation, .. } in CODES {
        assert!(seen.insert(pattern), "{pattern} is listed twice");
        let plain = pattern.replace(['<', '>'], "");
        let words: Vec<_> = plain.split('.').collect();
        assert!(words.len() <= 2, "{pattern}");
        for word in words {
            assert!(word.starts_with(|c: char| c.is_ascii_lowercase()), "{pattern}");
            assert!(word.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{pattern}");
        }
        assert!(
            !situation.is_empty() && !situation.ends_with('.'),
            "{pattern}: {situation:?}"
        );
    }
}

#[test]
fn a_row_matches_its_own_codes_only() {
    for (index, entry) in CODES.iter().enumerate() {
        let code = entry.pattern.replace(['<', '>'], "");
        let matching: Vec<_> = CODES
            .iter()
            .enumerate()
            .filter(|(_, row)| row.matches(&code))
            .map(|(at, _)| at)
            .collect();
        assert_eq!(matching, [index], "{code}");
    }
}

/// `UPDATE_DOCS=1 cargo test -p guard --test codes` rewrites the page.
#[test]
fn the_page_is_up_to_date() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes.md");
    let page = page();
    if env::var_os("UPDATE_DOCS").is_some() {
        fs::write(path, &page).unwrap();
    }
    let stored = fs::read_to_string(path).unwrap_or_default();
    assert!(
        stored == page,
        "docs/codes.md is stale: run `UPDATE_DOCS=1 cargo test -p guard --test codes`"
    );
}

fn page() -> String {
    let mut page = String::from(
        "<!-- Generated from guard/src/code/table.rs: UPDATE_DOCS=1 cargo test -p guard --test codes -->\n\n\
         | code | status | gate | situation |\n|---|---|---|---|\n",
    );
    for CodeEntry {
        pattern,
        status,
        gate,
        situation,
        ..
    } in CODES
    {
        let status = status.map_or_else(|| "unchanged".to_owned(), |status| status.to_string());
        let gate = gate.map_or_else(String::new, |gate| format!("`{}`", gate.as_str()));
        page.push_str(&format!("| `{pattern}` | {status} | {gate} | {situation} |\n"));
    }
    page
}
