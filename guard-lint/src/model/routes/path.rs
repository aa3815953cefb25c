//! Route paths and what they match.

/// Joins a prefix and a path as FastAPI does: by writing them after each other.
pub fn join(prefix: &str, path: &str) -> String {
    format!("{prefix}{path}")
}

/// One segment of a path template.
#[derive(Debug, PartialEq, Eq)]
enum Segment<'p> {
    Literal(&'p str),
    /// `{id}`: any one segment that is not empty.
    Any,
    /// `{id:int}`: some segments; only the same converter is sure to match the same.
    Converted(&'p str),
    /// `{rest:path}`: everything that follows.
    Rest,
}

/// Whether every request that `later` matches is matched by `earlier` already.
pub(super) fn covers(earlier: &str, later: &str) -> bool {
    let mut later = later.split('/').map(segment);
    for wanted in earlier.split('/').map(segment) {
        if wanted == Segment::Rest {
            return true;
        }
        let Some(given) = later.next() else { return false };
        let matched = match (&wanted, &given) {
            (Segment::Any, Segment::Literal(text)) => !text.is_empty(),
            (Segment::Any, Segment::Any | Segment::Converted(_)) => true,
            (left, right) => left == right,
        };
        if !matched {
            return false;
        }
    }
    later.next().is_none()
}

fn segment(text: &str) -> Segment<'_> {
    match text.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
        None => Segment::Literal(text),
        Some(inner) => match inner.split_once(':') {
            None | Some((_, "str")) => Segment::Any,
            Some((_, "path")) => Segment::Rest,
            Some((_, converter)) => Segment::Converted(converter),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::covers;

    #[test]
    fn a_template_covers_what_it_matches() {
        for (earlier, later, expected) in [
            ("/a/{id}", "/a/special", true),
            ("/a/special", "/a/{id}", false),
            ("/a/{id}", "/a/{other}", true),
            ("/a/{id}", "/a", false),
            ("/a/{id}", "/a/", false),
            ("/a/{id}", "/a/b/c", false),
            ("/files/{rest:path}", "/files/a/b", true),
            ("/a/{id:int}", "/a/special", false),
            ("/a/{id:int}", "/a/{n:int}", true),
            ("/a/{id}", "/a/{n:int}", true),
            ("/a/x{id}", "/a/xy", false),
        ] {
            assert_eq!(covers(earlier, later), expected, "{earlier} covers {later}");
        }
    }
}
