//! The calls of a test: requests, expectations, replacements.

use super::{DEPTH, Gather, last};
use crate::evidence::path::written;
use crate::evidence::{Request, Test};
use crate::model::resolve::Entity;
use crate::model::types::each_statement;
use crate::source::facts::{Call, Expr, Stmt};
use crate::source::visit::{descend, each_call};

/// How the names of calls end that put something in another's place.
const REPLACING: [&str; 6] = ["delenv", "dict", "object", "patch", "pop", "setattr"];

impl<'g> Gather<'g, '_> {
    /// Adds what one call does. `body` is where its names are assigned.
    pub(super) fn call(&self, call: &Call, body: &'g [Stmt], test: &mut Test, depth: u32) {
        let name = last(&call.func).map_or("", |name| self.names.resolve(name));
        // What its set-up makes is not made again.
        if depth + 1 == DEPTH
            && let Some(Entity::Class(_)) = self.entity(&call.func)
        {
            test.made.push(name.to_owned());
        }
        match (&call.func, name) {
            (Expr::Attr(_), "get" | "post" | "put" | "patch" | "delete" | "head" | "options" | "websocket_connect") => {
                self.request(call, name, 0, body, test);
            }
            (Expr::Attr(_), "request" | "stream") => {
                let method = call.position(0).and_then(|method| method.as_str(self.names));
                self.request(call, method.unwrap_or_default(), 1, body, test);
            }
            (_, "raises" | "assertRaises" | "assertRaisesRegex") => self.expects(call, test),
            (Expr::Attr(_), name) if name.starts_with("assert") => {
                test.asserts += 1;
                let inequality = name.contains("Not");
                self.asserted(&call.func, true, test);
                call.args
                    .iter()
                    .for_each(|arg| self.asserted(&arg.value, inequality, test));
                test.logs |= name == "assertLogs";
            }
            (Expr::Name(helper, _), _) if depth > 0 => {
                if let Some(helper) = self.local(*helper) {
                    self.walk(helper, test, depth);
                }
            }
            // `self.helper()`
            (Expr::Attr(attr), _) if depth > 0 && self.is_named(&attr.base, "self") => {
                if let Some(helper) = self.local(attr.name).filter(|helper| !self.is_test(helper)) {
                    self.walk(helper, test, depth);
                }
            }
            _ => {}
        }
    }

    fn request(&self, call: &Call, method: &str, position: usize, body: &'g [Stmt], test: &mut Test) {
        let Some(target) = call.argument(self.names, "url", position) else {
            return;
        };
        let lookup = |expr: &Expr| self.constant(expr, body);
        if let Some(path) = written(target, self.names, &lookup) {
            let method = match method {
                "websocket_connect" => String::new(),
                method => method.to_uppercase(),
            };
            test.requests.push(Request {
                method,
                path,
                headers: self.headers(call, body),
            });
        }
    }

    /// The text of a name that is assigned one literal, here or at module level.
    fn constant(&self, expr: &Expr, body: &[Stmt]) -> Option<String> {
        let Expr::Name(wanted, _) = expr else { return None };
        let mut value = None;
        for body in [&self.file.facts.body[..], body] {
            each_statement(body, &mut |statement| {
                if let Stmt::Assign(assign) = statement
                    && matches!(&assign.target, Expr::Name(name, _) if name == wanted)
                    && let Some(Expr::Str(text, _)) = &assign.value
                {
                    value = Some(self.names.resolve(*text).to_owned());
                }
            });
        }
        value
    }

    /// `pytest.raises(Error, match="…")`
    fn expects(&self, call: &Call, test: &mut Test) {
        test.asserts += 1;
        if let Some(classes) = call.position(0) {
            descend(classes, &mut |expr| {
                if let Expr::Name(..) | Expr::Attr(_) = expr {
                    let class = self.text(expr);
                    test.raises.push(class.rsplit('.').next().unwrap_or(&class).to_owned());
                }
            });
        }
        call.args.iter().for_each(|arg| self.asserted(&arg.value, true, test));
    }

    /// `parametrize("path, status", [("/a", 401), …])`: its paths and statuses are the test's.
    pub(super) fn parameters(&self, call: &Call, test: &mut Test) {
        let Some(values) = call.position(1) else { return };
        descend(values, &mut |expr| match expr {
            Expr::Int(status) if (100..600).contains(status) => {
                test.statuses.insert(*status);
            }
            Expr::Str(text, _) => {
                let text = self.names.resolve(*text);
                test.asserted.insert(text.to_lowercase());
                if let Some(path) = written(expr, self.names, &|_| None).filter(|_| text.starts_with('/')) {
                    test.requests.push(Request {
                        method: String::new(),
                        path,
                        headers: None,
                    });
                }
            }
            _ => {}
        });
    }

    /// What statements put in another's place: patches, overridden providers, the environment.
    pub(super) fn replacements(&self, body: &[Stmt], test: &mut Test) {
        each_statement(body, &mut |statement| {
            let Stmt::Assign(assign) = statement else { return };
            match &assign.target {
                Expr::Index(pair) => {
                    let container = self.text(&pair.base);
                    if container.ends_with("dependency_overrides") {
                        test.overrides.push(self.text(&pair.index));
                    }
                }
                Expr::Attr(attr) => {
                    if let Some(owner) = self.owner(&attr.base) {
                        test.mocks.push(format!("{owner}.{}", self.names.resolve(attr.name)));
                    }
                }
                _ => {}
            }
        });
        each_call(body, &mut |call| self.replacement(call, test));
    }

    /// What one call puts in another's place.
    pub(super) fn replacement(&self, call: &Call, test: &mut Test) {
        let last = last(&call.func).map_or("", |name| self.names.resolve(name));
        if !REPLACING.iter().any(|name| last.ends_with(name)) {
            return;
        }
        let func = self.text(&call.func);
        let literal = |index: usize| call.position(index).and_then(|arg| arg.as_str(self.names));
        if func.ends_with("delenv") || func.ends_with("environ.pop") {
            test.environment = true;
        } else if func.ends_with("patch.dict") {
            let cleared = matches!(call.keyword(self.names, "clear"), Some(Expr::Bool(true)));
            let of_environment = call.position(0).is_some_and(|arg| self.text(arg).ends_with("environ"));
            test.environment |= cleared && (of_environment || literal(0) == Some("os.environ"));
        } else if func.ends_with("patch.object") || (func.ends_with("setattr") && literal(0).is_none()) {
            let owner = call.position(0).and_then(|owner| self.owner(owner));
            if let (Some(owner), Some(name)) = (owner, literal(1)) {
                test.mocks.push(format!("{owner}.{name}"));
            }
        } else if (func == "patch" || func.ends_with(".patch") || func.ends_with("setattr"))
            && let Some(target) = literal(0)
        {
            test.mocks.push(target.to_owned());
        }
    }

    /// The dotted name of a module or class of the program.
    fn owner(&self, expr: &Expr) -> Option<String> {
        match self.entity(expr)? {
            Entity::Module(module) => Some(self.model.dotted[module.0 as usize].clone()),
            Entity::Class(class) => {
                let info = self.model.class(class);
                let name = self.model.text(info.facts.name);
                Some(format!("{}.{name}", self.model.dotted[info.module.0 as usize]))
            }
            _ => None,
        }
    }
}
