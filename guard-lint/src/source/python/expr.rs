//! Expressions of the Python syntax tree, as facts.

use ruff_python_ast as ast;
use ruff_text_size::Ranged;
use thin_vec::{ThinVec, thin_vec};

use super::lower::Lowering;
use super::span;
use crate::source::facts::{Arg, ArgKind, Attr, Call, Choice, Compare, CompareOp, Dict, Expr, If, Index, Loop, Stmt};

impl Lowering<'_, '_> {
    pub(super) fn expr(&mut self, expr: &ast::Expr) -> Expr {
        match expr {
            ast::Expr::Name(name) => Expr::Name(self.name(name.id.as_str()), span(name.range)),
            ast::Expr::Attribute(attr) => Expr::Attr(Box::new(Attr {
                base: self.expr(&attr.value),
                name: self.name(attr.attr.as_str()),
                span: span(attr.range),
            })),
            ast::Expr::Call(call) => Expr::Call(Box::new(self.call(call))),
            ast::Expr::StringLiteral(text) => Expr::Str(self.literal(text.value.to_str()), span(text.range)),
            ast::Expr::NumberLiteral(number) => match &number.value {
                ast::Number::Int(int) => int.as_i64().map_or(Expr::Other(ThinVec::new()), Expr::Int),
                _ => Expr::Other(ThinVec::new()),
            },
            ast::Expr::BooleanLiteral(value) => Expr::Bool(value.value),
            ast::Expr::NoneLiteral(_) => Expr::None,
            ast::Expr::EllipsisLiteral(_) => Expr::Ellipsis,
            ast::Expr::FString(text) => self.f_string(text),
            ast::Expr::Dict(dict) => {
                let items = dict.items.iter();
                let items = items.map(|item| (item.key.as_ref().map(|key| self.expr(key)), self.expr(&item.value)));
                Expr::Dict(Box::new(Dict {
                    items: items.collect(),
                    span: span(dict.range),
                }))
            }
            ast::Expr::List(list) => self.seq(&list.elts),
            ast::Expr::Tuple(tuple) => self.seq(&tuple.elts),
            ast::Expr::Set(set) => self.seq(&set.elts),
            ast::Expr::UnaryOp(unary) if unary.op == ast::UnaryOp::Not => {
                Expr::Not(Box::new(self.expr(&unary.operand)))
            }
            ast::Expr::UnaryOp(unary) => Expr::Other(thin_vec![self.expr(&unary.operand)]),
            ast::Expr::BoolOp(op) => {
                let values = op.values.iter().map(|value| self.expr(value)).collect();
                match op.op {
                    ast::BoolOp::And => Expr::And(values),
                    ast::BoolOp::Or => Expr::Or(values),
                }
            }
            ast::Expr::BinOp(op) => {
                let pair = Box::new((self.expr(&op.left), self.expr(&op.right)));
                match op.op {
                    ast::Operator::Add => Expr::Add(pair),
                    ast::Operator::BitOr => Expr::Pipe(pair),
                    _ => {
                        let (left, right) = *pair;
                        Expr::Other(thin_vec![left, right])
                    }
                }
            }
            ast::Expr::Compare(compare) => self.compare(compare),
            ast::Expr::If(choice) => Expr::Choice(Box::new(Choice {
                test: self.expr(&choice.test),
                then: self.expr(&choice.body),
                otherwise: self.expr(&choice.orelse),
            })),
            ast::Expr::Subscript(index) => Expr::Index(Box::new(Index {
                base: self.expr(&index.value),
                index: self.expr(&index.slice),
                span: span(index.range),
            })),
            ast::Expr::Lambda(lambda) => Expr::Lambda(self.lambda(lambda)),
            ast::Expr::Named(named) => {
                let value = self.expr(&named.value);
                match &*named.target {
                    ast::Expr::Name(name) => Expr::Walrus(Box::new((self.name(name.id.as_str()), value))),
                    _ => value,
                }
            }
            ast::Expr::Await(inner) => Expr::Await(Box::new(self.expr(&inner.value))),
            ast::Expr::Yield(inner) => {
                self.note_yield();
                Expr::Yield(inner.value.as_ref().map(|value| Box::new(self.expr(value))))
            }
            ast::Expr::YieldFrom(inner) => {
                self.note_yield();
                Expr::Yield(Some(Box::new(self.expr(&inner.value))))
            }
            ast::Expr::Starred(inner) => Expr::Star(Box::new(self.expr(&inner.value))),
            ast::Expr::ListComp(list) => self.comprehension(&list.generators, &[&list.elt]),
            ast::Expr::SetComp(set) => self.comprehension(&set.generators, &[&set.elt]),
            ast::Expr::Generator(generator) => self.comprehension(&generator.generators, &[&generator.elt]),
            ast::Expr::DictComp(dict) => match &dict.key {
                Some(key) => self.comprehension(&dict.generators, &[key, &dict.value]),
                None => self.comprehension(&dict.generators, &[&dict.value]),
            },
            ast::Expr::Slice(slice) => {
                let bounds = [&slice.lower, &slice.upper, &slice.step];
                Expr::Other(bounds.into_iter().flatten().map(|bound| self.expr(bound)).collect())
            }
            ast::Expr::BytesLiteral(_) | ast::Expr::TString(_) | ast::Expr::IpyEscapeCommand(_) => {
                Expr::Other(ThinVec::new())
            }
        }
    }

    fn seq(&mut self, elements: &[ast::Expr]) -> Expr {
        Expr::Seq(elements.iter().map(|element| self.expr(element)).collect())
    }

    fn call(&mut self, call: &ast::ExprCall) -> Call {
        let (positional, keywords) = (&call.arguments.args, &call.arguments.keywords);
        let mut args = ThinVec::with_capacity(positional.len() + keywords.len());
        for arg in positional {
            let (kind, value) = match arg {
                ast::Expr::Starred(star) => (ArgKind::Star, &*star.value),
                other => (ArgKind::Position, other),
            };
            args.push(Arg {
                kind,
                value: self.expr(value),
            });
        }
        for keyword in keywords {
            let kind = match &keyword.arg {
                Some(name) => ArgKind::Keyword(self.name(name.as_str())),
                None => ArgKind::DoubleStar,
            };
            args.push(Arg {
                kind,
                value: self.expr(&keyword.value),
            });
        }
        let call = Call {
            func: self.expr(&call.func),
            args,
            span: span(call.range()),
        };
        self.note_call(&call);
        call
    }

    /// A chain `a < b < c` is the conjunction of its links; the middle operand is lowered for each.
    fn compare(&mut self, compare: &ast::ExprCompare) -> Expr {
        let mut left = &*compare.left;
        let mut links = ThinVec::new();
        for (op, right) in compare.ops.iter().zip(&compare.comparators) {
            let op = match op {
                ast::CmpOp::Eq => CompareOp::Eq,
                ast::CmpOp::NotEq => CompareOp::NotEq,
                ast::CmpOp::Is => CompareOp::Is,
                ast::CmpOp::IsNot => CompareOp::IsNot,
                ast::CmpOp::In => CompareOp::In,
                ast::CmpOp::NotIn => CompareOp::NotIn,
                ast::CmpOp::Lt | ast::CmpOp::LtE | ast::CmpOp::Gt | ast::CmpOp::GtE => CompareOp::Order,
            };
            let (lowered_left, lowered_right) = (self.expr(left), self.expr(right));
            let span = span(compare.range);
            let link = Expr::Compare(Box::new(Compare {
                left: lowered_left,
                op,
                right: lowered_right,
                span,
            }));
            if compare.ops.len() == 1 {
                return link;
            }
            links.push(link);
            left = right;
        }
        Expr::And(links)
    }

    fn f_string(&mut self, text: &ast::ExprFString) -> Expr {
        let mut parts = ThinVec::new();
        for part in text.value.iter() {
            match part {
                ast::FStringPart::Literal(literal) => {
                    parts.push(Expr::Str(self.literal(&literal.value), span(literal.range)));
                }
                ast::FStringPart::FString(text) => self.interpolated(&text.elements, &mut parts),
            }
        }
        Expr::Text(parts)
    }

    fn interpolated(&mut self, elements: &ast::InterpolatedStringElements, parts: &mut ThinVec<Expr>) {
        for element in elements {
            match element {
                ast::InterpolatedStringElement::Literal(literal) => {
                    parts.push(Expr::Str(self.literal(&literal.value), span(literal.range)));
                }
                ast::InterpolatedStringElement::Interpolation(inner) => {
                    parts.push(self.expr(&inner.expression));
                    if let Some(spec) = &inner.format_spec {
                        self.interpolated(&spec.elements, parts);
                    }
                }
            }
        }
    }

    /// `[use(x) for x in items]` whose list nobody takes is the loop; whether the expression is one.
    pub(super) fn comprehension_as_loop(&mut self, expr: &ast::Expr, body: &mut Vec<Stmt>) -> bool {
        let (generators, element) = match expr {
            ast::Expr::ListComp(list) => (&list.generators, &list.elt),
            ast::Expr::SetComp(set) => (&set.generators, &set.elt),
            _ => return false,
        };
        // Of several `for` the expression says as much, without statements nested as deep as somebody may chain them.
        let [generator] = generators.as_slice() else {
            return false;
        };
        let (target, head) = (Some(self.expr(&generator.target)), self.expr(&generator.iter));
        let tests: ThinVec<Expr> = generator.ifs.iter().map(|test| self.expr(test)).collect();
        let mut inner = vec![Stmt::Expr(self.expr(element))];
        if !tests.is_empty() {
            inner = vec![Stmt::If(Box::new(If {
                test: Expr::And(tests),
                then: inner,
                otherwise: Vec::new(),
            }))];
        }
        body.push(Stmt::Loop(Box::new(Loop {
            target,
            head,
            body: inner,
            otherwise: Vec::new(),
        })));
        true
    }

    /// Keeps the names that a comprehension binds.
    fn comprehend(&mut self, target: &ast::Expr) {
        match target {
            ast::Expr::Name(name) => {
                let name = self.name(name.id.as_str());
                self.note_comprehended(name);
            }
            ast::Expr::Tuple(tuple) => tuple.elts.iter().for_each(|target| self.comprehend(target)),
            ast::Expr::List(list) => list.elts.iter().for_each(|target| self.comprehend(target)),
            ast::Expr::Starred(star) => self.comprehend(&star.value),
            _ => {}
        }
    }

    /// Iterated values first, as they are evaluated first; the bound names are not kept.
    fn comprehension(&mut self, generators: &[ast::Comprehension], elements: &[&ast::Expr]) -> Expr {
        let mut parts = ThinVec::new();
        for generator in generators {
            self.comprehend(&generator.target);
            parts.push(self.expr(&generator.iter));
            parts.extend(generator.ifs.iter().map(|test| self.expr(test)));
        }
        parts.extend(elements.iter().map(|element| self.expr(element)));
        Expr::Other(parts)
    }
}
