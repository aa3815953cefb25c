//! Functions, lambdas and classes of the Python syntax tree, as facts.

use ruff_python_ast as ast;
use ruff_text_size::Ranged;

use super::lower::Lowering;
use super::span;
use crate::source::facts::{Class, Function, Name, Param, ParamKind, Scope, Stmt};
use crate::source::glance::{Gathering, Glance};

impl Lowering<'_, '_> {
    pub(super) fn function(&mut self, def: &ast::StmtFunctionDef) -> u32 {
        self.type_params(def.type_params.as_deref());
        let decorators = def
            .decorator_list
            .iter()
            .map(|decorator| self.expr(&decorator.expression))
            .collect();
        let params = self.params(&def.parameters);
        let returns = def.returns.as_ref().map(|returns| self.expr(returns));
        let index = self.reserve_function(self.name(def.name.as_str()), span(def.name.range));
        // An object under construction is nobody's yet.
        let own = usize::from(def.name.as_str() == "__init__");
        let given = params.iter().skip(own).map(|param| param.name).collect();
        let (body, is_generator, glance) = self.in_function(index, given, |lowering| lowering.body(&def.body));
        let function = &mut self.module.functions[index as usize];
        *function = Function {
            params,
            decorators,
            returns,
            body,
            glance,
            is_generator,
            is_async: def.is_async,
            ..std::mem::replace(function, empty_function(function.name, function.span, function.scope))
        };
        index
    }

    pub(super) fn lambda(&mut self, lambda: &ast::ExprLambda) -> u32 {
        let params = lambda
            .parameters
            .as_ref()
            .map_or_else(Vec::new, |params| self.params(params));
        let index = self.reserve_function(self.name("<lambda>"), span(lambda.range));
        let given = params.iter().map(|param| param.name).collect();
        let (body, is_generator, glance) = self.in_function(index, given, |lowering| {
            lowering.seen.returned();
            vec![Stmt::Return(
                Some(lowering.expr(&lambda.body)),
                span(lambda.body.range()),
            )]
        });
        let function = &mut self.module.functions[index as usize];
        (function.params, function.body, function.is_generator) = (params, body, is_generator);
        function.glance = glance;
        index
    }

    fn reserve_function(&mut self, name: Name, span: crate::source::facts::Span) -> u32 {
        let index = self.module.functions.len() as u32;
        self.module.functions.push(empty_function(name, span, self.scope));
        index
    }

    fn in_function<T>(&mut self, index: u32, given: Vec<Name>, walk: impl FnOnce(&mut Self) -> T) -> (T, bool, Glance) {
        let outer = std::mem::replace(&mut self.scope, Scope::Function(index));
        let outer_yields = std::mem::replace(&mut self.yields, false);
        let outer_seen = std::mem::replace(&mut self.seen, Gathering::of(given));
        let value = walk(self);
        self.scope = outer;
        let seen = std::mem::replace(&mut self.seen, outer_seen);
        (value, std::mem::replace(&mut self.yields, outer_yields), seen.finish())
    }

    pub(super) fn note_yield(&mut self) {
        self.yields = true;
    }

    fn params(&mut self, params: &ast::Parameters) -> Vec<Param> {
        let mut all = Vec::with_capacity(params.len());
        let groups = [
            (&params.posonlyargs, ParamKind::PositionOnly),
            (&params.args, ParamKind::Normal),
        ];
        for (group, kind) in groups {
            all.extend(
                group
                    .iter()
                    .map(|param| self.param(&param.parameter, param.default(), kind)),
            );
        }
        if let Some(rest) = &params.vararg {
            all.push(self.param(rest, None, ParamKind::Rest));
        }
        let keyword_only = params.kwonlyargs.iter();
        all.extend(keyword_only.map(|param| self.param(&param.parameter, param.default(), ParamKind::KeywordOnly)));
        if let Some(keywords) = &params.kwarg {
            all.push(self.param(keywords, None, ParamKind::Keywords));
        }
        all
    }

    fn param(&mut self, param: &ast::Parameter, default: Option<&ast::Expr>, kind: ParamKind) -> Param {
        let annotation = param.annotation().map(|annotation| self.expr(annotation));
        let default = default.map(|default| self.expr(default));
        Param {
            name: self.name(param.name.as_str()),
            kind,
            annotation,
            default,
            span: span(param.name.range),
        }
    }

    pub(super) fn class(&mut self, def: &ast::StmtClassDef) -> u32 {
        self.type_params(def.type_params.as_deref());
        let decorators = def
            .decorator_list
            .iter()
            .map(|decorator| self.expr(&decorator.expression))
            .collect();
        let bases = def.arguments.as_ref().map_or_else(Vec::new, |arguments| {
            arguments.args.iter().map(|base| self.expr(base)).collect()
        });
        let index = self.module.classes.len() as u32;
        let name = self.name(def.name.as_str());
        let class = Class {
            name,
            span: span(def.name.range),
            scope: self.scope,
            bases,
            decorators,
            body: Vec::new(),
            glance: Glance::default(),
        };
        self.module.classes.push(class);
        let outer = std::mem::replace(&mut self.scope, Scope::Class(index));
        let outer_seen = std::mem::take(&mut self.seen);
        let body = self.body(&def.body);
        self.scope = outer;
        let class = &mut self.module.classes[index as usize];
        (class.body, class.glance) = (body, std::mem::replace(&mut self.seen, outer_seen).finish());
        index
    }
}

fn empty_function(name: Name, span: crate::source::facts::Span, scope: Scope) -> Function {
    Function {
        name,
        span,
        scope,
        params: Vec::new(),
        decorators: Vec::new(),
        returns: None,
        body: Vec::new(),
        glance: Glance::default(),
        is_async: false,
        is_generator: false,
    }
}
