//! What a value can be, as far as annotations, constructors and assignments tell without running anything.

use std::cell::RefCell;
use std::hash::Hash;

use rustc_hash::FxHashMap;

use super::classes::last_segment;
use super::resolve::Entity;
use super::scope::Binding;
use super::{ClassId, FnId, ModId, Model};
use crate::source::facts::{Expr, Name, Stmt};

/// What a value can be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ty {
    /// An object of this class; `exact` when it was made here, so that no subclass's override can run.
    Object {
        /// The class.
        class: ClassId,
        /// Made by a call of the class itself.
        exact: bool,
    },
    /// An object of a class outside the program.
    ExternalObject(Name),
    /// A definition, module or thing outside.
    Entity(Entity),
    /// A method with its object.
    Method(FnId),
}

/// The possible types of a value, with whether it can be `None`. Empty types mean unknown.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Types {
    /// The alternatives.
    pub all: Vec<Ty>,
    /// Whether `None` is one.
    pub nullable: bool,
    /// Whether an alternative is unknown.
    pub partial: bool,
}

impl Types {
    /// Exactly this.
    pub fn one(ty: Ty) -> Self {
        Self {
            all: vec![ty],
            nullable: false,
            partial: false,
        }
    }

    /// Nothing is known.
    pub fn unknown() -> Self {
        Self {
            all: Vec::new(),
            nullable: false,
            partial: true,
        }
    }

    /// Only `None`.
    pub fn none() -> Self {
        Self {
            all: Vec::new(),
            nullable: true,
            partial: false,
        }
    }

    /// Either of the two.
    pub fn or(mut self, other: Self) -> Self {
        for ty in other.all {
            if !self.all.contains(&ty) {
                self.all.push(ty);
            }
        }
        self.nullable |= other.nullable;
        self.partial |= other.partial;
        self
    }
}

/// What was inferred so far, by what decides it.
#[derive(Debug, Clone, Default)]
pub(super) struct Inferred {
    names: Asked<(ModId, Option<FnId>, Name)>,
    members: Asked<(Ty, Name)>,
    calls: Asked<Ty>,
}

/// The types so far, by what was asked.
type Asked<K> = RefCell<FxHashMap<K, Types>>;

/// How far inference follows names and calls.
const DEPTH: u32 = 10;

/// What is known under a key, or else found now.
fn once<K: Eq + Hash>(known: &Asked<K>, key: K, find: impl FnOnce() -> Types) -> Types {
    if let Some(known) = known.borrow().get(&key) {
        return known.clone();
    }
    let found = find();
    known.borrow_mut().insert(key, found.clone());
    found
}

impl<'s> Model<'s> {
    /// The types that an annotation of this module means.
    pub fn annotation(&self, module: ModId, annotation: &Expr) -> Types {
        match annotation {
            Expr::None => Types::none(),
            // `"Forward"`: a name in quotes; anything longer is not followed.
            Expr::Str(text, span) => self.annotation(module, &Expr::Name(*text, *span)),
            Expr::Pipe(pair) => self.annotation(module, &pair.0).or(self.annotation(module, &pair.1)),
            Expr::Name(..) | Expr::Attr(_) => match self.expression(module, annotation) {
                Some(Entity::Class(class)) => Types::one(Ty::Object { class, exact: false }),
                Some(Entity::External(name)) => Types::one(Ty::ExternalObject(name)),
                Some(Entity::Global(owner, name)) => self.annotation_alias(owner, name),
                _ => Types::unknown(),
            },
            Expr::Index(index) => self.generic(module, &index.base, &index.index),
            _ => Types::unknown(),
        }
    }

    /// `Context = Annotated[RequestContext, Depends(provider)]` and other aliases.
    fn annotation_alias(&self, owner: ModId, name: Name) -> Types {
        match self.scope(owner).get(name) {
            Some(Binding::Value {
                value: Some(value @ (Expr::Index(_) | Expr::Pipe(_))),
                ..
            }) => self.annotation(owner, value),
            _ => Types::unknown(),
        }
    }

    fn generic(&self, module: ModId, base: &Expr, argument: &Expr) -> Types {
        let first = match argument {
            Expr::Seq(items) => items.first(),
            other => Some(other),
        };
        let name = match base {
            Expr::Name(name, _) => self.text(*name),
            Expr::Attr(attr) => self.text(attr.name),
            _ => return Types::unknown(),
        };
        match name {
            "Optional" => self.annotation(module, argument).or(Types::none()),
            "Annotated" | "Final" | "ClassVar" | "Awaitable" | "NotRequired" | "Required" => {
                first.map_or_else(Types::unknown, |first| self.annotation(module, first))
            }
            "Union" => match argument {
                Expr::Seq(items) => items
                    .iter()
                    .map(|item| self.annotation(module, item))
                    .reduce(Types::or)
                    .unwrap_or_default(),
                other => self.annotation(module, other),
            },
            "Type" | "type" => Types::unknown(),
            _ => match self.expression(module, base) {
                Some(Entity::Class(class)) => Types::one(Ty::Object { class, exact: false }),
                Some(Entity::External(name)) => Types::one(Ty::ExternalObject(name)),
                // `dict[str, X]`, `list[X]`: a builtin container.
                None => Types::one(Ty::ExternalObject(self.intern(name))),
                _ => Types::unknown(),
            },
        }
    }

    /// The types of a module's variable.
    pub fn global_types(&self, module: ModId, name: Name) -> Types {
        self.global_types_within(module, name, DEPTH)
    }

    fn global_types_within(&self, module: ModId, name: Name, depth: u32) -> Types {
        let Some(Binding::Value { value, annotation }) = self.scope(module).get(name) else {
            return Types::unknown();
        };
        if let Some(annotation) = annotation {
            let types = self.annotation(module, annotation);
            if !types.all.is_empty() {
                return types;
            }
        }
        value.map_or_else(Types::unknown, |value| self.infer_within(module, None, value, depth))
    }

    /// The types of `object.name` for an object of this class.
    pub fn attribute_types(&self, class: ClassId, name: Name) -> Types {
        self.attribute_types_within(class, name, DEPTH)
    }

    fn attribute_types_within(&self, class: ClassId, name: Name, depth: u32) -> Types {
        let Some(depth) = depth.checked_sub(1) else {
            return Types::unknown();
        };
        for class in self.ancestry(class) {
            let info = self.class(class);
            if let Some(method) = info.methods.get(&name) {
                if self.is_property(*method) {
                    return self.return_types_within(*method, depth);
                }
                return Types::one(Ty::Method(*method));
            }
            if let Some(assigned) = info.attributes.get(&name) {
                let types = assigned.iter().map(|(method, field)| {
                    let declared = field
                        .annotation
                        .map(|annotation| self.annotation(info.module, annotation));
                    match declared {
                        Some(types) if !types.all.is_empty() => types,
                        _ => field.value.map_or_else(Types::unknown, |value| {
                            self.infer_within(info.module, Some(*method), value, depth)
                        }),
                    }
                });
                return types.reduce(Types::or).unwrap_or_default();
            }
            if let Some(field) = info.fields.get(&name) {
                let declared = field
                    .annotation
                    .map(|annotation| self.annotation(info.module, annotation));
                return match declared {
                    Some(types) if !types.all.is_empty() => types,
                    _ => field.value.map_or_else(Types::unknown, |value| {
                        self.infer_within(info.module, None, value, depth)
                    }),
                };
            }
        }
        Types::unknown()
    }

    /// The types that a function returns: by annotation, or else by its return statements.
    pub fn return_types(&self, function: FnId) -> Types {
        self.return_types_within(function, DEPTH)
    }

    fn return_types_within(&self, function: FnId, depth: u32) -> Types {
        let info = self.function(function);
        if let Some(returns) = &info.facts.returns {
            let types = self.annotation(info.module, returns);
            if (!types.all.is_empty() || types.nullable) && !self.is_vague(&types) {
                return types;
            }
        }
        let Some(depth) = depth.checked_sub(1) else {
            return Types::unknown();
        };
        let mut values = Vec::new();
        returned(&info.facts.body, &mut values);
        let types = values
            .into_iter()
            .map(|value| self.infer_within(info.module, Some(function), value, depth));
        types.reduce(Types::or).unwrap_or_else(Types::unknown)
    }

    /// Whether an annotation leaves open what there is: `-> Callable` of a factory does not say which function it gives.
    fn is_vague(&self, types: &Types) -> bool {
        types.all.iter().all(|ty| match ty {
            Ty::ExternalObject(name) => matches!(last_segment(self.text(*name)), "Callable" | "Any" | "object"),
            _ => false,
        }) && !types.nullable
    }

    /// The types of an expression in this function or at module level, whatever the order of its statements.
    pub fn infer(&self, module: ModId, function: Option<FnId>, expr: &Expr) -> Types {
        let either = |types: &Types, find: &dyn Fn(Ty) -> Types| {
            let each = types.all.iter().map(|ty| find(*ty));
            each.reduce(Types::or).unwrap_or_else(Types::unknown)
        };
        match expr {
            Expr::Name(name, _) => once(&self.inferred.names, (module, function, *name), || {
                self.name_types(module, function, *name, DEPTH)
            }),
            Expr::Attr(attr) => {
                let base = self.infer(module, function, &attr.base);
                either(&base, &|ty| self.member_types(ty, attr.name))
            }
            Expr::Call(call) if !matches!(&call.func, Expr::Name(name, _) if self.text(*name) == "getattr") => {
                either(&self.infer(module, function, &call.func), &|ty| self.call_types(ty))
            }
            Expr::Await(inner) => self.infer(module, function, inner),
            expr => self.infer_within(module, function, expr, DEPTH),
        }
    }

    pub(super) fn infer_within(&self, module: ModId, function: Option<FnId>, expr: &Expr, depth: u32) -> Types {
        let Some(depth) = depth.checked_sub(1) else {
            self.local_types.cut();
            return Types::unknown();
        };
        match expr {
            Expr::None => Types::none(),
            Expr::Await(inner) => self.infer_within(module, function, inner, depth),
            Expr::Or(values) => {
                let mut types = values
                    .iter()
                    .map(|value| self.infer_within(module, function, value, depth))
                    .reduce(Types::or)
                    .unwrap_or_default();
                types.nullable = false;
                types
            }
            Expr::Choice(choice) => self
                .infer_within(module, function, &choice.then, depth)
                .or(self.infer_within(module, function, &choice.otherwise, depth)),
            Expr::Name(name, _) => self.name_types(module, function, *name, depth),
            Expr::Attr(attr) => {
                let base = self.infer_within(module, function, &attr.base, depth);
                let types = base
                    .all
                    .iter()
                    .map(|ty| self.member_types_within(*ty, attr.name, depth));
                types.reduce(Types::or).unwrap_or_else(Types::unknown)
            }
            Expr::Call(call) => {
                // `getattr(object, "name")`
                if let (Expr::Name(builtin, _), Some(object), Some(Expr::Str(name, _))) =
                    (&call.func, call.position(0), call.position(1))
                    && self.text(*builtin) == "getattr"
                {
                    let base = self.infer_within(module, function, object, depth);
                    let types = base.all.iter().map(|ty| self.member_types_within(*ty, *name, depth));
                    return types.reduce(Types::or).unwrap_or_else(Types::unknown);
                }
                let callee = self.infer_within(module, function, &call.func, depth);
                let types = callee.all.iter().map(|ty| self.call_types_within(*ty, depth));
                types.reduce(Types::or).unwrap_or_else(Types::unknown)
            }
            Expr::Lambda(local) => Types::one(Ty::Entity(Entity::Function(self.local_function(module, *local)))),
            Expr::Index(pair) => self.parametrized(module, function, &pair.base, depth),
            Expr::Dict(..) => Types::one(Ty::ExternalObject(self.literal("dict"))),
            Expr::Seq(_) => Types::one(Ty::ExternalObject(self.literal("list"))),
            Expr::Str(..) | Expr::Text(_) => Types::one(Ty::ExternalObject(self.literal("str"))),
            Expr::Int(_) => Types::one(Ty::ExternalObject(self.literal("int"))),
            Expr::Bool(_) => Types::one(Ty::ExternalObject(self.literal("bool"))),
            _ => Types::unknown(),
        }
    }

    /// `Page[int]` is the class `Page`; an item of anything else is not followed.
    fn parametrized(&self, module: ModId, function: Option<FnId>, base: &Expr, depth: u32) -> Types {
        let types = self.infer_within(module, function, base, depth);
        match types.all.as_slice() {
            [Ty::Entity(Entity::Class(_))] => types,
            _ => Types::unknown(),
        }
    }

    fn name_types(&self, module: ModId, function: Option<FnId>, name: Name, depth: u32) -> Types {
        let mut scope = function;
        while let Some(id) = scope {
            let info = self.function(id);
            if let Some((index, param)) = info
                .facts
                .params
                .iter()
                .enumerate()
                .find(|(_, param)| param.name == name)
            {
                if let (0, Some(class)) = (index, info.class)
                    && !self.is_decorated(id, "staticmethod")
                {
                    return if self.is_decorated(id, "classmethod") {
                        Types::one(Ty::Entity(Entity::Class(class)))
                    } else {
                        Types::one(Ty::Object { class, exact: false })
                    };
                }
                let declared = param
                    .annotation
                    .as_ref()
                    .map(|annotation| self.annotation(module, annotation));
                return declared
                    .filter(|types| !types.all.is_empty())
                    .unwrap_or_else(Types::unknown);
            }
            if let Some(types) = self.local_types(id, name, depth) {
                return types;
            }
            scope = info.parent;
        }
        match self.global(module, name) {
            Some(Entity::Global(owner, name)) => self.global_types_within(owner, name, depth),
            Some(entity) => Types::one(Ty::Entity(entity)),
            None => Types::unknown(),
        }
    }

    /// The types of `value.name` for a value of this type.
    pub fn member_types(&self, ty: Ty, name: Name) -> Types {
        once(&self.inferred.members, (ty, name), || {
            self.member_types_within(ty, name, DEPTH)
        })
    }

    fn member_types_within(&self, ty: Ty, name: Name, depth: u32) -> Types {
        match ty {
            Ty::Object { class, .. } => self.attribute_types_within(class, name, depth),
            Ty::Entity(Entity::Class(class)) => match self.method(class, name) {
                Some(method) => Types::one(Ty::Method(method)),
                None => Types::unknown(),
            },
            Ty::Entity(entity) => match self.member(entity, name) {
                Some(Entity::Global(owner, name)) => self.global_types_within(owner, name, depth),
                Some(entity) => Types::one(Ty::Entity(entity)),
                None => Types::unknown(),
            },
            Ty::ExternalObject(_) | Ty::Method(_) => Types::unknown(),
        }
    }

    /// The types of what calling a value of this type gives.
    pub fn call_types(&self, ty: Ty) -> Types {
        once(&self.inferred.calls, ty, || self.call_types_within(ty, DEPTH))
    }

    fn call_types_within(&self, ty: Ty, depth: u32) -> Types {
        match ty {
            Ty::Entity(Entity::Class(class)) => Types::one(Ty::Object { class, exact: true }),
            Ty::Entity(Entity::Function(function)) | Ty::Method(function) => self.return_types_within(function, depth),
            // A capitalised name from outside is a class by every convention.
            Ty::Entity(Entity::External(name)) if last_segment(self.text(name)).starts_with(char::is_uppercase) => {
                Types::one(Ty::ExternalObject(name))
            }
            Ty::Object { class, .. } => match self.method(class, self.literal("__call__")) {
                Some(method) => self.return_types_within(method, depth),
                None => Types::unknown(),
            },
            _ => Types::unknown(),
        }
    }
}

/// The values of the return statements of a body.
fn returned<'s>(body: &'s [Stmt], values: &mut Vec<&'s Expr>) {
    each_statement(body, &mut |statement| {
        if let Stmt::Return(Some(value), _) = statement {
            values.push(value);
        }
    });
}

/// Visits every statement of a body at any depth, not entering nested functions and classes.
pub fn each_statement<'s>(body: &'s [Stmt], visit: &mut impl FnMut(&'s Stmt)) {
    for statement in body {
        visit(statement);
        match statement {
            Stmt::If(branch) => {
                each_statement(&branch.then, visit);
                each_statement(&branch.otherwise, visit);
            }
            Stmt::Loop(each) => {
                each_statement(&each.body, visit);
                each_statement(&each.otherwise, visit);
            }
            Stmt::With(with) => each_statement(&with.body, visit),
            Stmt::Match(matching) => matching.cases.iter().for_each(|case| each_statement(&case.body, visit)),
            Stmt::Try(attempt) => {
                each_statement(&attempt.body, visit);
                attempt
                    .handlers
                    .iter()
                    .for_each(|handler| each_statement(&handler.body, visit));
                each_statement(&attempt.otherwise, visit);
                each_statement(&attempt.finally, visit);
            }
            _ => {}
        }
    }
}
