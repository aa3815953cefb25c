//! The words of names.

/// The words of a name, lower-case: `GateChain` and `gate_chain` are `gate`, `chain`.
pub fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    slices(name).map(|word| lower(word).collect())
}

/// Calls `visit` for every word of a name, lower-case.
pub fn each_word(name: &str, mut visit: impl FnMut(&str)) {
    let mut lowered = String::new();
    for word in slices(name) {
        if word.bytes().all(|byte| byte.is_ascii_lowercase()) {
            visit(word);
            continue;
        }
        lowered.clear();
        lowered.extend(lower(word));
        visit(&lowered);
    }
}

/// The words of a name as they are written.
fn slices(name: &str) -> impl Iterator<Item = &str> {
    name.split(['_', '.', '-', ' '])
        .flat_map(camel)
        .filter(|word| !word.is_empty())
}

/// The parts of a name in camel case.
fn camel(mut part: &str) -> impl Iterator<Item = &str> {
    std::iter::from_fn(move || {
        let mut previous_lower = false;
        let end = part.char_indices().find_map(|(at, letter)| {
            let starts = letter.is_uppercase() && previous_lower;
            previous_lower = letter.is_lowercase() || letter.is_ascii_digit();
            starts.then_some(at)
        });
        let (word, rest) = part.split_at(end.unwrap_or(part.len()));
        part = rest;
        (!word.is_empty()).then_some(word)
    })
}

fn lower(word: &str) -> impl Iterator<Item = char> + '_ {
    word.chars().flat_map(char::to_lowercase)
}

/// Whether a word, as it is written, is one of these lower-case words.
fn is_one_of(word: &str, wanted: &[String]) -> bool {
    if word.is_ascii() {
        let same = |wanted: &String| {
            wanted.len() == word.len()
                && word
                    .bytes()
                    .zip(wanted.bytes())
                    .all(|(a, b)| a.to_ascii_lowercase() == b)
        };
        return wanted.iter().any(same);
    }
    wanted.iter().any(|wanted| lower(word).eq(wanted.chars()))
}

/// Whether a name has one of these words.
pub fn has_word(name: &str, wanted: &[String]) -> bool {
    slices(name).any(|word| is_one_of(word, wanted))
}

/// Whether a name's first word is one of these.
pub fn starts_with(name: &str, wanted: &[String]) -> bool {
    slices(name).next().is_some_and(|word| is_one_of(word, wanted))
}

#[cfg(test)]
mod tests {
    use super::{has_word, starts_with, words};

    #[test]
    fn words_split_at_underscores_and_changes_of_case() {
        for (name, expected) in [
            ("GateChain", vec!["gate", "chain"]),
            ("_gate_chain", vec!["gate", "chain"]),
            ("gateway", vec!["gateway"]),
            ("S3Store", vec!["s3", "store"]),
            ("HTTPException", vec!["httpexception"]),
            ("", vec![]),
            ("__", vec![]),
            ("straßeÉtat", vec!["straße", "état"]),
        ] {
            assert_eq!(words(name).collect::<Vec<_>>(), expected, "{name}");
        }
    }

    #[test]
    fn wanted_words_are_found_in_either_case() {
        let wanted = ["gate".to_owned(), "état".to_owned()];
        for (name, has, first) in [
            ("GateChain", true, true),
            ("chain_gate", true, false),
            ("gateway", false, false),
            ("moi.État", true, false),
        ] {
            assert_eq!(has_word(name, &wanted), has, "{name}");
            assert_eq!(starts_with(name, &wanted), first, "{name}");
        }
    }
}
