//! Calls and method calls: which of them make routers, pass them on, or take them away.

use super::Def;
use super::eval::{AXUM, Eval, Flow, ROUTERS};
use super::value::{Methods, Routed, Value};
use crate::model::FnId;
use crate::source::rust::facts::{Expr, Kind};

impl<'s> Eval<'_, '_, 's> {
    pub(super) fn eval_call(&self, head: &'s Expr, arguments: &'s [Expr], flow: &mut Flow) -> Value {
        let Some(path) = head.as_path() else {
            self.eval(head, flow);
            let values = self.all(arguments, flow);
            flow.gone.extend(values.into_iter().flat_map(Value::into_routers));
            return Value::Other;
        };
        let def = self.program.value_in(flow.function, path);
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
            Def::External(_)
                if values.is_empty()
                    && let Some(value) = self.of_trait(path, flow) =>
            {
                value
            }
            // `Ok(router)`, `Box::new(router)`, `Router::from(router)`: what goes in comes out.
            _ if values.len() == 1 && matches!(name, "Ok" | "Some" | "new" | "from" | "pin") => values.remove(0),
            _ => {
                flow.gone.extend(values.into_iter().flat_map(Value::into_routers));
                Value::Other
            }
        }
    }

    /// `Health::path()`, where a trait or an `impl<T: Page> Route for T` has the method.
    fn of_trait(&self, path: &[String], flow: &Flow) -> Option<Value> {
        let (name, ty) = path.split_last()?;
        let Def::Type(at, ty) = self.program.resolve_in(flow.function, ty) else {
            return None;
        };
        let method = self.program.blanket(name)?;
        self.called.borrow_mut().insert(method);
        self.this.replace(Some((at, ty.name.clone())));
        Some(self.run(method, Vec::new(), None).0)
    }

    /// `Router::new()`, `MethodRouter::new()`, `Engine::new(settings, routes)`.
    fn constructed(&self, def: &Def<'s>, path: &[String], arguments: &'s [Expr], flow: &mut Flow) -> Option<Value> {
        let external = |ty: &str, name: &str| def.is_external(&AXUM, &[ty, name]);
        let made = ["new", "default", "with_openapi"];
        if ROUTERS.iter().any(|ty| made.iter().any(|name| external(ty, name))) {
            return Some(Value::router());
        }
        if def.is_external(&["std", "alloc"], &["Vec", "new"])
            || def.is_external(&["std", "alloc"], &["Vec", "with_capacity"])
        {
            return Some(Value::Tuple(Vec::new()));
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

    pub(super) fn eval_method(
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
            (Kind::Path(path), "push" | "push_back" | "extend")
                if let [list] = path.as_slice()
                    && matches!(flow.variables.get(list), Some(Value::Tuple(_))) =>
            {
                self.lengthen(list, arguments, flow);
                return Value::Other;
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
            Value::Tuple(all) if matches!(name, "fold" | "try_fold") => self.fold(all, arguments, flow),
            other => {
                let values = self.all(arguments, flow);
                if let [only] = self.makers(name).as_slice() {
                    return self.call(*only, values, None);
                }
                flow.gone.extend(values.into_iter().flat_map(Value::into_routers));
                match name {
                    "unwrap" | "expect" | "into" | "into_iter" | "iter" | "drain" | "collect" | "to_owned"
                    | "to_string" | "as_str" => other,
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

    /// `list.push(value)` and `list.extend(values)`.
    fn lengthen(&self, list: &str, arguments: &'s [Expr], flow: &mut Flow) {
        let added = self.all(arguments, flow).into_iter().flat_map(|value| match value {
            Value::Tuple(all) => all,
            one => vec![one],
        });
        let added: Vec<Value> = added.collect();
        if let Some(Value::Tuple(all)) = flow.variables.get_mut(list) {
            all.extend(added);
        }
    }

    /// `list.into_iter().fold(Router::new(), |router, part| router.merge(part))`.
    fn fold(&self, all: Vec<Value>, arguments: &'s [Expr], flow: &mut Flow) -> Value {
        let values = self.all(arguments, flow);
        let [first, Value::Function(step)] = values.as_slice() else {
            flow.gone.extend(values.into_iter().flat_map(Value::into_routers));
            return Value::Other;
        };
        let step = *step;
        all.into_iter()
            .fold(first.clone(), |folded, part| self.run(step, vec![folded, part], None).0)
    }
}
