//! A bound on how deep a file can nest, found without recursion, before anything recursive reads it.

/// CPython itself gives up at 200 open brackets and 100 indents; generated code with long operator chains goes further,
/// and is still read.
const LIMIT: usize = 1_000;

/// The line where the file nests deeper than any Python program can, or nothing.
///
/// Every bracket adds one level, and so does every operator or prefix since the last comma, colon or line end in the same
/// bracket: an over-estimate of the syntax tree's depth, since a chain of operators makes a tree as deep as it is long.
pub fn too_deep(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let mut brackets: Vec<usize> = Vec::new();
    let (mut chain, mut outer) = (0_usize, 0_usize);
    let mut line = 1;
    let mut at = 0;
    while at < bytes.len() {
        match bytes[at] {
            b'\n' => {
                line += 1;
                if brackets.is_empty() {
                    chain = 0;
                }
            }
            b'#' => {
                at = memchr::memchr(b'\n', &bytes[at..]).map_or(bytes.len(), |end| at + end);
                continue;
            }
            quote @ (b'"' | b'\'') => {
                let end = string_end(bytes, at, quote);
                line += memchr::memchr_iter(b'\n', &bytes[at..end]).count() as u32;
                at = end;
                continue;
            }
            b'(' | b'[' | b'{' => {
                brackets.push(chain + 1);
                outer += chain + 1;
                chain = 0;
            }
            b')' | b']' | b'}' => {
                let level = brackets.pop().unwrap_or(0);
                outer = outer.saturating_sub(level);
                chain = level;
            }
            b',' | b':' | b';' => chain = 0,
            b'+' | b'-' | b'*' | b'/' | b'%' | b'@' | b'&' | b'|' | b'^' | b'~' | b'.' | b'<' | b'>' => chain += 1,
            b'n' | b'l' | b'e' | b'a' if word(bytes, at) => chain += 1,
            _ => {}
        }
        if outer + chain > LIMIT {
            return Some(line);
        }
        at += 1;
    }
    None
}

/// Whether one of the words that nest without a bracket starts here: `not`, `lambda`, `else` of a conditional, `await`.
fn word(bytes: &[u8], at: usize) -> bool {
    let starts = at == 0 || !(bytes[at - 1].is_ascii_alphanumeric() || bytes[at - 1] == b'_');
    starts
        && [&b"not "[..], b"lambda", b"else ", b"await "]
            .iter()
            .any(|word| bytes[at..].starts_with(word))
}

/// The byte after the string that starts at `start`, or the end of the line where it is not closed.
fn string_end(bytes: &[u8], start: usize, quote: u8) -> usize {
    let triple = bytes[start..].starts_with(&[quote; 3]);
    let mut at = start + if triple { 3 } else { 1 };
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 2,
            b'\n' if !triple => return at,
            byte if byte == quote => {
                if !triple {
                    return at + 1;
                }
                if bytes[at..].starts_with(&[quote; 3]) {
                    return at + 3;
                }
                at += 1;
            }
            _ => at += 1,
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn finds_the_line_of_every_way_to_nest() {
        for (open, name) in [
            ("(", "brackets"),
            ("not ", "not"),
            ("-", "sign"),
            ("x.", "attributes"),
            ("a+", "sum"),
        ] {
            let text = format!("x = 1\ny = {}1\n", open.repeat(2_000));
            assert_eq!(too_deep(&text), Some(2), "{name}");
        }
    }

    #[test]
    fn ordinary_and_wide_code_passes() {
        let wide = format!("x = [{}]\n", "f(a.b) + 1, ".repeat(5_000));
        assert_eq!(too_deep(&wide), None);
        let text = format!(
            "s = '{}'\nt = \"\"\"{}\n\"\"\"\n# {}\n",
            "(".repeat(3_000),
            "(".repeat(3_000),
            "(".repeat(3_000)
        );
        assert_eq!(too_deep(&text), None);
    }
}
