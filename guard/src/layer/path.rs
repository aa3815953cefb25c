//! Paths that no honest client sends.
//!
//! Rejected and never repaired, before anything looks at the path: a proxy, the table of routes and a handler must not
//! read one path in two ways. The list is that of Spring's `StrictHttpFirewall`.

use percent_encoding::percent_decode;

/// Why a path is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct PathFault(pub(crate) &'static str);

/// Checks a path as it came over the wire.
pub(crate) fn check(path: &str) -> Result<(), PathFault> {
    if is_plain(path.as_bytes()) {
        Ok(())
    } else {
        check_closely(path)
    }
}

/// Whether a path has nothing that needs a closer look. Nearly every path is plain, and every request has one.
fn is_plain(path: &[u8]) -> bool {
    let mut at_start = false;
    let plain = path.iter().fold(true, |plain, &byte| {
        let odd = at_start & matches!(byte, b'/' | b'.');
        at_start = byte == b'/';
        plain & !odd & PLAIN[usize::from(byte)]
    });
    plain && path.first() == Some(&b'/')
}

/// Bytes that mean nothing beyond themselves, and the slash.
const PLAIN: [bool; 256] = {
    let mut plain = [false; 256];
    let mut byte = 0x21;
    while byte < 0x7f {
        plain[byte] = !matches!(byte as u8, b'%' | b';' | b'\\');
        byte += 1;
    }
    plain
};

fn check_closely(path: &str) -> Result<(), PathFault> {
    if !path.starts_with('/') {
        return Err(PathFault("does not start with a slash"));
    }
    let mut segment_start = 1;
    let bytes = path.as_bytes();
    for (at, byte) in bytes.iter().enumerate().skip(1) {
        match byte {
            b'/' => {
                segment(&bytes[segment_start..at], false)?;
                segment_start = at + 1;
            }
            b'\\' => return Err(PathFault("holds a backslash")),
            b';' => return Err(PathFault("holds a semicolon")),
            0..=0x20 | 0x7f.. => return Err(PathFault("holds something other than visible ASCII")),
            _ => {}
        }
    }
    segment(&bytes[segment_start..], true)
}

/// Checks the path of a route: one that [`check`] refuses, or that axum would not mount, can never be asked for.
pub(crate) fn check_template(path: &str) -> Result<(), &'static str> {
    check(path).map_err(|PathFault(problem)| problem)?;
    // What axum 0.7 took for a parameter, and 0.8 panics at.
    if path.split('/').any(|segment| segment.starts_with([':', '*'])) {
        return Err("spells a parameter as axum 0.7 did; write {name} or {*name}");
    }
    Ok(())
}

fn segment(bytes: &[u8], last: bool) -> Result<(), PathFault> {
    match bytes {
        b"" if !last => Err(PathFault("has an empty segment")),
        b"." | b".." => Err(PathFault("has a dot segment")),
        _ if bytes.contains(&b'%') => escaped(bytes),
        _ => Ok(()),
    }
}

/// A segment with escapes, decoded once: what it says must not be read as path syntax by whoever decodes it.
fn escaped(bytes: &[u8]) -> Result<(), PathFault> {
    let is_hex = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_hexdigit);
    let mut escapes = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'%');
    if !escapes.all(|(at, _)| is_hex(at + 1) && is_hex(at + 2)) {
        return Err(PathFault("has a broken escape"));
    }
    let decoded: Vec<u8> = percent_decode(bytes).collect();
    if decoded == b"." || decoded == b".." {
        return Err(PathFault("has an escaped dot segment"));
    }
    if decoded
        .iter()
        .any(|byte| matches!(byte, b'/' | b'\\' | b';' | b'%' | 0..=0x1f | 0x7f))
    {
        return Err(PathFault(
            "has an escape that hides a separator, a percent sign or a control character",
        ));
    }
    match str::from_utf8(&decoded) {
        Ok(_) => Ok(()),
        Err(_) => Err(PathFault("has an escape that is not UTF-8")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn honest_paths() {
        for path in [
            "/", "/a", "/a/", "/a/b.c", "/a/..b", "/a%20b", "/%C3%A9", "/t/a:b@c", "/a/~b", "/a+b",
        ] {
            assert_eq!(check(path), Ok(()), "{path}");
        }
    }

    #[test]
    fn paths_that_two_readers_read_in_two_ways() {
        for path in [
            "",
            "*",
            "a",
            "//",
            "//a",
            "/a//b",
            "/a//",
            "/.",
            "/..",
            "/a/./b",
            "/a/../b",
            "/a/..",
            "/a;b",
            "/a;x=1/b",
            "/a\\b",
            "/a%2fb",
            "/a%2Fb",
            "/a%5cb",
            "/a%3bb",
            "/a%00b",
            "/a%0ab",
            "/a%7f",
            "/%2e",
            "/%2e%2e/a",
            "/.%2e/a",
            "/a%252fb",
            "/a%",
            "/a%2",
            "/a%zz",
            "/a%ff",
            "/a b",
            "/é",
            "/a%c0%af",
        ] {
            assert!(check(path).is_err(), "{path}");
        }
    }
}
