//! Texts of any language as words: what a mutation deletes, doubles and swaps.

/// The words of a text, which joined again are the text: names and numbers, strings on one line, line breaks with the
/// indentation after them, runs of spaces, and every other sign by itself.
pub(crate) fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '\n' => 1 + run(&rest[1..], |other| other == ' ' || other == '\t'),
            ' ' | '\t' => run(rest, |other| other == ' ' || other == '\t'),
            '"' => string(rest),
            first if is_name(first) => run(rest, is_name),
            first => first.len_utf8(),
        };
        let (word, after) = rest.split_at(length);
        words.push(word);
        rest = after;
    }
    words
}

/// Whether a word says something: it is no blank and no bracket.
pub(crate) fn tells(word: &str) -> bool {
    !word.trim().is_empty() && !matches!(word, "(" | ")" | "[" | "]" | "{" | "}")
}

fn is_name(first: char) -> bool {
    first == '_' || first.is_alphanumeric()
}

/// The bytes of the longest start whose characters are all of a kind.
fn run(text: &str, is_of: impl Fn(char) -> bool) -> usize {
    text.find(|other| !is_of(other)).unwrap_or(text.len())
}

/// The bytes of a string that ends on its line; of the quote alone where it does not.
fn string(text: &str) -> usize {
    let mut is_escaped = false;
    for (at, other) in text.char_indices().skip(1) {
        match other {
            '\n' => break,
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = other == '\\' && !is_escaped,
        }
    }
    1
}
