//! What the methods of a router and of a method router do. A layer covers what was added before it, and nothing after.

use super::Def;
use super::eval::{Eval, Flow};
use super::value::{ALL, Answer, Answering, Entry, Methods, Routed, UNKNOWN, Value, verb};
use crate::source::facts::Span;
use crate::source::rust::facts::{Attribute, Expr, Kind, Value as Argument};

impl<'s> Eval<'_, '_, 's> {
    /// `router.name(arguments)`; none where the method is not the router's own.
    pub(super) fn on_router(
        &self,
        mut router: Routed,
        name: &str,
        arguments: &'s [Expr],
        span: Span,
        flow: &mut Flow,
    ) -> Result<Value, Routed> {
        match (name, arguments) {
            ("route" | "route_with_tsr" | "api_route", [path, answer])
            // The last one changes the documentation.
            | ("api_route_with", [path, answer, _]) => {
                let path = self.text(path, flow);
                let value = self.eval(answer, flow);
                self.add(&mut router, &path, value, answer, span, flow);
            }
            ("route_service", [path, service]) => {
                let path = self.text(path, flow);
                let answer = self.answer(service, &ALL, true, flow);
                let methods = Methods::of(answer);
                self.add(&mut router, &path, Value::Methods(methods), service, span, flow);
            }
            ("nest" | "nest_service" | "nest_api_service", [path, inner]) => {
                let path = self.text(path, flow);
                match self.eval(inner, flow) {
                    Value::Router(inner) => router.take_in(&path, inner),
                    Value::Engine => router.holds_engine = true,
                    _ => {}
                }
            }
            ("merge", [inner]) => {
                if let Value::Router(inner) = self.eval(inner, flow) {
                    router.take_in("", inner);
                }
            }
            ("fallback" | "fallback_service", [service]) => match self.eval(service, flow) {
                Value::Engine => router.holds_engine = true,
                Value::Router(inner) => router.take_in("", inner),
                value => {
                    if name == "fallback" && !self.is_not_found(service, flow) {
                        self.add(&mut router, "/{*fallback}", value, service, span, flow);
                    }
                }
            },
            ("layer" | "route_layer", [layer]) => {
                let id = self.layer(layer, flow);
                for entry in &mut router.entries {
                    entry.must.insert(id);
                    entry.may.insert(id);
                }
                router.laid.insert(id);
            }
            ("routes", [list]) => self.documented(&mut router, list, span, flow),
            (name, [handler]) if name.strip_prefix("typed_").is_some_and(|name| verb(name).is_some()) => {
                let method = name.trim_start_matches("typed_");
                let methods = self.routing(method, arguments, flow);
                let path = self.typed_path(handler, flow);
                self.add(&mut router, &path, methods, handler, span, flow);
            }
            ("with_state" | "method_not_allowed_fallback" | "without_v07_checks" | "reset_fallback", _) => {}
            ("split_for_parts", _) => return Ok(Value::Tuple(vec![Value::Router(router), Value::Other])),
            ("clone" | "into_make_service" | "into_make_service_with_connect_info" | "into_service" | "boxed", _)
            | ("into" | "unwrap" | "expect" | "finish", _) => {}
            _ => return Err(router),
        }
        Ok(Value::Router(router))
    }

    /// Adds what answers at a path.
    fn add(&self, router: &mut Routed, path: &str, value: Value, written: &'s Expr, span: Span, flow: &mut Flow) {
        let methods = match value {
            Value::Methods(methods) => methods,
            // A handler for everything, as a fallback takes it, or what cannot be followed.
            _ => Methods::of(self.answer(written, &ALL, false, flow)),
        };
        for Answering {
            answer,
            layers,
            mut missed,
        } in methods.answers
        {
            missed.extend(router.laid.iter().copied());
            router.entries.push(Entry {
                site: self.program.place(flow.at, span),
                at: flow.at,
                function: flow.function,
                path: path.to_owned(),
                answer,
                must: layers.clone(),
                may: layers,
                missed,
            });
        }
    }

    /// `.routes(routes!(list))` of utoipa: the attributes say method and path.
    fn documented(&self, router: &mut Routed, list: &'s Expr, span: Span, flow: &mut Flow) {
        let Value::Listed(listed) = self.eval(list, flow) else {
            return;
        };
        for handler in listed.handlers {
            let Some(function) = self.program.function(handler) else {
                continue;
            };
            let is_path = |attribute: &&Attribute| attribute.path.iter().map(String::as_str).eq(["utoipa", "path"]);
            let Some(attribute) = function.attributes.iter().find(is_path) else {
                continue;
            };
            let path = attribute.arguments.iter().find_map(|(key, value)| match value {
                Argument::Text(path) if key == "path" => Some(path.clone()),
                _ => None,
            });
            let methods = attribute.arguments.iter().flat_map(|(key, value)| match value {
                Argument::List(words) if key == "method" => words
                    .iter()
                    .filter_map(|word| match word {
                        Argument::Word(word) => verb(word),
                        _ => None,
                    })
                    .collect(),
                _ => verb(key).into_iter().collect::<Vec<_>>(),
            });
            let answer = Answer {
                methods: methods.map(str::to_owned).collect(),
                handler: Some(handler),
                text: function.name.clone(),
                is_service: false,
            };
            let methods = Value::Methods(Methods::of(answer));
            self.add(
                router,
                &path.unwrap_or_else(|| UNKNOWN.to_owned()),
                methods,
                list,
                span,
                flow,
            );
        }
    }

    /// `methods.name(arguments)`.
    pub(super) fn on_methods(&self, mut methods: Methods, name: &str, arguments: &'s [Expr], flow: &mut Flow) -> Value {
        match (name, arguments) {
            ("layer" | "route_layer", [layer]) => {
                let id = self.layer(layer, flow);
                for answering in &mut methods.answers {
                    answering.layers.insert(id);
                }
                methods.laid.insert(id);
            }
            _ => {
                if let Value::Methods(more) = self.routing(name, arguments, flow) {
                    for mut answering in more.answers {
                        answering.missed.extend(methods.laid.iter().copied());
                        methods.answers.push(answering);
                    }
                }
            }
        }
        Value::Methods(methods)
    }

    /// `get(handler)`, `on(filter, handler)`, `any(handler)`, as functions or as methods.
    pub(super) fn routing(&self, name: &str, arguments: &'s [Expr], flow: &mut Flow) -> Value {
        let is_service = name.ends_with("_service");
        // `get_with(handler, documentation)`
        let (name, arguments) = match (name.strip_suffix("_with"), arguments) {
            (Some(name), [handler, _]) => (name, std::slice::from_ref(handler)),
            (Some("on"), [filter, handler, _]) => {
                let methods = self.filtered(filter);
                return Value::Methods(Methods::of(self.answer(handler, &methods, false, flow)));
            }
            _ => (name.strip_suffix("_service").unwrap_or(name), arguments),
        };
        let answer = match (name, arguments) {
            ("any", [handler]) => self.answer(handler, &ALL, is_service, flow),
            ("on", [filter, handler]) => {
                let methods = self.filtered(filter);
                self.answer(handler, &methods, is_service, flow)
            }
            ("merge", [other]) => return self.eval(other, flow),
            (name, [handler]) if name.starts_with(char::is_lowercase) => match verb(name) {
                Some(method) => self.answer(handler, &[method], is_service, flow),
                None => return Value::Other,
            },
            _ => return Value::Other,
        };
        Value::Methods(Methods::of(answer))
    }

    /// The methods that a filter lets through: `MethodFilter::GET.or(MethodFilter::POST)`.
    fn filtered(&self, filter: &'s Expr) -> Vec<&'static str> {
        let mut methods: Vec<&str> = Vec::new();
        filter.each(&mut |part| {
            let last = part.as_path().and_then(|path| path.last());
            methods.extend(last.and_then(|name| verb(name)));
        });
        methods.sort_unstable();
        methods.dedup();
        methods
    }

    /// The path of a handler's first parameter, whose type states it: `#[typed_path("/users/{id}")]`.
    fn typed_path(&self, handler: &'s Expr, flow: &Flow) -> String {
        let found = || {
            let id = self.answer(handler, &[], false, flow).handler?;
            let at = self.program.module_of(id)?;
            let (_, first) = self.program.function(id)?.params.first()?;
            let Def::Type(_, ty) = self.program.type_def(at, first) else {
                return None;
            };
            ty.typed_path.clone()
        };
        found().unwrap_or_else(|| UNKNOWN.to_owned())
    }

    /// A handler with its methods. `handler.layer(x)` is the handler.
    fn answer(&self, written: &'s Expr, methods: &[&str], is_service: bool, flow: &Flow) -> Answer {
        let mut core = written.core();
        while let Kind::Method(receiver, _, _) = &core.kind {
            core = receiver.core();
        }
        let handler = match &core.kind {
            Kind::Path(path) => match path.as_slice() {
                // A parameter that was given the handler.
                [name] if let Some(value) = flow.variables.get(name) => match value {
                    Value::Function(id) => Some(*id),
                    _ => None,
                },
                path => self.function_at(path, flow),
            },
            Kind::Closure(index) => Some(self.program.model.local_function(self.program.file_of(flow.at), *index)),
            Kind::Call(head, _) => head.as_path().and_then(|path| self.function_at(path, flow)),
            _ => None,
        };
        let text = match &core.kind {
            Kind::Path(path) => path.join("::"),
            _ => "an expression".to_owned(),
        };
        Answer {
            methods: methods.iter().map(|method| (*method).to_owned()).collect(),
            handler: handler.filter(|_| !is_service),
            text,
            is_service,
        }
    }

    /// Whether a fallback only says that there is nothing.
    fn is_not_found(&self, written: &'s Expr, flow: &Flow) -> bool {
        let handler = self.answer(written, &[], false, flow).handler;
        let Some(function) = handler.and_then(|handler| self.program.function(handler)) else {
            return false;
        };
        let (mut found, mut works) = (false, false);
        crate::source::rust::facts::each_in(&function.body, &mut |part| {
            works |= matches!(part.kind, Kind::Await(_));
            let last = part.as_path().and_then(|path| path.last());
            // `StatusCode::NOT_FOUND`, `Error::ResourceNotFound`
            found |= last.is_some_and(|name| name.to_ascii_lowercase().replace('_', "").ends_with("notfound"));
        });
        found && !works
    }
}

impl Routed {
    /// Takes in the routes of another router below a prefix. They keep their own layers, and get none of those that this
    /// one has already.
    fn take_in(&mut self, prefix: &str, inner: Self) {
        for mut entry in inner.entries {
            entry.path = below(prefix, &entry.path);
            entry.missed.extend(self.laid.iter().copied());
            // axum refuses a route that is there already: it is one that two ways lead to.
            match self.entries.iter_mut().find(|known| known.is_like(&entry)) {
                Some(known) => known.join(entry),
                None => self.entries.push(entry),
            }
        }
        self.holds_engine |= inner.holds_engine;
    }
}

/// A path below a prefix, as axum joins them.
fn below(prefix: &str, path: &str) -> String {
    let prefix = prefix.trim_end_matches('/');
    match path {
        "/" if !prefix.is_empty() => prefix.to_owned(),
        path => format!("{prefix}{path}"),
    }
}
