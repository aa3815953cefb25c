//! The Rust front end. Nothing outside this folder names syn.

mod attributes;
mod depth;
mod expr;
pub mod facts;
mod items;
pub(super) mod load;
mod patterns;
mod tokens;
mod types;

use super::facts::{Module, Names, Span};
use items::Lowering;

/// Whether a file may belong to an engine: words without which there is no route.
pub(super) fn is_seed(bytes: &[u8]) -> bool {
    [b"axum".as_slice(), b"engine_route", b"routes!"]
        .iter()
        .any(|marker| memchr::memmem::find(bytes, marker).is_some())
}

/// Reads the facts of one file. The parser loses the whole file at its first error; then the line and why.
pub(super) fn facts(text: &str, names: &Names) -> Result<Module, (u32, String)> {
    if let Some(line) = depth::too_deep(text) {
        return Err((line, "nested too deep; the file is not judged".to_owned()));
    }
    let parsed = syn::parse_file(text);
    let module = match parsed {
        Ok(file) => {
            let mut lowering = Lowering::new(names);
            lowering.items(&file.items, 0);
            let mut module = lowering.finish();
            module.directives = directives(text);
            Ok(module)
        }
        Err(error) => {
            let at = error.span();
            // At the end of the text there is no token to point at.
            let line = if at.byte_range().is_empty() {
                text.lines().count().max(1)
            } else {
                at.start().line.max(1)
            };
            let line = line as u32;
            Err((line, format!("syntax error: {error}; nothing in this file is judged")))
        }
    };
    // The parser's spans of this thread would grow with every file.
    proc_macro2::extra::invalidate_current_thread_spans();
    module
}

/// The comments `// guard-lint: …` that stand on a line of their own or after code, with the text after the marker.
fn directives(text: &str) -> Vec<(Span, String)> {
    const MARKER: &str = "// guard-lint:";
    let found = text.match_indices(MARKER).map(|(start, _)| {
        let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
        let span = Span {
            start: start as u32,
            end: end as u32,
        };
        (span, text[start + MARKER.len()..end].trim().to_owned())
    });
    found.collect()
}

/// The bytes of a token, without a byte order mark before the first one: the parser counts from behind it.
fn span(of: proc_macro2::Span) -> Span {
    let range = of.byte_range();
    Span {
        start: range.start as u32,
        end: range.end as u32,
    }
}
