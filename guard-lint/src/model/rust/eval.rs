//! Putting routers together as the program does: statement by statement, through variables and calls.

use std::cell::{Cell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};

use super::routes::Layer;
use super::value::{Listed, Methods, Routed, Value};
use super::{At, Def, Program};
use crate::model::FnId;
use crate::source::rust::facts::{Block, Expr, Kind, Stmt};

/// How deep calls are followed.
const DEPTH: u32 = 32;

/// The crates whose routers and routing functions are meant.
pub(super) const AXUM: [&str; 4] = ["axum", "axum_extra", "utoipa_axum", "aide"];

/// Evaluates expressions.
pub(super) struct Eval<'p, 'm, 's> {
    pub(super) program: &'p Program<'m, 's>,
    pub(super) layers: RefCell<Vec<Layer<'s>>>,
    /// The functions that were called: what they make belongs to their callers.
    pub(super) called: RefCell<FxHashSet<FnId>>,
    /// The lists that engines were made of.
    pub(super) engines: RefCell<Vec<(At, Option<Listed>)>>,
    memo: RefCell<FxHashMap<FnId, Value>>,
    depth: Cell<u32>,
}

/// What is known while a function runs.
pub(super) struct Flow {
    pub(super) at: At,
    pub(super) function: FnId,
    pub(super) variables: FxHashMap<String, Value>,
    returned: Option<Value>,
    /// Routers that went somewhere: to a server, to what cannot be followed.
    pub(super) gone: Vec<Routed>,
}

impl<'p, 'm, 's> Eval<'p, 'm, 's> {
    pub(super) fn new(program: &'p Program<'m, 's>) -> Self {
        Self {
            program,
            layers: RefCell::default(),
            called: RefCell::default(),
            engines: RefCell::default(),
            memo: RefCell::default(),
            depth: Cell::new(0),
        }
    }

    /// What a function returns, and the routers that it leaves elsewhere.
    pub(super) fn run(&self, id: FnId, arguments: Vec<Value>, receiver: Option<Value>) -> (Value, Vec<Routed>) {
        let (Some(function), Some(at)) = (self.program.function(id), self.program.module_of(id)) else {
            return (Value::Other, Vec::new());
        };
        if self.depth.get() >= DEPTH {
            return (Value::Other, Vec::new());
        }
        self.depth.set(self.depth.get() + 1);
        let mut variables: FxHashMap<String, Value> = FxHashMap::default();
        variables.extend(receiver.map(|receiver| ("self".to_owned(), receiver)));
        for ((names, _), value) in function.params.iter().zip(arguments) {
            bind(&mut variables, names, value);
        }
        let mut flow = Flow {
            at,
            function: id,
            variables,
            returned: None,
            gone: Vec::new(),
        };
        let value = self.block(&function.body, &mut flow);
        let value = match flow.returned.take() {
            Some(returned) => returned.or(value),
            None => value,
        };
        self.depth.set(self.depth.get() - 1);
        let mut left: Vec<(String, Value)> = flow.variables.into_iter().collect();
        left.sort_by(|(one, _), (other, _)| one.cmp(other));
        let unmoved = left.into_iter().flat_map(|(_, value)| value.into_routers());
        flow.gone.extend(unmoved);
        (value, flow.gone)
    }

    fn call(&self, id: FnId, arguments: Vec<Value>, receiver: Option<Value>) -> Value {
        self.called.borrow_mut().insert(id);
        let matters = |value: &Value| !matches!(value, Value::Other);
        let plain = receiver.is_none() && !arguments.iter().any(matters);
        if plain && let Some(known) = self.memo.borrow().get(&id) {
            return known.clone();
        }
        if plain {
            // What calls itself adds nothing.
            self.memo.borrow_mut().insert(id, Value::Other);
        }
        let (value, _) = self.run(id, arguments, receiver);
        if plain {
            self.memo.borrow_mut().insert(id, value.clone());
        }
        value
    }

    fn block(&self, block: &'s Block, flow: &mut Flow) -> Value {
        let mut last = Value::Other;
        for statement in block {
            last = Value::Other;
            match statement {
                Stmt::Let(pattern, value, otherwise) => {
                    let value = value.as_ref().map_or(Value::Other, |value| self.eval(value, flow));
                    if let Some(otherwise) = otherwise {
                        self.eval(otherwise, flow);
                    }
                    bind(&mut flow.variables, &pattern.names, value);
                }
                Stmt::Expr(value, dropped) => {
                    let value = self.eval(value, flow);
                    if *dropped {
                        flow.gone.extend(value.into_routers());
                    } else {
                        last = value;
                    }
                }
            }
        }
        last
    }

    /// The value of an expression.
    pub(super) fn eval(&self, expr: &'s Expr, flow: &mut Flow) -> Value {
        match &expr.kind {
            Kind::Path(path) => self.path(path, flow),
            Kind::Text(text) => Value::Text(text.clone()),
            Kind::Call(head, arguments) => self.eval_call(head, arguments, flow),
            Kind::Method(receiver, name, arguments) => self.eval_method(expr, receiver, name, arguments, flow),
            Kind::Macro(name, arguments) if name.last().is_some_and(|name| name == "routes") => {
                self.listed(arguments, flow)
            }
            Kind::Macro(_, arguments) => Value::Tuple(self.all(arguments, flow)),
            Kind::Try(inner) | Kind::Await(inner) => self.eval(inner, flow),
            Kind::Reference(inner) => match &inner.kind {
                Kind::Path(path) if path.len() == 1 => flow.variables.get(&path[0]).cloned().unwrap_or(Value::Other),
                _ => self.eval(inner, flow),
            },
            Kind::Block(block) | Kind::Async(block) => self.block(block, flow),
            Kind::If(test, then, otherwise) => {
                self.eval(test, flow);
                let before = flow.variables.clone();
                let value = self.block(then, flow);
                let after = std::mem::replace(&mut flow.variables, before);
                let other = otherwise.as_ref().map(|otherwise| self.eval(otherwise, flow));
                join(&mut flow.variables, after);
                match other {
                    Some(other) => value.or(other),
                    None => value,
                }
            }
            Kind::Match(value, arms) => {
                let value = self.eval(value, flow);
                let before = flow.variables.clone();
                let mut joined: Option<(Value, FxHashMap<String, Value>)> = None;
                for (pattern, _, arm) in arms {
                    flow.variables.clone_from(&before);
                    bind(&mut flow.variables, &pattern.names, value.clone());
                    let value = self.eval(arm, flow);
                    let after = std::mem::take(&mut flow.variables);
                    joined = Some(match joined.take() {
                        Some((known, mut variables)) => {
                            join(&mut variables, after);
                            (known.or(value), variables)
                        }
                        None => (value, after),
                    });
                }
                let (value, variables) = joined.unwrap_or((Value::Other, before));
                flow.variables = variables;
                value
            }
            Kind::Return(value) => {
                let value = value.as_ref().map_or(Value::Other, |value| self.eval(value, flow));
                flow.returned = Some(match flow.returned.take() {
                    Some(known) => known.or(value),
                    None => value,
                });
                Value::Other
            }
            Kind::Assign(target, value) => {
                let value = self.eval(value, flow);
                if let Some([name]) = target.as_path() {
                    flow.variables.insert(name.clone(), value);
                }
                Value::Other
            }
            Kind::Let(pattern, value) => {
                let value = self.eval(value, flow);
                bind(&mut flow.variables, &pattern.names, value);
                Value::Other
            }
            Kind::Binary(_, left, right) => {
                self.eval(left, flow);
                self.eval(right, flow);
                Value::Other
            }
            Kind::Not(inner) | Kind::Jump(_, Some(inner)) => {
                self.eval(inner, flow);
                Value::Other
            }
            Kind::Tuple(all) => Value::Tuple(self.all(all, flow)),
            Kind::Array(all) => Value::Tuple(self.all(all, flow)),
            Kind::Struct(_, all) => {
                let fields = self.all(all, flow);
                flow.gone.extend(fields.into_iter().flat_map(Value::into_routers));
                Value::Other
            }
            Kind::Loop(head, names, body) => {
                let head = head.as_ref().map_or(Value::Other, |head| self.eval(head, flow));
                // One turn shows what all of them do.
                let turns = match head {
                    Value::Tuple(values) => values,
                    other => vec![other],
                };
                for value in turns {
                    bind(&mut flow.variables, names, value);
                    self.block(body, flow);
                }
                Value::Other
            }
            Kind::Other(all) => {
                self.all(all, flow);
                Value::Other
            }
            Kind::Field(base, _) => {
                // A field may hold anything; reading it moves nothing that is known.
                if base.as_path().is_none() {
                    self.eval(base, flow);
                }
                Value::Other
            }
            Kind::Number(_) | Kind::Bool(_) | Kind::Closure(_) | Kind::Jump(_, None) => Value::Other,
        }
    }

    fn all(&self, all: &'s [Expr], flow: &mut Flow) -> Vec<Value> {
        all.iter().map(|expr| self.eval(expr, flow)).collect()
    }

    /// A variable, which a router moves out of, or a constant.
    fn path(&self, path: &'s [String], flow: &mut Flow) -> Value {
        if let [name] = path
            && let Some(known) = flow.variables.get(name)
        {
            return match known {
                Value::Router(_) => flow.variables.remove(name).unwrap_or(Value::Other),
                other => other.clone(),
            };
        }
        match self.program.resolve_in(flow.function, path) {
            Def::Constant(at, constant) if self.depth.get() < DEPTH => {
                let mut inner = Flow {
                    at,
                    function: flow.function,
                    variables: FxHashMap::default(),
                    returned: None,
                    gone: Vec::new(),
                };
                self.depth.set(self.depth.get() + 1);
                let value = self.eval(&constant.value, &mut inner);
                self.depth.set(self.depth.get() - 1);
                value
            }
            _ => Value::Other,
        }
    }

    fn eval_call(&self, head: &'s Expr, arguments: &'s [Expr], flow: &mut Flow) -> Value {
        let Some(path) = head.as_path() else {
            self.eval(head, flow);
            let values = self.all(arguments, flow);
            flow.gone.extend(values.into_iter().flat_map(Value::into_routers));
            return Value::Other;
        };
        let def = self.program.resolve_in(flow.function, path);
        let name = path.last().map_or("", String::as_str);
        if let Some(made) = self.constructed(&def, path, arguments, flow) {
            return made;
        }
        let is_routing = |def: &Def<'_>| match def {
            Def::External(path) => path.len() == 1 || AXUM.contains(&path[0].as_str()),
            _ => false,
        };
        if is_routing(&def)
            && let Def::External(full) = &def
            && let Some(name) = full.last()
            && let Value::Methods(methods) = self.routing(name, arguments, flow)
        {
            return Value::Methods(methods);
        }
        let mut values = self.all(arguments, flow);
        match def {
            Def::Function(id) => {
                let has_receiver = self
                    .program
                    .function(id)
                    .is_some_and(|function| function.owner.is_some() && values.len() == function.params.len() + 1);
                let receiver = has_receiver.then(|| values.remove(0));
                self.call(id, values, receiver)
            }
            // `Ok(router)`, `Box::new(router)`, `Router::from(router)`: what goes in comes out.
            _ if values.len() == 1 && matches!(name, "Ok" | "Some" | "new" | "from" | "pin") => values.remove(0),
            _ => {
                flow.gone.extend(values.into_iter().flat_map(Value::into_routers));
                Value::Other
            }
        }
    }

    /// `Router::new()`, `MethodRouter::new()`, `Engine::new(settings, routes)`.
    fn constructed(&self, def: &Def<'s>, path: &[String], arguments: &'s [Expr], flow: &mut Flow) -> Option<Value> {
        let external = |ty: &str, name: &str| def.is_external(&AXUM, &[ty, name]);
        let made = ["new", "default", "with_openapi"];
        if made
            .iter()
            .any(|name| external("Router", name) || external("OpenApiRouter", name) || external("ApiRouter", name))
        {
            return Some(Value::Router(Routed::default()));
        }
        if made.iter().any(|name| external("MethodRouter", name)) {
            return Some(Value::Methods(Methods::default()));
        }
        let makes_engine = ["new", "with_state"]
            .iter()
            .any(|name| def.is_external(&["guard"], &["Engine", name]))
            || self.is_guards_own(def, path);
        if makes_engine {
            let list = arguments.get(1).map(|list| self.eval(list, flow));
            let list = match list {
                Some(Value::Listed(list)) => Some(list),
                _ => None,
            };
            self.engines.borrow_mut().push((flow.at, list));
            return Some(Value::Engine);
        }
        None
    }

    /// Whether a path names the registry's engine where the registry itself is part of the tree.
    fn is_guards_own(&self, def: &Def<'s>, path: &[String]) -> bool {
        let Def::Function(id) = def else { return false };
        let named = path.iter().rev().take(2).map(String::as_str);
        let own = named.eq(["new", "Engine"])
            || path
                .iter()
                .rev()
                .take(2)
                .map(String::as_str)
                .eq(["with_state", "Engine"]);
        own && self.program.is_of_registry(*id)
    }

    fn eval_method(
        &self,
        expr: &'s Expr,
        receiver: &'s Expr,
        name: &str,
        arguments: &'s [Expr],
        flow: &mut Flow,
    ) -> Value {
        let value = match (&receiver.kind, name) {
            // A clone moves nothing.
            (Kind::Path(path), "clone") if path.len() == 1 => {
                return flow.variables.get(&path[0]).cloned().unwrap_or(Value::Other);
            }
            _ => self.eval(receiver, flow),
        };
        match value {
            Value::Router(router) => match self.on_router(router, name, arguments, expr.span, flow) {
                Ok(value) => value,
                Err(router) => self.extension(router, name, arguments, flow),
            },
            Value::Methods(methods) => self.on_methods(methods, name, arguments, flow),
            Value::Listed(list) => {
                let more = self.all(arguments, flow);
                more.into_iter().fold(Value::Listed(list), |list, more| match more {
                    more @ Value::Listed(_) => list.or(more),
                    _ => list,
                })
            }
            Value::Engine => Value::Engine,
            other => {
                let values = self.all(arguments, flow);
                if let [only] = self.makers(name).as_slice() {
                    return self.call(*only, values, None);
                }
                flow.gone.extend(values.into_iter().flat_map(Value::into_routers));
                match name {
                    "unwrap" | "expect" | "into" | "into_iter" | "to_owned" | "to_string" | "as_str" => other,
                    _ => Value::Other,
                }
            }
        }
    }

    /// A method of the program's own on a router: of an extension trait.
    fn extension(&self, router: Routed, name: &str, arguments: &'s [Expr], flow: &mut Flow) -> Value {
        let values = self.all(arguments, flow);
        let own = self.program.methods(name).iter().copied().find(|method| {
            let owner = self
                .program
                .function(*method)
                .and_then(|function| function.owner.as_ref());
            owner.is_some_and(|owner| owner.last() == "Router" || owner.is_bound)
        });
        match own {
            Some(method) => self.call(method, values, Some(Value::Router(router))),
            None => Value::Router(router),
        }
    }

    /// The methods of this name that return a router.
    fn makers(&self, name: &str) -> Vec<FnId> {
        let returns = |method: &FnId| {
            let returns = self
                .program
                .function(*method)
                .and_then(|function| function.returns.as_ref());
            returns.is_some_and(|ty| matches!(ty.last(), "Router" | "MethodRouter" | "Route"))
        };
        self.program.methods(name).iter().copied().filter(returns).collect()
    }

    /// The text of a path in a route; `?` where it is not constant.
    pub(super) fn text(&self, expr: &'s Expr, flow: &mut Flow) -> String {
        match self.eval(expr, flow) {
            Value::Text(text) => text,
            _ => "/?".to_owned(),
        }
    }

    /// The function that a path names.
    pub(super) fn function_at(&self, path: &[String], flow: &Flow) -> Option<FnId> {
        match self.program.resolve_in(flow.function, path) {
            Def::Function(id) => Some(id),
            _ => None,
        }
    }

    /// Notes a layer.
    pub(super) fn layer(&self, expr: &'s Expr, flow: &mut Flow) -> usize {
        // A variable that holds the layer says what it is.
        let place = self.program.place(flow.at, expr.span);
        let mut layers = self.layers.borrow_mut();
        if let Some(known) = layers.iter().position(|known| known.place == place) {
            return known;
        }
        layers.push(Layer {
            place,
            function: flow.function,
            expr,
        });
        layers.len() - 1
    }

    /// `routes![...]`.
    fn listed(&self, arguments: &'s [Expr], flow: &Flow) -> Value {
        let handlers = arguments.iter().filter_map(Expr::as_path);
        let found: Vec<Option<FnId>> = handlers.map(|path| self.function_at(path, flow)).collect();
        Value::Listed(Listed {
            complete: found.iter().all(Option::is_some),
            handlers: found.into_iter().flatten().collect(),
        })
    }
}

/// Binds what a pattern names; a tuple's elements one by one.
fn bind(variables: &mut FxHashMap<String, Value>, names: &[String], value: Value) {
    match (names, value) {
        ([name], value) => {
            variables.insert(name.clone(), value);
        }
        (names, Value::Tuple(values)) if names.len() == values.len() => {
            for (name, value) in names.iter().zip(values) {
                variables.insert(name.clone(), value);
            }
        }
        (names, _) => {
            for name in names {
                variables.insert(name.clone(), Value::Other);
            }
        }
    }
}

/// The variables after one of two ways.
fn join(variables: &mut FxHashMap<String, Value>, other: FxHashMap<String, Value>) {
    for (name, value) in other {
        let joined = match variables.remove(&name) {
            Some(known) => known.or(value),
            None => value,
        };
        variables.insert(name, joined);
    }
}
