//! The words of names.

/// The words of a name, lower-case: `GateChain` and `gate_chain` are `gate`, `chain`.
pub fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(['_', '.', '-', ' '])
        .flat_map(camel)
        .filter(|word| !word.is_empty())
}

fn camel(part: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut previous_lower = false;
    for letter in part.chars() {
        if letter.is_uppercase() && previous_lower {
            words.push(String::new());
        }
        previous_lower = letter.is_lowercase() || letter.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Whether a name has one of these words, which are lower-case.
pub fn has_word(name: &str, wanted: &[String]) -> bool {
    pieces(name).any(|piece| wanted.iter().any(|word| is_word(piece, word)))
}

/// Whether a name's first word is one of these, which are lower-case.
pub fn starts_with(name: &str, wanted: &[String]) -> bool {
    let first = pieces(name).next();
    first.is_some_and(|piece| wanted.iter().any(|word| is_word(piece, word)))
}

/// The words of a name as they stand in it.
fn pieces(name: &str) -> impl Iterator<Item = &str> {
    let parts = name.split(['_', '.', '-', ' ']);
    parts.flat_map(humps).filter(|piece| !piece.is_empty())
}

/// `GateChain` as `Gate` and `Chain`.
fn humps(part: &str) -> impl Iterator<Item = &str> {
    let mut rest = part;
    std::iter::from_fn(move || {
        let mut previous_lower = false;
        let end = rest.char_indices().find_map(|(place, letter)| {
            let starts = letter.is_uppercase() && previous_lower;
            previous_lower = letter.is_lowercase() || letter.is_ascii_digit();
            starts.then_some(place)
        });
        let (piece, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = after;
        (!piece.is_empty()).then_some(piece)
    })
}

fn is_word(piece: &str, word: &str) -> bool {
    if piece.is_ascii() {
        return piece.len() == word.len()
            && piece
                .bytes()
                .zip(word.bytes())
                .all(|(own, other)| own.to_ascii_lowercase() == other);
    }
    piece.chars().flat_map(char::to_lowercase).eq(word.chars())
}

#[cfg(test)]
mod tests {
    use super::{has_word, starts_with, words};

    #[test]
    fn words_are_found_where_they_stand() {
        for name in [
            "GateChain",
            "_gate_chain",
            "S3Store",
            "HTTPException",
            "a__b.C-d e",
            "ÄrgerÜber",
            "",
            "x9Y",
        ] {
            let all: Vec<String> = words(name).collect();
            for (index, word) in all.iter().enumerate() {
                assert!(has_word(name, std::slice::from_ref(word)), "{name}: {word}");
                assert_eq!(
                    starts_with(name, std::slice::from_ref(word)),
                    index == 0 || all[0] == *word,
                    "{name}: {word}"
                );
            }
            assert!(
                !has_word(name, &["gat".to_owned(), String::new(), "exception".to_owned()]),
                "{name}"
            );
        }
    }

    #[test]
    fn words_split_at_underscores_and_changes_of_case() {
        for (name, expected) in [
            ("GateChain", vec!["gate", "chain"]),
            ("_gate_chain", vec!["gate", "chain"]),
            ("gateway", vec!["gateway"]),
            ("S3Store", vec!["s3", "store"]),
            ("HTTPException", vec!["httpexception"]),
        ] {
            assert_eq!(words(name).collect::<Vec<_>>(), expected, "{name}");
        }
    }
}
