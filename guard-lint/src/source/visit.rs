//! Walks over facts.

use super::facts::{Call, Expr, Stmt};

/// Calls `visit` for every call of these statements, inner calls after the call that holds them, in source order. Nested
/// functions, classes and lambdas are listed flat and not entered.
pub fn each_call<'s>(body: &'s [Stmt], visit: &mut impl FnMut(&'s Call)) {
    each_expr(body, &mut |expr| {
        if let Expr::Call(call) = expr {
            visit(call);
        }
    });
}

/// Calls `visit` for every expression of these statements, outer before inner.
pub fn each_expr<'s>(body: &'s [Stmt], visit: &mut impl FnMut(&'s Expr)) {
    for statement in body {
        match statement {
            Stmt::Expr(expr) | Stmt::Assert(expr) => descend(expr, visit),
            Stmt::Assign(assign) => {
                descend(&assign.target, visit);
                assign.value.iter().for_each(|value| descend(value, visit));
            }
            Stmt::Return(value, _) => value.iter().for_each(|value| descend(value, visit)),
            Stmt::Raise(raise) => raise
                .error
                .iter()
                .chain(&raise.cause)
                .for_each(|expr| descend(expr, visit)),
            Stmt::If(branch) => {
                descend(&branch.test, visit);
                each_expr(&branch.then, visit);
                each_expr(&branch.otherwise, visit);
            }
            Stmt::Loop(each) => {
                descend(&each.head, visit);
                each_expr(&each.body, visit);
                each_expr(&each.otherwise, visit);
            }
            Stmt::Try(attempt) => {
                each_expr(&attempt.body, visit);
                attempt
                    .handlers
                    .iter()
                    .for_each(|handler| each_expr(&handler.body, visit));
                each_expr(&attempt.otherwise, visit);
                each_expr(&attempt.finally, visit);
            }
            Stmt::With(with) => {
                with.items.iter().for_each(|(manager, _)| descend(manager, visit));
                each_expr(&with.body, visit);
            }
            Stmt::Match(matching) => {
                descend(&matching.subject, visit);
                for case in &matching.cases {
                    case.guard.iter().for_each(|guard| descend(guard, visit));
                    each_expr(&case.body, visit);
                }
            }
            Stmt::Function(_) | Stmt::Class(_) | Stmt::Import(_) | Stmt::Global(_) | Stmt::Break | Stmt::Continue => {}
        }
    }
}

/// Calls `visit` for an expression and everything inside it.
pub fn descend<'s>(expr: &'s Expr, visit: &mut impl FnMut(&'s Expr)) {
    visit(expr);
    match expr {
        Expr::Attr(attr) => descend(&attr.base, visit),
        Expr::Call(call) => {
            descend(&call.func, visit);
            call.args.iter().for_each(|arg| descend(&arg.value, visit));
        }
        Expr::Text(parts) | Expr::Seq(parts) | Expr::And(parts) | Expr::Or(parts) | Expr::Other(parts) => {
            parts.iter().for_each(|part| descend(part, visit));
        }
        Expr::Dict(dict) => {
            for (key, value) in &dict.items {
                key.iter().for_each(|key| descend(key, visit));
                descend(value, visit);
            }
        }
        Expr::Not(inner) | Expr::Await(inner) | Expr::Star(inner) => descend(inner, visit),
        Expr::Yield(inner) => inner.iter().for_each(|inner| descend(inner, visit)),
        Expr::Compare(compare) => {
            descend(&compare.left, visit);
            descend(&compare.right, visit);
        }
        Expr::Choice(choice) => {
            descend(&choice.test, visit);
            descend(&choice.then, visit);
            descend(&choice.otherwise, visit);
        }
        Expr::Index(index) => {
            descend(&index.base, visit);
            descend(&index.index, visit);
        }
        Expr::Add(pair) | Expr::Pipe(pair) => {
            descend(&pair.0, visit);
            descend(&pair.1, visit);
        }
        Expr::Walrus(pair) => descend(&pair.1, visit),
        Expr::Name(..)
        | Expr::Str(..)
        | Expr::Int(_)
        | Expr::Bool(_)
        | Expr::None
        | Expr::Ellipsis
        | Expr::Lambda(_) => {}
    }
}
