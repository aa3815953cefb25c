//! Shapes of texts. An error says what the text should be.

type Checked = Result<(), &'static str>;

fn when(good: bool, problem: &'static str) -> Checked {
    if good { Ok(()) } else { Err(problem) }
}

/// `[a-z_][a-z0-9_]*`
fn is_snake(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_lowercase() || first == '_')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
}

/// One lower-case word: a `resource_kind`, a role.
pub(crate) fn word(text: &str) -> Checked {
    when(
        is_snake(text) && !text.starts_with('_'),
        "not a word: lower-case letters, digits and `_`, a letter first",
    )
}

/// Words joined by `.`: a feature flag.
pub(crate) fn flag(text: &str) -> Checked {
    when(
        text.split('.').all(|part| word(part).is_ok()),
        "not the name of a flag: lower-case words joined by `.`, like \"video.masks\"",
    )
}

/// A dotted module: at least two names.
pub(crate) fn router(text: &str) -> Checked {
    let good = text.contains('.') && text.split('.').all(is_snake);
    when(
        good,
        "not the dotted name of a module: write it as the tickets do, \"engines.video_mask.routes\"",
    )
}

/// An action: words joined by `.`, `:` or `-`.
pub(crate) fn action(text: &str) -> Checked {
    let good = text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.split(['.', ':', '-']).all(|part| !part.is_empty())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_.:-".contains(&byte));
    when(
        good,
        "not the name of an action: lower-case words, like \"video_mask.update\"",
    )
}

/// A reason for people.
pub(crate) fn reason(text: &str) -> Checked {
    when(
        !text.trim().is_empty(),
        "a reason is for the reader: say why this route needs no gate",
    )
}

/// A ticket's id: upper-case words and a number of two digits or more, joined by `-`.
pub(crate) fn ticket(text: &str) -> Checked {
    let good = text.rsplit_once('-').is_some_and(|(family, number)| {
        let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_uppercase());
        family.split('-').all(is_word) && number.len() >= 2 && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    when(
        good,
        "not the id of a ticket: write it as the tickets do, \"ENG-STD-003\"",
    )
}

/// A path with `{param}` segments and at most one `{*rest}`, last.
pub(crate) fn path(text: &str) -> Checked {
    let Some(rest) = text.strip_prefix('/') else {
        return Err("a path starts with `/`");
    };
    let mut parameters: Vec<&str> = Vec::new();
    let mut segments = rest.split('/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        if segment.is_empty() && !last {
            return Err("a path has no empty segment: `//`");
        }
        let Some(parameter) = parameter(segment)? else { continue };
        let name = parameter.strip_prefix('*').unwrap_or(parameter);
        if name != parameter && !last {
            return Err("`{*rest}` is the last segment of a path");
        }
        if parameters.contains(&name) {
            return Err("a path names each parameter once");
        }
        parameters.push(name);
    }
    Ok(())
}

/// The name in `{name}`, with its `*`; `None` for a literal segment.
fn parameter(segment: &str) -> Result<Option<&str>, &'static str> {
    if let Some(name) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
        let plain = name.strip_prefix('*').unwrap_or(name);
        let good = plain.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && plain.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return if good {
            Ok(Some(name))
        } else {
            Err("a parameter is `{name}`: letters, digits and `_`")
        };
    }
    if segment.contains(['{', '}']) {
        return Err("a parameter fills its segment: `/{name}/`");
    }
    if segment.starts_with([':', '<', '*']) {
        return Err("a parameter is written `{name}`, the rest of a path `{*name}`");
    }
    if matches!(segment, "." | "..") {
        return Err("a path has no `.` and no `..`");
    }
    if !segment
        .bytes()
        .all(|byte| byte.is_ascii_graphic() && !b"?#%\\;\"<>^`|".contains(&byte))
    {
        return Err("a path is visible ASCII, as it comes decoded: no space, query, fragment, escape, `;` or `\\`");
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        for good in [
            "/",
            "/a",
            "/a/",
            "/a/{b}",
            "/{a}/{b_2}/c",
            "/files/{*rest}",
            "/a:batch",
            "/.well-known/x",
            "/~a",
        ] {
            assert_eq!(path(good), Ok(()), "{good}");
        }
        for bad in [
            "", "a", "//", "/a//b", "/{", "/}", "/{}", "/{1}", "/{a", "/a}", "/{a}b", "/a{b}", "/{a}/{a}", "/{*a}/b",
            "/{*}", "/{a-b}", "/:a", "/<a>", "/*a", "/a?b", "/a#b", "/a%20b", "/a b", "/é", "/a;b", "/a\\b", "/.",
            "/../a", "/{a}{b}", "/{{a}}",
        ] {
            assert!(path(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn tickets() {
        for good in ["ENG-STD-003", "PR-HARD-01", "EX-001", "ENG-STD-1000"] {
            assert_eq!(ticket(good), Ok(()), "{good}");
        }
        for bad in [
            "",
            "ENG-STD",
            "ENG-STD-3",
            "eng-std-003",
            "ENG STD 003",
            "ENG--003",
            "-003",
            "ENG-STD-003 ",
            "003",
        ] {
            assert!(ticket(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(router("engines.video_mask.routes"), Ok(()));
        for bad in [
            "",
            "engines",
            "engines.",
            ".routes",
            "engines..routes",
            "engines/routes",
            "Engines.routes",
            "a::b",
        ] {
            assert!(router(bad).is_err(), "{bad}");
        }
        for good in ["render", "video_mask.update", "canvas:command", "ingest-raw"] {
            assert_eq!(action(good), Ok(()), "{good}");
        }
        for bad in ["", " ", "Update", ".update", "update.", "a..b", "1a", "a b"] {
            assert!(action(bad).is_err(), "{bad}");
        }
        assert!(flag("masks").is_ok() && flag("video.masks_2").is_ok());
        for bad in ["", ".", "Masks", "video.", "video..masks", "video-masks", "2d"] {
            assert!(flag(bad).is_err(), "{bad}");
        }
        assert!(reason(" \n").is_err() && word("_a").is_err() && word("").is_err() && word("chat").is_ok());
    }
}
