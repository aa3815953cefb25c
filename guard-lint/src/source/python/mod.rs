//! The Python front end. Nothing outside this folder names the parser's crates.

mod definitions;
mod expr;
mod lower;

use ruff_python_ast::token::TokenKind;
use ruff_python_parser::parse_unchecked_source;
use ruff_text_size::Ranged;

use super::facts::{Module, Span};
use super::names::Recent;
use lower::Lowering;

/// Reads the facts of one file. Never fails: what the parser could not read is in [`Module::errors`], and everything
/// that it recovered is kept.
pub fn facts(text: &str, names: &Recent<'_>) -> Module {
    let parsed = parse_unchecked_source(text, ruff_python_ast::PySourceType::Python);
    let mut lowering = Lowering::new(names);
    lowering.module(parsed.suite());
    let mut module = lowering.finish();
    module.errors = parsed
        .errors()
        .iter()
        .map(|error| (span(error.location), error.error.to_string()))
        .collect();
    module.directives = parsed
        .tokens()
        .iter()
        .filter(|token| token.kind() == TokenKind::Comment)
        .filter_map(|token| directive(text, span(token.range())))
        .collect();
    module
}

/// A comment `# guard-lint: …`, as its place and the text after the marker.
fn directive(text: &str, at: Span) -> Option<(Span, String)> {
    let comment = text.get(at.start as usize..at.end as usize)?;
    let body = comment
        .trim_start_matches('#')
        .trim_start()
        .strip_prefix("guard-lint:")?;
    Some((at, body.trim().to_owned()))
}

fn span(range: ruff_text_size::TextRange) -> Span {
    Span {
        start: range.start().to_u32(),
        end: range.end().to_u32(),
    }
}
