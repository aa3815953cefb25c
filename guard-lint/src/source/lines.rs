//! Lines, as Python's tokenizer ends them: at a line feed, a carriage return, or both together.

/// The byte offset of each line's start. There is at least one line.
pub(crate) fn starts(bytes: &[u8]) -> Vec<u32> {
    let ends = memchr::memchr2_iter(b'\n', b'\r', bytes);
    let ends = ends.filter(|at| bytes[*at] == b'\n' || bytes.get(at + 1) != Some(&b'\n'));
    std::iter::once(0).chain(ends.map(|at| at as u32 + 1)).collect()
}

#[cfg(test)]
mod tests {
    use super::starts;

    #[test]
    fn every_line_end_counts_once() {
        assert_eq!(starts(b""), [0]);
        assert_eq!(starts(b"a\nb\r\nc\rd"), [0, 2, 5, 7]);
        assert_eq!(starts(b"\r\r\n\n"), [0, 1, 3, 4]);
    }
}
