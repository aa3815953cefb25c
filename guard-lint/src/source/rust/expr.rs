//! Expressions and statements.

use syn::parse::Parser;

use super::facts::{Block, Expr, Function, Kind, Operator, Stmt};
use super::items::Lowering;
use super::{attributes, patterns, span, tokens, types};
use crate::source::facts::Span;

impl Lowering<'_> {
    /// The statements of a block. Items inside it count for the module: what they name is nearly always meant so.
    pub(super) fn block(&mut self, block: &syn::Block, within: u32) -> Block {
        self.statements(&block.stmts, within)
    }

    fn statements(&mut self, written: &[syn::Stmt], within: u32) -> Block {
        let mut statements = Vec::new();
        for statement in written {
            match statement {
                syn::Stmt::Local(local) => {
                    let (value, otherwise) = match &local.init {
                        Some(init) => (
                            Some(self.expr(&init.expr, within)),
                            init.diverge.as_ref().map(|(_, value)| self.expr(value, within)),
                        ),
                        None => (None, None),
                    };
                    statements.push(Stmt::Let(patterns::lower(&local.pat), value, otherwise));
                }
                syn::Stmt::Item(item) => self.item(item, within),
                syn::Stmt::Expr(value, semicolon) => {
                    let value = self.expr(value, within);
                    statements.push(Stmt::Expr(value, semicolon.is_some()));
                }
                syn::Stmt::Macro(inner) => {
                    let value = self.call_macro(&inner.mac, within);
                    statements.push(Stmt::Expr(value, inner.semi_token.is_some()));
                }
            }
        }
        statements
    }

    fn boxed(&mut self, expr: &syn::Expr, within: u32) -> Box<Expr> {
        Box::new(self.expr(expr, within))
    }

    fn all<'e>(&mut self, all: impl IntoIterator<Item = &'e syn::Expr>, within: u32) -> Vec<Expr> {
        all.into_iter().map(|expr| self.expr(expr, within)).collect()
    }

    /// An expression.
    pub(super) fn expr(&mut self, expr: &syn::Expr, within: u32) -> Expr {
        use syn::Expr as E;
        let (kind, at) = match expr {
            E::Group(inner) => return self.expr(&inner.expr, within),
            E::Paren(inner) => return self.expr(&inner.expr, within),
            E::Cast(inner) => return self.expr(&inner.expr, within),
            E::Path(inner) => (Kind::Path(types::path(&inner.path)), types::path_span(&inner.path)),
            E::Lit(inner) => {
                let kind = match &inner.lit {
                    syn::Lit::Str(text) => Kind::Text(text.value()),
                    syn::Lit::Bool(value) => Kind::Bool(value.value),
                    syn::Lit::Int(number) => number.base10_parse().map_or(Kind::Other(Vec::new()), Kind::Number),
                    _ => Kind::Other(Vec::new()),
                };
                (kind, span(inner.lit.span()))
            }
            E::Call(inner) => {
                let head = self.boxed(&inner.func, within);
                let at = head.span;
                (Kind::Call(head, self.all(&inner.args, within)), at)
            }
            E::MethodCall(inner) => {
                let receiver = self.boxed(&inner.receiver, within);
                let arguments = self.all(&inner.args, within);
                let at = span(inner.method.span());
                (Kind::Method(receiver, types::word(&inner.method), arguments), at)
            }
            E::Macro(inner) => return self.call_macro(&inner.mac, within),
            E::Try(inner) => {
                let value = self.boxed(&inner.expr, within);
                let end = span(inner.question_token.spans[0]).end;
                let at = Span {
                    start: value.span.start.min(end),
                    end,
                };
                (Kind::Try(value), at)
            }
            E::Await(inner) => {
                let value = self.boxed(&inner.base, within);
                let at = value.span;
                (Kind::Await(value), at)
            }
            E::Reference(inner) => {
                let value = self.boxed(&inner.expr, within);
                let at = value.span;
                (Kind::Reference(value), at)
            }
            E::Block(inner) => (Kind::Block(self.block(&inner.block, within)), Span::default()),
            E::Async(inner) => (
                Kind::Async(self.block(&inner.block, within)),
                span(inner.async_token.span),
            ),
            E::Unsafe(inner) => (Kind::Block(self.block(&inner.block, within)), Span::default()),
            E::Const(inner) => (Kind::Block(self.block(&inner.block, within)), Span::default()),
            E::If(inner) => {
                let test = self.boxed(&inner.cond, within);
                let then = self.block(&inner.then_branch, within);
                let otherwise = inner.else_branch.as_ref().map(|(_, value)| self.boxed(value, within));
                (Kind::If(test, then, otherwise), span(inner.if_token.span))
            }
            E::Match(inner) => {
                let value = self.boxed(&inner.expr, within);
                let mut arms = Vec::new();
                for arm in &inner.arms {
                    let guard = match &arm.pat {
                        syn::Pat::Guard(guarded) => Some(self.expr(&guarded.guard, within)),
                        _ => None,
                    };
                    arms.push((patterns::lower(&arm.pat), guard, self.expr(&arm.body, within)));
                }
                (Kind::Match(value, arms), span(inner.match_token.span))
            }
            E::Closure(inner) => self.closure(inner, within),
            E::Return(inner) => {
                let value = inner.expr.as_ref().map(|value| self.boxed(value, within));
                (Kind::Return(value), span(inner.return_token.span))
            }
            E::Assign(inner) => {
                let target = self.boxed(&inner.left, within);
                let at = target.span;
                (Kind::Assign(target, self.boxed(&inner.right, within)), at)
            }
            E::Let(inner) => {
                let value = self.boxed(&inner.expr, within);
                (
                    Kind::Let(patterns::lower(&inner.pat), value),
                    span(inner.let_token.span),
                )
            }
            E::Tuple(inner) => (
                Kind::Tuple(self.all(&inner.elems, within)),
                span(inner.paren_token.span.open()),
            ),
            E::Array(inner) => (
                Kind::Array(self.all(&inner.elems, within)),
                span(inner.bracket_token.span.open()),
            ),
            E::Struct(inner) => {
                let fields = inner.fields.iter().map(|field| &field.expr);
                let fields = self.all(fields.chain(inner.rest.as_deref()), within);
                (
                    Kind::Struct(types::path(&inner.path), fields),
                    types::path_span(&inner.path),
                )
            }
            E::Field(inner) => {
                let base = self.boxed(&inner.base, within);
                let name = match &inner.member {
                    syn::Member::Named(name) => types::word(name),
                    syn::Member::Unnamed(index) => index.index.to_string(),
                };
                let at = base.span;
                (Kind::Field(base, name), at)
            }
            E::ForLoop(inner) => {
                let head = self.boxed(&inner.expr, within);
                let body = self.block(&inner.body, within);
                (
                    Kind::Loop(Some(head), patterns::names(&inner.pat), body),
                    span(inner.for_token.span),
                )
            }
            E::While(inner) => {
                let head = self.boxed(&inner.cond, within);
                let body = self.block(&inner.body, within);
                (Kind::Loop(Some(head), Vec::new(), body), span(inner.while_token.span))
            }
            E::Loop(inner) => {
                let body = self.block(&inner.body, within);
                (Kind::Loop(None, Vec::new(), body), span(inner.loop_token.span))
            }
            E::Binary(inner) => {
                let (left, right) = (self.boxed(&inner.left, within), self.boxed(&inner.right, within));
                let at = left.span;
                let kind = match operator(&inner.op) {
                    Some(operator) => Kind::Binary(operator, left, right),
                    None => Kind::Other(vec![*left, *right]),
                };
                (kind, at)
            }
            E::Unary(inner) => {
                let operand = self.boxed(&inner.expr, within);
                let at = operand.span;
                let kind = match inner.op {
                    syn::UnOp::Not(_) => Kind::Not(operand),
                    _ => Kind::Other(vec![*operand]),
                };
                (kind, at)
            }
            E::Index(inner) => (
                Kind::Other(self.all([inner.expr.as_ref(), inner.index.as_ref()], within)),
                Span::default(),
            ),
            E::Break(inner) => {
                let value = inner.expr.as_ref().map(|value| self.boxed(value, within));
                (Kind::Jump(true, value), span(inner.break_token.span))
            }
            E::Yield(inner) => (
                Kind::Other(self.all(inner.expr.as_deref(), within)),
                span(inner.yield_token.span),
            ),
            E::Continue(inner) => (Kind::Jump(false, None), span(inner.continue_token.span)),
            E::Repeat(inner) => (Kind::Array(self.all([inner.expr.as_ref()], within)), Span::default()),
            _ => (Kind::Other(Vec::new()), Span::default()),
        };
        Expr { kind, span: at }
    }

    /// A closure is a function of its own: it may be a handler or a middleware.
    fn closure(&mut self, closure: &syn::ExprClosure, within: u32) -> (Kind, Span) {
        let at = span(closure.inputs_begin.span);
        let params = closure.inputs.iter().map(|input| match input {
            syn::Pat::Type(typed) => (patterns::names(&typed.pat), types::lower(&typed.ty)),
            other => (
                patterns::names(other),
                super::facts::Type {
                    path: vec!["_".to_owned()],
                    arguments: Vec::new(),
                    is_bound: false,
                    span: at,
                },
            ),
        });
        let params = params.collect();
        let returns = match &closure.output {
            syn::ReturnType::Type(_, ty) => Some(types::lower(ty)),
            syn::ReturnType::Default => None,
        };
        let body = self.expr(&closure.body, within);
        let index = self.function(
            Function {
                within,
                name: "<closure>".to_owned(),
                owner: None,
                of_trait: None,
                params,
                returns,
                attributes: Vec::new(),
                body: vec![Stmt::Expr(body, false)],
                is_closure: true,
            },
            at,
            closure.asyncness.is_some(),
        );
        (Kind::Closure(index), at)
    }

    /// A macro's call: the handlers of `routes!`, the statements of `stream!`, and of others the arguments where they are
    /// expressions.
    pub(super) fn call_macro(&mut self, mac: &syn::Macro, within: u32) -> Expr {
        let name = types::path(&mac.path);
        let at = types::path_span(&mac.path);
        let last = name.last().map_or("", String::as_str);
        let written = || syn::Block::parse_within.parse2(mac.tokens.clone());
        let arguments = if matches!(last, "stream" | "try_stream")
            && let Ok(statements) = written()
        {
            let block = self.statements(&statements, within);
            vec![Expr {
                kind: Kind::Async(block),
                span: at,
            }]
        } else if last == "routes" {
            tokens::handlers(&mac.tokens)
        } else if let Some(arguments) = attributes::expressions(&mac.tokens) {
            self.all(&arguments, within)
        } else {
            if tokens::may_route(&mac.tokens) {
                self.hide(at, last);
            }
            let mut found = Vec::new();
            tokens::texts(&mac.tokens, &mut found);
            found
        };
        Expr {
            kind: Kind::Macro(name, arguments),
            span: at,
        }
    }
}

fn operator(written: &syn::BinOp) -> Option<Operator> {
    match written {
        syn::BinOp::And(_) => Some(Operator::And),
        syn::BinOp::Or(_) => Some(Operator::Or),
        syn::BinOp::Eq(_) => Some(Operator::Equal),
        syn::BinOp::Ne(_) => Some(Operator::Unequal),
        _ => None,
    }
}
