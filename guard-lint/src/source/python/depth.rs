//! How deep a file nests, as its tokens tell.

use ruff_python_ast::token::{Token, TokenKind};
use ruff_text_size::Ranged;

use crate::source::depth::{First, Nesting};

/// The place where the file nests deeper than is read, or nothing.
pub(super) fn too_deep(tokens: &[Token]) -> Option<usize> {
    let mut nesting = Nesting::default();
    nesting.indent();
    let mut begins = true;
    let too_deep = tokens.iter().find(|token| {
        see(&mut nesting, token.kind(), &mut begins);
        nesting.is_too_deep()
    });
    too_deep.map(|token| token.start().to_usize())
}

fn see(nesting: &mut Nesting, token: TokenKind, begins: &mut bool) {
    match token {
        TokenKind::Comment | TokenKind::NonLogicalNewline => return,
        TokenKind::Indent => return nesting.indent(),
        TokenKind::Dedent => return nesting.dedent(),
        TokenKind::Newline => {
            *begins = true;
            return nesting.line_ends();
        }
        _ => {}
    }
    if std::mem::take(begins) {
        nesting.line_starts(match token {
            TokenKind::Elif => First::Elif,
            TokenKind::Else => First::Else,
            _ => First::Other,
        });
    }
    match token {
        TokenKind::Name | TokenKind::String | TokenKind::Int | TokenKind::Equal => {}
        TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => nesting.open(),
        TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => nesting.close(),
        TokenKind::Comma | TokenKind::Semi => nesting.part_ends(),
        TokenKind::Colon => nesting.colon(),
        TokenKind::Lambda => nesting.lambda(),
        TokenKind::Dot | TokenKind::Not | TokenKind::Tilde | TokenKind::Else | TokenKind::Await | TokenKind::Yield => {
            nesting.operators(1)
        }
        // `and`, `or` and comparisons make lists.
        _ if token.as_binary_operator().is_some() => nesting.operators(1),
        _ => {}
    }
}
