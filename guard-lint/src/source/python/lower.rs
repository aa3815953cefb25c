//! Statements of the Python syntax tree, as facts.

use ruff_python_ast as ast;
use thin_vec::ThinVec;

use super::span;
use crate::source::facts::{
    Assign, Call, Case, Expr, Handler, If, Import, Loop, Match, Module, Name, Raise, Scope, Stmt, Try, With,
};
use crate::source::glance::{Gathering, each_attribute};
use crate::source::names::Recent;

/// How many bytes of a string literal are kept.
const LITERAL_LIMIT: usize = 256;

/// Walks one syntax tree and gathers its [`Module`].
pub(super) struct Lowering<'r, 'n> {
    names: &'r Recent<'n>,
    pub(super) module: Module,
    pub(super) scope: Scope,
    /// Whether the function that is being walked yields.
    pub(super) yields: bool,
    /// What is seen of the body that is being walked.
    pub(super) seen: Gathering,
}

impl<'r, 'n> Lowering<'r, 'n> {
    pub(super) fn new(names: &'r Recent<'n>) -> Self {
        Self {
            names,
            module: Module::default(),
            scope: Scope::Module,
            yields: false,
            seen: Gathering::default(),
        }
    }

    pub(super) fn finish(self) -> Module {
        self.module
    }

    pub(super) fn module(&mut self, body: &[ast::Stmt]) {
        self.module.body = self.body(body);
        self.module.glance = std::mem::take(&mut self.seen).finish();
    }

    /// The names that `def f[T]` and `class C[T]` bind.
    pub(super) fn type_params(&mut self, params: Option<&ast::TypeParams>) {
        for param in params.into_iter().flat_map(|params| &params.type_params) {
            let name = self.name(param.name().as_str());
            self.note_comprehended(name);
        }
    }

    pub(super) fn note_comprehended(&mut self, name: Name) {
        if !self.module.comprehended.contains(&name) {
            self.module.comprehended.push(name);
        }
    }

    pub(super) fn name(&self, text: &str) -> Name {
        self.names.intern(text)
    }

    /// A literal's text. Templates and the like are cut: nothing compares texts of that length.
    pub(super) fn literal(&self, text: &str) -> Name {
        let mut end = text.len().min(LITERAL_LIMIT);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        self.names.intern(&text[..end])
    }

    pub(super) fn body(&mut self, statements: &[ast::Stmt]) -> Vec<Stmt> {
        let mut body = Vec::with_capacity(statements.len());
        for statement in statements {
            self.statement(statement, &mut body);
        }
        body
    }

    fn statement(&mut self, statement: &ast::Stmt, body: &mut Vec<Stmt>) {
        match statement {
            ast::Stmt::FunctionDef(def) => body.push(Stmt::Function(self.function(def))),
            ast::Stmt::ClassDef(def) => body.push(Stmt::Class(self.class(def))),
            ast::Stmt::Return(inner) => {
                self.seen.returned();
                let value = inner.value.as_ref().map(|value| self.expr(value));
                body.push(Stmt::Return(value, span(inner.range)));
            }
            ast::Stmt::Assign(assign) => self.assign(assign, body),
            // `type Pages = list[Page]`: an alias like any other.
            ast::Stmt::TypeAlias(alias) => {
                self.type_params(alias.type_params.as_deref());
                let (target, value) = (self.target(&alias.name), Some(self.expr(&alias.value)));
                body.push(Stmt::Assign(Box::new(Assign {
                    target,
                    annotation: None,
                    value,
                    augmented: false,
                    span: span(alias.range),
                })));
            }
            ast::Stmt::AnnAssign(assign) => {
                let value = assign.value.as_ref().map(|value| self.expr(value));
                let annotation = Some(self.expr(&assign.annotation));
                let target = self.target(&assign.target);
                let span = span(assign.range);
                body.push(Stmt::Assign(Box::new(Assign {
                    target,
                    annotation,
                    value,
                    augmented: false,
                    span,
                })));
            }
            ast::Stmt::AugAssign(assign) => {
                let value = Some(self.expr(&assign.value));
                let target = self.target(&assign.target);
                let span = span(assign.range);
                body.push(Stmt::Assign(Box::new(Assign {
                    target,
                    annotation: None,
                    value,
                    augmented: true,
                    span,
                })));
            }
            ast::Stmt::For(each) => {
                let (target, head) = (Some(self.bound(&each.target)), self.expr(&each.iter));
                let (inner, otherwise) = (self.body(&each.body), self.body(&each.orelse));
                body.push(Stmt::Loop(Box::new(Loop {
                    target,
                    head,
                    body: inner,
                    otherwise,
                })));
            }
            ast::Stmt::While(each) => {
                let head = self.expr(&each.test);
                let (inner, otherwise) = (self.body(&each.body), self.body(&each.orelse));
                body.push(Stmt::Loop(Box::new(Loop {
                    target: None,
                    head,
                    body: inner,
                    otherwise,
                })));
            }
            ast::Stmt::If(branch) => {
                let otherwise = self.elif(&branch.elif_else_clauses);
                let (test, then) = (self.expr(&branch.test), self.body(&branch.body));
                body.push(Stmt::If(Box::new(If { test, then, otherwise })));
            }
            ast::Stmt::With(with) => {
                let items = with.items.iter();
                let items = items.map(|item| {
                    (
                        self.expr(&item.context_expr),
                        item.optional_vars.as_ref().map(|target| self.bound(target)),
                    )
                });
                let items = items.collect();
                let inner = self.body(&with.body);
                body.push(Stmt::With(Box::new(With { items, body: inner })));
            }
            ast::Stmt::Match(matching) => {
                let subject = self.expr(&matching.subject);
                let cases = matching.cases.iter().map(|case| self.case(case)).collect();
                body.push(Stmt::Match(Box::new(Match { subject, cases })));
            }
            ast::Stmt::Raise(raise) => {
                let error = raise.exc.as_ref().map(|error| self.expr(error));
                let cause = raise.cause.as_ref().map(|cause| self.expr(cause));
                let span = span(raise.range);
                body.push(Stmt::Raise(Box::new(Raise { error, cause, span })));
            }
            ast::Stmt::Try(attempt) => body.push(Stmt::Try(Box::new(self.attempt(attempt)))),
            ast::Stmt::Assert(assert) => body.push(Stmt::Assert(self.expr(&assert.test))),
            ast::Stmt::Import(import) => {
                let names = self.aliases(&import.names);
                body.push(Stmt::Import(Box::new(Import {
                    level: 0,
                    module: None,
                    names,
                    span: span(import.range),
                })));
            }
            ast::Stmt::ImportFrom(import) => {
                let names = self.aliases(&import.names);
                let module = Some(self.name(import.module.as_ref().map_or("", |module| module.as_str())));
                let span = span(import.range);
                body.push(Stmt::Import(Box::new(Import {
                    level: import.level,
                    module,
                    names,
                    span,
                })));
            }
            ast::Stmt::Global(global) => {
                body.push(Stmt::Global(
                    global.names.iter().map(|name| self.name(name.as_str())).collect(),
                ));
            }
            ast::Stmt::Nonlocal(nonlocal) => {
                body.push(Stmt::Global(
                    nonlocal.names.iter().map(|name| self.name(name.as_str())).collect(),
                ));
            }
            ast::Stmt::Expr(inner) if self.comprehension_as_loop(&inner.value, body) => {}
            ast::Stmt::Expr(inner) => {
                // A literal alone is a doc string or nothing.
                if !inner.value.is_literal_expr() {
                    let value = self.expr(&inner.value);
                    body.push(Stmt::Expr(value));
                }
            }
            ast::Stmt::Delete(delete) => {
                let targets: ThinVec<Expr> = delete.targets.iter().map(|target| self.expr(target)).collect();
                targets.iter().for_each(|target| self.seen.set(target));
                body.push(Stmt::Expr(Expr::Other(targets)));
            }
            ast::Stmt::Break(_) => body.push(Stmt::Break),
            ast::Stmt::Continue(_) => body.push(Stmt::Continue),
            ast::Stmt::Pass(_) | ast::Stmt::IpyEscapeCommand(_) => {}
        }
    }

    fn assign(&mut self, assign: &ast::StmtAssign, body: &mut Vec<Stmt>) {
        let mut value = Some(self.expr(&assign.value));
        let mut first = None;
        for target in &assign.targets {
            let target = self.target(target);
            // `a = b = f()` calls f once: later targets copy the first, where that is a plain name.
            let given = value.take().or(match first {
                Some((name, span)) => Some(Expr::Name(name, span)),
                None => Some(Expr::Other(ThinVec::new())),
            });
            if let (None, Expr::Name(name, span)) = (first, &target) {
                first = Some((*name, *span));
            }
            let span = span(assign.range);
            body.push(Stmt::Assign(Box::new(Assign {
                target,
                annotation: None,
                value: given,
                augmented: false,
                span,
            })));
        }
    }

    /// What is assigned to.
    fn target(&mut self, target: &ast::Expr) -> Expr {
        let target = self.bound(target);
        self.seen.set(&target);
        target
    }

    /// What is bound: by an assignment, a loop or a `with`.
    fn bound(&mut self, target: &ast::Expr) -> Expr {
        let target = self.expr(target);
        let set = &mut self.module.set_attributes;
        each_attribute(&target, &mut |name| {
            if !set.contains(&name) {
                set.push(name);
            }
        });
        target
    }

    pub(super) fn note_call(&mut self, call: &Call) {
        self.seen.called(call, self.names.all());
    }

    fn elif(&mut self, clauses: &[ast::ElifElseClause]) -> Vec<Stmt> {
        // Built from the last clause on, so that a long chain nests without recursion here.
        let mut otherwise = Vec::new();
        for clause in clauses.iter().rev() {
            let then = self.body(&clause.body);
            otherwise = match &clause.test {
                Some(test) => vec![Stmt::If(Box::new(If {
                    test: self.expr(test),
                    then,
                    otherwise,
                }))],
                None => then,
            };
        }
        otherwise
    }

    fn attempt(&mut self, attempt: &ast::StmtTry) -> Try {
        let body = self.body(&attempt.body);
        let handlers = attempt
            .handlers
            .iter()
            .map(|ast::ExceptHandler::ExceptHandler(handler)| {
                let classes = match handler.type_.as_deref() {
                    None => Vec::new(),
                    Some(ast::Expr::Tuple(tuple)) => tuple.elts.iter().map(|class| self.expr(class)).collect(),
                    Some(class) => vec![self.expr(class)],
                };
                let name = handler.name.as_ref().map(|name| self.name(name.as_str()));
                Handler {
                    classes,
                    name,
                    body: self.body(&handler.body),
                    span: span(handler.range),
                }
            });
        let handlers = handlers.collect();
        Try {
            body,
            handlers,
            otherwise: self.body(&attempt.orelse),
            finally: self.body(&attempt.finalbody),
        }
    }

    fn case(&mut self, case: &ast::MatchCase) -> Case {
        let mut binds = Vec::new();
        self.bound_names(&case.pattern, &mut binds);
        let literal = match &case.pattern {
            ast::Pattern::MatchValue(value) => Some(self.expr(&value.value)),
            _ => None,
        };
        let guard = case.guard.as_ref().map(|guard| self.expr(guard));
        let wildcard = case.pattern.is_irrefutable() && guard.is_none();
        Case {
            literal,
            binds,
            wildcard,
            guard,
            body: self.body(&case.body),
        }
    }

    fn bound_names(&self, pattern: &ast::Pattern, names: &mut Vec<Name>) {
        match pattern {
            ast::Pattern::MatchAs(inner) => {
                names.extend(inner.name.as_ref().map(|name| self.name(name.as_str())));
                if let Some(pattern) = &inner.pattern {
                    self.bound_names(pattern, names);
                }
            }
            ast::Pattern::MatchStar(inner) => names.extend(inner.name.as_ref().map(|name| self.name(name.as_str()))),
            ast::Pattern::MatchMapping(inner) => {
                names.extend(inner.rest.as_ref().map(|name| self.name(name.as_str())));
                inner
                    .patterns
                    .iter()
                    .for_each(|pattern| self.bound_names(pattern, names));
            }
            ast::Pattern::MatchSequence(inner) => {
                inner
                    .patterns
                    .iter()
                    .for_each(|pattern| self.bound_names(pattern, names));
            }
            ast::Pattern::MatchOr(inner) => inner
                .patterns
                .iter()
                .for_each(|pattern| self.bound_names(pattern, names)),
            ast::Pattern::MatchClass(inner) => {
                inner
                    .arguments
                    .patterns
                    .iter()
                    .for_each(|pattern| self.bound_names(pattern, names));
                inner
                    .arguments
                    .keywords
                    .iter()
                    .for_each(|keyword| self.bound_names(&keyword.pattern, names));
            }
            ast::Pattern::MatchValue(_) | ast::Pattern::MatchSingleton(_) => {}
        }
    }

    fn aliases(&self, aliases: &[ast::Alias]) -> Vec<(Name, Option<Name>)> {
        let alias = |alias: &ast::Alias| {
            (
                self.name(alias.name.as_str()),
                alias.asname.as_ref().map(|name| self.name(name.as_str())),
            )
        };
        aliases.iter().map(alias).collect()
    }
}
