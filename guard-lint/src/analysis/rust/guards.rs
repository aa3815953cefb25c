//! Layers, extractors and bodies that make sure who calls.

use super::View;
use crate::model::FnId;
use crate::model::rust::{Def, Layer};
use crate::source::rust::facts::{Expr, Kind, Stmt, Type, each_in};

/// How deep calls are followed while a body is looked through.
const DEPTH: u32 = 4;

/// What stands before a handler.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Guard {
    /// Nothing that asks who calls.
    None,
    /// Something with such a name that cannot be looked into.
    Unknown(String),
    /// It establishes who calls, without a credential.
    Identity(String),
    /// It verifies a credential.
    Both(String),
}

/// What a body does about the caller.
#[derive(Debug, Clone, Copy, Default)]
struct Doing {
    verifies: bool,
    refuses: bool,
    establishes: bool,
}

impl Guard {
    /// The stronger of two.
    fn or(self, other: Self) -> Self {
        let rank = |guard: &Self| match guard {
            Self::None => 0,
            Self::Unknown(_) => 1,
            Self::Identity(_) => 2,
            Self::Both(_) => 3,
        };
        if rank(&other) > rank(&self) { other } else { self }
    }
}

impl<'s> View<'_, '_, 's> {
    /// What a layer makes sure of.
    pub(super) fn layer(&self, layer: &Layer<'s>) -> Guard {
        self.layer_expr(layer.function, layer.expr, DEPTH)
    }

    fn layer_expr(&self, function: FnId, expr: &'s Expr, depth: u32) -> Guard {
        let Some(depth) = depth.checked_sub(1) else {
            return Guard::None;
        };
        let mut guard = Guard::None;
        expr.each(&mut |part| {
            let found = match &part.kind {
                Kind::Path(path) => self.layer_path(function, path, depth),
                Kind::Closure(index) => {
                    let module = self.program.model.function(function).module;
                    self.body(self.program.model.local_function(module, *index))
                }
                _ => Guard::None,
            };
            guard = std::mem::replace(&mut guard, Guard::None).or(found);
        });
        guard
    }

    fn layer_path(&self, function: FnId, path: &[String], depth: u32) -> Guard {
        let name = path.last().map_or("", String::as_str);
        let known = &self.analyzer.known;
        match self.program.value_in(function, path) {
            Def::Function(id) => {
                let Some(facts) = self.program.function(id) else {
                    return Guard::None;
                };
                if known.is_identity_layer(name) {
                    return Guard::Both(name.to_owned());
                }
                let returns = facts.returns.as_ref().map_or("", |ty| ty.last());
                if matches!(returns, "Response" | "Result" | "IntoResponse") {
                    return self.body(id);
                }
                // A function that makes the layer.
                let mut guard = Guard::None;
                for statement in &facts.body {
                    if let Stmt::Expr(value, _) | Stmt::Let(_, Some(value), _) = statement {
                        guard = guard.or(self.layer_expr(id, value, depth));
                    }
                }
                guard
            }
            Def::External(full) => {
                // A variable of the function says what it holds.
                if let [variable] = full.as_slice()
                    && let Some(value) = self.variable(function, variable)
                {
                    return self.layer_expr(function, value, depth);
                }
                let named = full
                    .iter()
                    .rev()
                    .take(2)
                    .find(|segment| known.is_identity_layer(segment));
                if let Some(named) = named {
                    return Guard::Both(named.clone());
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
            Def::Type(_, ty) if known.is_identity_layer(&ty.name) => Guard::Both(ty.name.clone()),
            // A layer of the program's own: what its service does is not followed.
            Def::Type(_, ty) if known.may_identify(&ty.name) => Guard::Unknown(ty.name.clone()),
            _ => Guard::None,
        }
    }

    /// What a function's variable is first set to.
    fn variable(&self, function: FnId, name: &str) -> Option<&'s Expr> {
        let facts = self.program.function(function)?;
        facts.body.iter().find_map(|statement| match statement {
            Stmt::Let(names, Some(value), _) if names.len() == 1 && names[0] == name => Some(value),
            _ => None,
        })
    }

    /// What a handler's arguments make sure of, and whether nothing gets past them.
    pub(super) fn extractors(&self, handler: FnId) -> Vec<(Guard, bool)> {
        let Some(facts) = self.program.function(handler) else {
            return Vec::new();
        };
        let of = |(_, ty): &(Vec<String>, Type)| match (ty.last(), ty.arguments.as_slice()) {
            ("Option" | "Result", [inner, ..]) => (self.extractor(handler, inner), false),
            _ => (self.extractor(handler, ty), true),
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
                    Guard::Both(name.to_owned())
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
                        Guard::Both(name)
                    } else {
                        Guard::None
                    };
                };
                let doing = self.doing(made, DEPTH);
                let says_so = known.may_identify(&name) || known.is_identity_extractor(&name);
                match doing {
                    Doing { refuses: false, .. } => Guard::None,
                    Doing { verifies: true, .. } => Guard::Both(name),
                    Doing { establishes: true, .. } => Guard::Identity(name),
                    _ if says_so => Guard::Unknown(name),
                    _ => Guard::None,
                }
            }
            _ => Guard::None,
        }
    }

    /// What a body makes sure of.
    pub(super) fn body(&self, function: FnId) -> Guard {
        let name = self.program.model.function_name(function);
        match self.doing(function, DEPTH) {
            Doing { refuses: false, .. } => Guard::None,
            Doing { verifies: true, .. } => Guard::Both(name),
            Doing { establishes: true, .. } => Guard::Identity(name),
            _ => Guard::None,
        }
    }

    fn doing(&self, function: FnId, depth: u32) -> Doing {
        let mut doing = Doing::default();
        let (Some(depth), Some(facts)) = (depth.checked_sub(1), self.program.function(function)) else {
            return doing;
        };
        each_in(&facts.body, &mut |part| self.look(function, part, depth, &mut doing));
        doing
    }

    fn look(&self, function: FnId, part: &'s Expr, depth: u32, doing: &mut Doing) {
        let known = &self.analyzer.known;
        match &part.kind {
            Kind::Try(_) => doing.refuses = true,
            Kind::Return(Some(_)) => doing.refuses = true,
            Kind::Path(path) => {
                doing.refuses |= matches!(
                    path.last().map(String::as_str),
                    Some("UNAUTHORIZED" | "FORBIDDEN" | "ErrorEnvelope" | "Err")
                );
            }
            Kind::Struct(path, _) => doing.establishes |= known.is_context_name(path),
            Kind::Method(receiver, name, arguments) => {
                doing.verifies |= known.is_credential_check(Some(&words_of(receiver)), name);
                if name == "insert" && words_of(receiver).contains("extensions") {
                    // Who is put there is who calls, where that is what the value says.
                    let says = arguments.iter().any(|value| known.may_identify(&words_of(value)));
                    doing.establishes |= says;
                }
                for method in self.program.methods(name) {
                    if *method != function && self.program.methods(name).len() == 1 {
                        self.follow(*method, depth, doing);
                    }
                }
            }
            Kind::Call(head, _) => {
                let Some(path) = head.as_path() else { return };
                let dotted = path.join(".");
                doing.establishes |= known.is_identity_provider(path.last().map_or("", String::as_str));
                match self.program.value_in(function, path) {
                    Def::Function(id) if id != function => {
                        doing.verifies |= known.is_verifier(&dotted);
                        doing.establishes |= path.len() > 1 && known.is_context_name(&path[..path.len() - 1]);
                        self.follow(id, depth, doing);
                    }
                    Def::External(full) => {
                        let (name, before) = (full.last().map_or("", String::as_str), full.len().saturating_sub(1));
                        let from = full[..before].join("_").replace("jsonwebtoken", "jwt_token");
                        doing.verifies |= known.is_verifier(&dotted) || known.is_credential_check(Some(&from), name);
                        doing.establishes |= before > 0 && known.is_context_name(&full[..before]);
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }

    fn follow(&self, id: FnId, depth: u32, doing: &mut Doing) {
        let inner = self.doing(id, depth);
        doing.verifies |= inner.verifies;
        doing.establishes |= inner.establishes;
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
