//! How deep a file nests, before a parser that recurses is asked to read it.

/// Brackets inside brackets, and operators before operators. Hand-written code stays far below.
const LIMIT: u32 = 256;

/// The line at which a file nests deeper than the parser should follow. Brackets in texts and comments count too: a file
/// of nothing but them is not one to judge.
pub(super) fn too_deep(text: &str) -> Option<u32> {
    let (mut depth, mut run, mut line) = (0_u32, 0_u32, 1);
    for byte in text.bytes() {
        match byte {
            b'\n' => line += 1,
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        run = match byte {
            b'!' | b'-' | b'&' | b'*' | b'<' | b'|' => run + 1,
            b' ' | b'\n' | b'\t' | b'\r' => run,
            _ => 0,
        };
        // Lines of dashes are drawn in comments.
        if depth > LIMIT || run > LIMIT * 4 {
            return Some(line);
        }
    }
    None
}
