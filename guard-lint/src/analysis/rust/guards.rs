//! Layers, extractors and bodies that make sure who calls.

use super::View;
use super::flow::Walk;
use crate::analysis::value::Facts;
use crate::model::FnId;
use crate::model::rust::{Def, Layer};
use crate::source::rust::facts::{Expr, Kind, Stmt, Type};

/// How deep the making of a layer is followed.
const DEPTH: u32 = 4;

/// What stands before a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nothing that asks who calls.
    None,
    /// Something with such a name that cannot be looked into.
    Unknown(String),
    /// It establishes who calls, or verifies a credential too.
    Known {
        /// Its name.
        name: String,
        /// What holds on every path past it.
        must: Facts,
        /// What holds on some.
        may: Facts,
    },
}

impl Guard {
    /// A guard past which both hold.
    fn sure(name: &str) -> Self {
        let both = Facts::IDENTITY.with(Facts::CREDENTIAL);
        Self::Known {
            name: name.to_owned(),
            must: both,
            may: both,
        }
    }

    /// The stronger of two.
    fn or(self, other: Self) -> Self {
        let rank = |guard: &Self| match guard {
            Self::None => 0,
            Self::Unknown(_) => 1,
            Self::Known { must, may, .. } => 2 + 8 * must.0.count_ones() + may.0.count_ones(),
        };
        if rank(&other) > rank(&self) { other } else { self }
    }

    /// As it is for what may be left out.
    fn optional(self) -> Self {
        match self {
            Self::Known { name, may, .. } => Self::Known {
                name,
                must: Facts::NONE,
                may,
            },
            other => other,
        }
    }
}

impl<'s> View<'_, '_, 's> {
    /// What a layer makes sure of.
    pub(super) fn layer(&self, layer: &Layer<'s>, path: Option<&str>) -> Guard {
        self.layer_expr(layer.function, layer.expr, path, DEPTH)
    }

    fn layer_expr(&self, function: FnId, expr: &'s Expr, path: Option<&str>, depth: u32) -> Guard {
        let Some(depth) = depth.checked_sub(1) else {
            return Guard::None;
        };
        let mut guard = Guard::None;
        expr.each(&mut |part| {
            let found = match &part.kind {
                Kind::Path(named) => self.layer_path(function, named, path, depth),
                Kind::Closure(index) => {
                    let module = self.program.model.function(function).module;
                    self.body(self.program.model.local_function(module, *index), path)
                }
                _ => Guard::None,
            };
            guard = std::mem::replace(&mut guard, Guard::None).or(found);
        });
        guard
    }

    fn layer_path(&self, function: FnId, named: &[String], path: Option<&str>, depth: u32) -> Guard {
        let name = named.last().map_or("", String::as_str);
        let known = &self.analyzer.known;
        match self.program.value_in(function, named) {
            Def::Function(id) => {
                let Some(facts) = self.program.function(id) else {
                    return Guard::None;
                };
                if known.is_identity_layer(name) {
                    return Guard::sure(name);
                }
                let returns = facts.returns.as_ref().map_or("", |ty| ty.last());
                if matches!(returns, "Response" | "Result" | "IntoResponse") {
                    return self.body(id, path);
                }
                // A function that makes the layer.
                let mut guard = Guard::None;
                for statement in &facts.body {
                    if let Stmt::Expr(value, _) | Stmt::Let(_, Some(value), _) = statement {
                        guard = guard.or(self.layer_expr(id, value, path, depth));
                    }
                }
                guard
            }
            Def::External(full) => {
                // A variable of the function says what it holds.
                if let [variable] = full.as_slice()
                    && let Some(value) = self.variable(function, variable)
                {
                    return self.layer_expr(function, value, path, depth);
                }
                let named = full
                    .iter()
                    .rev()
                    .take(2)
                    .find(|segment| known.is_identity_layer(segment));
                if let Some(named) = named {
                    return Guard::sure(named);
                }
                let ty = full
                    .iter()
                    .rev()
                    .take(2)
                    .find(|segment| segment.starts_with(char::is_uppercase));
                match ty {
                    Some(ty) if known.may_identify(ty) => Guard::Unknown(ty.clone()),
                    None if full.len() > 1 && known.may_identify(name) => Guard::Unknown(name.to_owned()),
                    _ => Guard::None,
                }
            }
            Def::Type(_, ty) if known.is_identity_layer(&ty.name) => Guard::sure(&ty.name),
            // A layer of the program's own: what its service does is not followed.
            Def::Type(_, ty) if known.may_identify(&ty.name) => Guard::Unknown(ty.name.clone()),
            _ => Guard::None,
        }
    }

    /// What a function's variable is first set to.
    fn variable(&self, function: FnId, name: &str) -> Option<&'s Expr> {
        let facts = self.program.function(function)?;
        facts.body.iter().find_map(|statement| match statement {
            Stmt::Let(pattern, Some(value), _) if pattern.names.len() == 1 && pattern.names[0] == name => Some(value),
            _ => None,
        })
    }

    /// What a handler's arguments make sure of.
    pub(super) fn extractors(&self, handler: FnId) -> Vec<Guard> {
        let Some(facts) = self.program.function(handler) else {
            return Vec::new();
        };
        let of = |(_, ty): &(Vec<String>, Type)| match (ty.last(), ty.arguments.as_slice()) {
            ("Option" | "Result", [inner, ..]) => self.extractor(handler, inner).optional(),
            _ => self.extractor(handler, ty),
        };
        facts.params.iter().map(of).collect()
    }

    fn extractor(&self, handler: FnId, ty: &Type) -> Guard {
        let known = &self.analyzer.known;
        let Some(at) = self.program.module_of(handler) else {
            return Guard::None;
        };
        let def = self.program.type_def(at, ty);
        match &def {
            Def::External(path) => {
                let name = path.last().map_or("", String::as_str);
                if known.is_identity_extractor(name) {
                    Guard::sure(name)
                } else if known.may_identify(name) && !matches!(name, "Extension" | "State" | "Path" | "Query") {
                    Guard::Unknown(name.to_owned())
                } else {
                    Guard::None
                }
            }
            Def::Type(_, own) => {
                let name = own.name.clone();
                let made = ["from_request_parts", "from_request"]
                    .iter()
                    .find_map(|method| self.program.method_of(&def, method));
                let Some(made) = made else {
                    return if known.is_identity_extractor(&name) {
                        Guard::sure(&name)
                    } else {
                        Guard::None
                    };
                };
                let says_so = known.may_identify(&name) || known.is_identity_extractor(&name);
                match self.body(made, None) {
                    Guard::None if says_so && self.refuses(made) => Guard::Unknown(name),
                    Guard::Known { must, may, .. } => Guard::Known { name, must, may },
                    guard => guard,
                }
            }
            _ => Guard::None,
        }
    }

    /// What a body makes sure of before it hands the request on or returns.
    pub(super) fn body(&self, function: FnId, path: Option<&str>) -> Guard {
        let (walk, ways) = Walk::through(self, path, function, Facts::NONE);
        let Some(end) = walk.passed.or(ways.good).filter(|end| end.live) else {
            return Guard::None;
        };
        // Who is only noted, and whom nothing refuses, may be anyone.
        let counts = if ways.bad.is_some() || end.may.has(Facts::CREDENTIAL) {
            Facts::IDENTITY.with(Facts::CREDENTIAL)
        } else {
            Facts::NONE
        };
        let (must, may) = (end.must.and(counts), end.may.and(counts));
        if may == Facts::NONE {
            return Guard::None;
        }
        Guard::Known {
            name: self.program.model.function_name(function),
            must,
            may,
        }
    }

    fn refuses(&self, function: FnId) -> bool {
        Walk::through(self, None, function, Facts::NONE).1.bad.is_some()
    }
}

/// The names in an expression, joined: what it says of itself.
pub(super) fn words_of(expr: &Expr) -> String {
    let mut words: Vec<&str> = Vec::new();
    expr.each(&mut |part| match &part.kind {
        Kind::Path(path) => words.extend(path.iter().map(String::as_str)),
        Kind::Field(_, name) | Kind::Method(_, name, _) => words.push(name),
        _ => {}
    });
    words.join("_")
}
