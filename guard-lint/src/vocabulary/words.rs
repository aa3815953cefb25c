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

/// Whether a name has one of these words.
pub fn has_word(name: &str, wanted: &[String]) -> bool {
    words(name).any(|word| wanted.contains(&word))
}

/// Whether a name's first word is one of these.
pub fn starts_with(name: &str, wanted: &[String]) -> bool {
    words(name).next().is_some_and(|word| wanted.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::words;

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
