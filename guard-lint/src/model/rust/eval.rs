//! Putting routers together as the program does: statement by statement, through variables and calls.

use std::cell::{Cell, RefCell};

use rustc_hash::{FxHashMap, FxHashSet};

use super::routes::Layer;
use super::value::{Listed, Routed, UNKNOWN, Value};
use super::{At, Def, Program};
use crate::model::FnId;
use crate::source::rust::facts::{Block, Expr, Function, Kind, Stmt, Type};

/// How deep calls are followed.
const DEPTH: u32 = 32;

/// How many calls with arguments that matter are followed: each is followed anew, and may make two more. Hand-written
/// programs stay far below.
const CALLS: u32 = 20_000;

/// The crates whose routers and routing functions are meant.
pub(super) const AXUM: [&str; 4] = ["axum", "axum_extra", "utoipa_axum", "aide"];

/// The types of routers in them.
pub(super) const ROUTERS: [&str; 3] = ["Router", "OpenApiRouter", "ApiRouter"];

/// Evaluates expressions.
pub(super) struct Eval<'p, 'm, 's> {
    pub(super) program: &'p Program<'m, 's>,
    pub(super) layers: RefCell<Vec<Layer<'s>>>,
    /// The functions that were called: what they make belongs to their callers.
    pub(super) called: RefCell<FxHashSet<FnId>>,
    /// The lists that engines were made of.
    pub(super) engines: RefCell<Vec<(At, Option<Listed>)>>,
    /// The routers that called functions did not give back: they serve them themselves.
    pub(super) left: RefCell<Vec<Routed>>,
    /// What `Self` is in the function that is run next, where it is written for many types.
    pub(super) this: RefCell<Option<(At, String)>>,
    memo: RefCell<FxHashMap<FnId, Value>>,
    calls: Cell<u32>,
    depth: Cell<u32>,
}

/// What is known while a function runs.
pub(super) struct Flow {
    pub(super) at: At,
    pub(super) function: FnId,
    this: Option<(At, String)>,
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
            left: RefCell::default(),
            this: RefCell::default(),
            memo: RefCell::default(),
            calls: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    /// What a function returns, and the routers that it leaves elsewhere.
    pub(super) fn run(&self, id: FnId, arguments: Vec<Value>, receiver: Option<Value>) -> (Value, Vec<Routed>) {
        let this = self.this.take();
        let (Some(function), Some(at)) = (self.program.function(id), self.program.module_of(id)) else {
            return (Value::Other, Vec::new());
        };
        if self.depth.get() >= DEPTH {
            return (Value::Other, Vec::new());
        }
        self.depth.set(self.depth.get() + 1);
        let mut variables: FxHashMap<String, Value> = FxHashMap::default();
        variables.extend(receiver.map(|receiver| ("self".to_owned(), receiver)));
        let mut arguments = arguments.into_iter();
        for (names, ty) in &function.params {
            match arguments.next() {
                Some(value) => bind(&mut variables, names, value),
                // Whoever gives it the router is not seen; what it adds is.
                None if self.is_router(at, ty) => bind(&mut variables, names, Value::router()),
                None => {}
            }
        }
        let mut flow = Flow {
            at,
            function: id,
            this,
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

    pub(super) fn call(&self, id: FnId, mut arguments: Vec<Value>, mut receiver: Option<Value>) -> Value {
        self.called.borrow_mut().insert(id);
        // A handler matters to what puts it on a router, and to nothing else.
        if !self.program.function(id).is_some_and(makes_routes) {
            let handlers = arguments.iter_mut().filter(|value| matches!(value, Value::Function(_)));
            handlers.for_each(|value| *value = Value::Other);
        }
        let matters = |value: &Value| !matches!(value, Value::Other);
        let mut plain = receiver.is_none() && !arguments.iter().any(matters);
        if !plain && self.calls.replace(self.calls.get().saturating_add(1)) >= CALLS {
            let given = arguments.drain(..).chain(receiver.take());
            self.left.borrow_mut().extend(given.flat_map(Value::into_routers));
            plain = true;
        }
        if plain && let Some(known) = self.memo.borrow().get(&id) {
            return known.clone();
        }
        if plain {
            // What calls itself adds nothing.
            self.memo.borrow_mut().insert(id, Value::Other);
        }
        let (value, gone) = self.run(id, arguments, receiver);
        if !value.has_router() {
            self.left.borrow_mut().extend(gone);
        }
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
            Kind::Closure(index) => {
                let file = self.program.file_of(flow.at);
                Value::Function(self.program.model.local_function(file, *index))
            }
            Kind::Number(_) | Kind::Bool(_) | Kind::Jump(_, None) => Value::Other,
        }
    }

    pub(super) fn all(&self, all: &'s [Expr], flow: &mut Flow) -> Vec<Value> {
        all.iter().map(|expr| self.eval(expr, flow)).collect()
    }

    /// A variable, which a router moves out of, or a constant.
    fn path(&self, path: &'s [String], flow: &mut Flow) -> Value {
        if let [name] = path
            && let Some(known) = flow.variables.get(name)
        {
            return if known.has_router() {
                flow.variables.remove(name).unwrap_or(Value::Other)
            } else {
                known.clone()
            };
        }
        let own = match (path, &flow.this) {
            ([first, name], Some((at, ty))) if first == "Self" => self.program.constant_of(*at, ty, name),
            _ => None,
        };
        match own.unwrap_or_else(|| self.program.value_in(flow.function, path)) {
            Def::Constant(at, constant) if self.depth.get() < DEPTH => {
                let mut inner = Flow {
                    at,
                    function: flow.function,
                    this: None,
                    variables: FxHashMap::default(),
                    returned: None,
                    gone: Vec::new(),
                };
                self.depth.set(self.depth.get() + 1);
                let value = self.eval(&constant.value, &mut inner);
                self.depth.set(self.depth.get() - 1);
                value
            }
            Def::Function(id) => Value::Function(id),
            _ => Value::Other,
        }
    }

    /// The text of a path in a route; `?` where it is not constant.
    pub(super) fn text(&self, expr: &'s Expr, flow: &mut Flow) -> String {
        match self.eval(expr, flow) {
            Value::Text(text) => text,
            _ => UNKNOWN.to_owned(),
        }
    }

    /// Whether a type is a router's.
    fn is_router(&self, at: At, ty: &Type) -> bool {
        let def = self.program.type_def(at, ty);
        ROUTERS.iter().any(|name| def.is_external(&AXUM, &[name]))
    }

    /// The function that a path names.
    pub(super) fn function_at(&self, path: &[String], flow: &Flow) -> Option<FnId> {
        match self.program.value_in(flow.function, path) {
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

/// Whether a function returns a router or what answers at a path.
fn makes_routes(function: &Function) -> bool {
    fn within(ty: &Type) -> bool {
        ty.last().ends_with("Router") || ty.last() == "Self" || ty.arguments.iter().any(within)
    }
    function.returns.as_ref().is_some_and(within)
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
