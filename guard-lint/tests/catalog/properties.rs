//! No text makes the reader fail, and every line that it names exists.

use proptest::prelude::*;

use super::*;

/// Text made of the grammar's own pieces reaches deeper than arbitrary text.
fn scraps() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "### ",
        "- ",
        "    - ",
        "ENG-STD-001",
        "PR-HARD-0",
        "EX-1",
        ": ",
        " — ",
        "(SECURITY)",
        "(",
        ")",
        "**Router**:",
        "**Files**:",
        "Files: ",
        "Acceptance: ",
        "**",
        "`",
        "`a/b.py`",
        ";",
        "\n",
        "\r\n",
        "\n\n",
        "[ ] ",
        "<!--",
        "-->",
        "```",
        "é",
        "²",
        "\u{feff}",
        "410 ",
        "422 ",
        "envelope ",
        "tests ",
        "Reason: ",
        "#",
        "1. ",
        "\t",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat())
}

/// A built-in document with one stretch replaced.
fn mutated() -> impl Strategy<Value = String> {
    (
        prop::bool::ANY,
        any::<prop::sample::Index>(),
        0..40_usize,
        scraps(),
    )
        .prop_map(|(first, at, length, scrap)| {
            let chars: Vec<char> = if first { HEADINGS } else { LINES }.chars().collect();
            let start = at.index(chars.len());
            let end = (start + length).min(chars.len());
            chars[..start]
                .iter()
                .chain(&scrap.chars().collect::<Vec<_>>())
                .chain(&chars[end..])
                .collect()
        })
}

/// Reading ends, and every line that it names exists.
fn reads(text: &str) {
    let last = u32::try_from(text.lines().count().max(1)).unwrap();
    match Catalog::parse("any", text) {
        Ok(parsed) => {
            assert!(!parsed.tickets.is_empty());
            for ticket in &parsed.tickets {
                assert!((1..=last).contains(&ticket.line), "{ticket:?}");
                assert!(
                    ticket
                        .clauses
                        .iter()
                        .all(|clause| (ticket.line..=last).contains(&clause.line)),
                    "{ticket:?}"
                );
            }
        }
        Err(errors) => assert!(
            errors.iter().all(|error| (1..=last).contains(&error.line)),
            "{errors:?}"
        ),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        reads(&text);
    }

    #[test]
    fn any_scraps_are_read(text in scraps()) {
        reads(&text);
    }

    #[test]
    fn any_mutation_is_read(text in mutated()) {
        reads(&text);
    }
}
