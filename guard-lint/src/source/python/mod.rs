//! The Python front end. Nothing outside this folder names the parser's crates.

mod definitions;
mod depth;
mod expr;
mod lower;

use memchr::memmem;
use ruff_python_ast::token::TokenKind;
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::Ranged;

use super::depth::{LONG, line_at, too_deep};
use super::facts::{Module, Span};
use super::names::Recent;
use lower::Lowering;

/// Reads the facts of one file; or the line where it nests deeper than Python allows. What the parser could not read is in
/// [`Module::errors`], and everything that it recovered is kept.
pub fn facts(text: &str, names: &Recent<'_>) -> Result<Module, u32> {
    if is_burden(text)
        && let Some(line) = too_deep(text)
    {
        return Err(line);
    }
    let parsed = parse_unchecked_source(text, ruff_python_ast::PySourceType::Python);
    if let Some(at) = depth::too_deep(parsed.tokens()) {
        // To take it apart goes as deep as it nests, on whatever stack this is.
        std::mem::forget(parsed);
        return Err(line_at(text, at));
    }
    let mut lowering = Lowering::new(names);
    lowering.module(parsed.suite());
    let mut module = lowering.finish();
    module.errors = parsed
        .errors()
        .iter()
        .map(|error| (span(error.location), error.error.to_string()))
        .collect();
    if memmem::find(text.as_bytes(), MARKER.as_bytes()).is_some() {
        let comments = parsed
            .tokens()
            .iter()
            .filter(|token| token.kind() == TokenKind::Comment);
        module.directives = comments
            .filter_map(|token| directive(text, span(token.range())))
            .collect();
    }
    Ok(module)
}

/// Whether the text may nest deeper than the parser takes unasked: it is long, or full of `lambda`, whose defaults nest
/// without the parser's watching its stack.
fn is_burden(text: &str) -> bool {
    text.len() > LONG || memmem::find_iter(text.as_bytes(), b"lambda").nth(LAMBDAS).is_some()
}

/// How many a file may have to be parsed unseen.
const LAMBDAS: usize = 64;

/// What a comment for guard-lint begins with.
const MARKER: &str = "guard-lint:";

/// A comment `# guard-lint: …`, as its place and the text after the marker.
fn directive(text: &str, at: Span) -> Option<(Span, String)> {
    let comment = text.get(at.start as usize..at.end as usize)?;
    let body = comment.trim_start_matches('#').trim_start().strip_prefix(MARKER)?;
    Some((at, body.trim().to_owned()))
}

fn span(range: ruff_text_size::TextRange) -> Span {
    Span {
        start: range.start().to_u32(),
        end: range.end().to_u32(),
    }
}
