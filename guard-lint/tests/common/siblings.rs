//! Deleting words from one handler never changes the verdict on its siblings.
//!
//! A handler is left out where what it holds is not its own alone: where something else calls it, or where its body
//! imports, declares globals or touches a router.

use std::collections::BTreeMap;
use std::ops::Range;

use guard_lint::report::Report;

use super::words::{tells, words};

/// A handler whose body may lose words.
#[derive(Debug)]
pub(crate) struct Handler {
    /// Its file.
    pub(crate) file: String,
    /// Its name.
    pub(crate) function: String,
    /// Where its body stands in the file.
    pub(crate) body: Range<usize>,
}

/// Words that reach beyond a handler.
const REACHING: [&str; 14] = [
    "import",
    "global",
    "nonlocal",
    "app",
    "router",
    "Router",
    "sys",
    "fn",
    "mod",
    "use",
    "struct",
    "impl",
    "class",
    "macro_rules",
];

/// The handlers of a report that are nobody else's business. `text` gives a file's text.
pub(crate) fn handlers(report: &Report, text: impl Fn(&str) -> String) -> Vec<Handler> {
    let mut handlers: BTreeMap<(String, u32), Handler> = BTreeMap::new();
    let endpoints = report.routers.iter().flat_map(|router| &router.endpoints);
    for endpoint in endpoints {
        let whole = text(&endpoint.file);
        let Some(body) = body(&whole, endpoint.line, endpoint.file.ends_with(".py")) else {
            continue;
        };
        let said = words(&whole[body.clone()]);
        let reaches = said.iter().any(|word| REACHING.contains(word)) || is_called(&whole, &endpoint.function);
        if !reaches {
            handlers.insert(
                (endpoint.file.clone(), endpoint.line),
                Handler {
                    file: endpoint.file.clone(),
                    function: endpoint.function.clone(),
                    body,
                },
            );
        }
    }
    handlers.into_values().collect()
}

/// The text without some words of the handler's body. Each choice names a word and how many to take from there on;
/// brackets and line breaks stay.
pub(crate) fn without(text: &str, handler: &Handler, choices: impl IntoIterator<Item = (usize, usize)>) -> String {
    let mut body: Vec<&str> = words(&text[handler.body.clone()]);
    for (at, count) in choices {
        let telling: Vec<usize> = (0..body.len()).filter(|at| tells(body[*at])).collect();
        if telling.is_empty() {
            break;
        }
        for at in telling.iter().skip(at % telling.len()).take(1 + count % 12) {
            body[*at] = "";
        }
    }
    format!(
        "{}{}{}",
        &text[..handler.body.start],
        body.concat(),
        &text[handler.body.end..]
    )
}

/// The verdicts on every endpoint of a report but those of one handler, by what tells them apart.
pub(crate) fn others(report: &Report, handler: &Handler) -> BTreeMap<String, String> {
    let endpoints = report.routers.iter().flat_map(|router| &router.endpoints);
    let others = endpoints.filter(|endpoint| endpoint.file != handler.file || endpoint.function != handler.function);
    let verdicts = others.map(|endpoint| {
        let name = format!(
            "{}:{} {} {}",
            endpoint.file,
            endpoint.function,
            endpoint.methods.join(","),
            endpoint.path
        );
        let says = format!(
            "{:?} {:?} {:?} {:?} {:?} {:?}",
            endpoint.mutating,
            endpoint.identity.verdict,
            endpoint.credential.verdict,
            endpoint.envelope.verdict,
            endpoint.envelope.wire,
            endpoint.gate.verdict
        );
        (name, says)
    });
    verdicts.collect()
}

/// Compares the siblings of a handler before and after it lost words; what no longer parses is listed, and says nothing.
pub(crate) fn assert_same(before: &Report, after: Option<&Report>, handler: &Handler) {
    let is_listed = |report: &Report| report.unchecked != before.unchecked;
    if let Some(after) = after.filter(|report| !is_listed(report)) {
        assert_eq!(
            others(before, handler),
            others(after, handler),
            "without words of {handler:?}"
        );
    }
}

/// The bytes of a function's body, from the line of its `def` or `fn`.
fn body(text: &str, line: u32, is_python: bool) -> Option<Range<usize>> {
    let starts: Vec<usize> = std::iter::once(0)
        .chain(text.match_indices('\n').map(|(at, _)| at + 1))
        .collect();
    let head = *starts.get(line as usize - 1)?;
    if !is_python {
        return braced(text, head);
    }
    let rest = &text[head..];
    let indent = rest.len() - rest.trim_start().len();
    // The signature ends with the first line that ends with a colon.
    let (mut from, mut to) = (None, head);
    for line in rest.split_inclusive('\n') {
        let said = line.trim_end();
        if from.is_some() && !said.is_empty() && said.len() - said.trim_start().len() <= indent {
            break;
        }
        to += line.len();
        if from.is_none() && said.ends_with(':') {
            from = Some(to);
        }
    }
    from.filter(|from| *from < to).map(|from| from..to)
}

/// What stands in the first braces from here on.
fn braced(text: &str, from: usize) -> Option<Range<usize>> {
    let open = from + text[from..].find('{')?;
    let mut depth = 0_u32;
    for (at, sign) in text[open..].char_indices() {
        match sign {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => continue,
        }
        if depth == 0 {
            return Some(open + 1..open + at);
        }
    }
    None
}

/// Whether a text calls a function that it defines.
fn is_called(text: &str, function: &str) -> bool {
    let said: Vec<&str> = words(text).into_iter().filter(|word| !word.trim().is_empty()).collect();
    let calls = |at: usize| {
        said[at] == function
            && said.get(at + 1) == Some(&"(")
            && !matches!(at.checked_sub(1).map(|before| said[before]), Some("def" | "fn"))
    };
    (0..said.len()).any(calls)
}
