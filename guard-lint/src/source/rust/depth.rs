//! How deep a file nests, before a parser that recurses is asked to read it.

/// Brackets inside brackets, and operators before operators. Hand-written code stays far below.
const LIMIT: u32 = 256;

/// The line at which a file nests deeper than the parser should follow. What texts and comments draw with brackets does
/// not count.
pub(super) fn too_deep(text: &str) -> Option<u32> {
    let bytes = text.as_bytes();
    let (mut depth, mut run, mut at) = (0_u32, 0_u32, 0);
    while let Some(byte) = bytes.get(at) {
        let end = quiet_end(bytes, at);
        if end > at {
            at = end;
            run = 0;
            continue;
        }
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        run = match byte {
            b'!' | b'-' | b'&' | b'*' | b'<' | b'|' => run + 1,
            b' ' | b'\n' | b'\t' | b'\r' => run,
            _ => 0,
        };
        if depth > LIMIT || run > LIMIT * 4 {
            return Some(bytes[..at].iter().filter(|byte| **byte == b'\n').count() as u32 + 1);
        }
        at += 1;
    }
    None
}

/// Where the comment or text that begins here ends; `at` itself where none begins. It agrees with the lexer wherever that
/// accepts the file: else brackets could hide behind a quote.
fn quiet_end(bytes: &[u8], at: usize) -> usize {
    let rest = &bytes[at..];
    let until = |start: usize, end: &[u8]| {
        let found = rest.get(start..).and_then(|rest| memchr::memmem::find(rest, end));
        found.map_or(bytes.len(), |found| at + start + found + end.len())
    };
    match rest {
        [b'/', b'/', ..] => until(2, b"\n"),
        [b'/', b'*', ..] => comment_end(bytes, at),
        [b'\'', b'"', b'\'', ..] => at + 3,
        [b'\'', b'\\', _, b'\'', ..] => at + 4,
        [b'"', ..] => {
            let mut end = 1;
            while rest.get(end).is_some_and(|byte| *byte != b'"') {
                end += if rest[end] == b'\\' { 2 } else { 1 };
            }
            (at + end + 1).min(bytes.len())
        }
        [b'r', b'#' | b'"', ..] if begins_raw(&bytes[..at]) => {
            let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
            // `r#name` is a name.
            if rest.get(1 + hashes) != Some(&b'"') {
                return at;
            }
            let end = [b"\"".as_slice(), &rest[1..=hashes]].concat();
            until(2 + hashes, &end)
        }
        _ => at,
    }
}

/// Block comments nest.
fn comment_end(bytes: &[u8], start: usize) -> usize {
    let (mut at, mut open) = (start, 0_u32);
    while at < bytes.len() {
        match &bytes[at..] {
            [b'/', b'*', ..] => {
                open += 1;
                at += 2;
            }
            [b'*', b'/', ..] => {
                open -= 1;
                at += 2;
                if open == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    at
}

/// Whether an `r` behind this begins a raw text: alone, or after the `b` or `c` of one.
fn begins_raw(before: &[u8]) -> bool {
    let before = match before {
        [rest @ .., b'b' | b'c'] => rest,
        before => before,
    };
    !before
        .last()
        .is_some_and(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'\'' | 0x80..))
}

#[cfg(test)]
mod tests {
    use super::too_deep;

    #[test]
    fn what_texts_and_comments_draw_does_not_count() {
        let open = "(".repeat(300);
        for quiet in [
            format!("// {open}\n"),
            format!("/* /* */ {open} */"),
            format!("\"\\\" {open}\""),
            format!("r#\"\" {open}\"#"),
            format!("br\"\\\" r\"{open}\""),
            format!("'\"' // \" {open}"),
        ] {
            assert_eq!(too_deep(&quiet), None, "{quiet}");
        }
        for deep in [
            format!("\n{open}"),
            format!("/* /* */ \" */\n{open}"),
            format!("br\"\\\"\n{open}"),
            format!("'\\''\n{open}"),
            format!("r#name\n{open}"),
            format!("var\"\"\n{open}"),
        ] {
            assert_eq!(too_deep(&deep), Some(2), "{deep}");
        }
    }
}
