//! What a store keeps its things in: something that survives a restart, or the process's memory.

use super::modes::Mode;
use super::origin::Made;
use super::{At, Reader};
use crate::model::classes::{Base, last_segment};
use crate::model::resolve::Entity;
use crate::model::types::Ty;
use crate::model::{ClassId, ModId};
use crate::source::facts::{Expr, Stmt};
use crate::source::visit::{descend, each_call, each_expr};
use crate::vocabulary::{has_word, starts_with};

/// What a class keeps things in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeps {
    /// A client of something outside the process.
    Durable,
    /// Files.
    Files,
    /// The disk of one machine, by its name.
    Local,
    /// The process's memory.
    Memory,
}

/// A store that serves in a mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Store {
    /// What was made, and where.
    pub made: Made,
    /// What it keeps things in.
    pub keeps: Keeps,
}

/// How many wrappers deep the store itself may be.
const DEPTH: u32 = 4;

impl<'s> Reader<'_, 's> {
    /// The stores behind a value in this mode; those that serve through a wrapper stand for it.
    pub fn stores(&self, at: At, expr: &'s Expr, mode: Mode) -> Vec<Store> {
        self.stores_of(self.origins(at, expr, mode), mode)
    }

    /// The stores that these objects are or hold.
    pub fn stores_of(&self, made: Vec<Made>, mode: Mode) -> Vec<Store> {
        let mut found = Vec::new();
        for made in made {
            self.look_inside(made, mode, DEPTH, &mut found);
        }
        found
    }

    /// Finds the stores that an object is or holds, in its attributes and theirs.
    fn look_inside(&self, made: Made, mode: Mode, depth: u32, found: &mut Vec<Store>) {
        if let Some(keeps) = self.keeps(made.class) {
            let store = Store { made, keeps };
            if !found.contains(&store) {
                found.push(store);
            }
            return;
        }
        let Some(depth) = depth.checked_sub(1) else { return };
        for class in self.model.ancestry(made.class) {
            let mut names: Vec<_> = self.model.class(class).attributes.keys().copied().collect();
            names.sort_by_key(|name| self.model.text(*name));
            for name in names {
                for inner in self.attribute_origins(made.class, name, mode) {
                    if inner.class != made.class {
                        let fallback = inner.fallback || made.fallback;
                        self.look_inside(Made { fallback, ..inner }, mode, depth, found);
                    }
                }
            }
        }
    }

    /// The stores that a file's own functions make: what they return, and what they put into their objects.
    pub fn stores_in(&self, module: ModId, mode: Mode) -> Vec<Store> {
        let mut found: Vec<Store> = Vec::new();
        let mut add = |at: At, value: &'s Expr, caught: bool| {
            for mut store in self.stores(at, value, mode) {
                store.made.fallback |= caught;
                if !found.contains(&store) {
                    found.push(store);
                }
            }
        };
        for function in self.functions_of(module) {
            let at = self.at(function);
            let mut values = Vec::new();
            self.live(
                at,
                &self.model.function(function).facts.body,
                mode,
                &mut |statement, caught| match statement {
                    Stmt::Return(Some(value), _) => values.push((value, caught)),
                    Stmt::Assign(assign) => values.extend(assign.value.as_ref().map(|value| (value, caught))),
                    _ => {}
                },
            );
            values.into_iter().for_each(|(value, caught)| add(at, value, caught));
        }
        found
    }

    /// What a class keeps things in, where its own body shows it. A class that only passes things on keeps nothing.
    pub fn keeps(&self, class: ClassId) -> Option<Keeps> {
        let name = self.model.text(self.model.class_facts(class).name);
        if self.has_client(class) {
            return Some(Keeps::Durable);
        }
        if self.holds_container(class) && self.is_storelike(class) {
            return Some(Keeps::Memory);
        }
        if has_word(name, &self.words.volatile_names) && self.is_storelike(class) {
            return Some(Keeps::Local);
        }
        if self.writes_files(class) && self.is_storelike(class) {
            return Some(Keeps::Files);
        }
        (has_word(name, &self.words.volatile_words) && self.is_storelike(class)).then_some(Keeps::Memory)
    }

    /// Whether it is called a store, or a bus or log of events, and has something that puts things in.
    fn is_storelike(&self, class: ClassId) -> bool {
        let mut line = self.model.ancestry(class).into_iter();
        line.any(|class| {
            self.model.class(class).methods.keys().any(|method| {
                let method = self.model.text(*method);
                !method.starts_with("__")
                    && (starts_with(method, &self.words.write_verbs) || method.starts_with("upload"))
            })
        })
    }

    /// Whether any method calls something of a package that keeps things elsewhere.
    fn has_client(&self, class: ClassId) -> bool {
        self.any_call(class, &|at, func| {
            self.types(at, func).into_iter().any(|ty| match ty {
                Ty::Entity(Entity::External(name)) | Ty::ExternalObject(name) => {
                    let root = self.model.text(name).split('.').next().unwrap_or_default();
                    self.words.durable_libraries.iter().any(|library| library == root)
                }
                _ => false,
            })
        }) || self.model.class(class).bases.iter().any(|base| match base {
            Base::Local(base) => self.has_client(*base),
            Base::External(_) => false,
        })
    }

    fn writes_files(&self, class: ClassId) -> bool {
        self.any_call(class, &|_, func| {
            matches!(
                self.callee_name(func),
                "open" | "write_text" | "write_bytes" | "copyfile"
            )
        })
    }

    fn any_call(&self, class: ClassId, wanted: &dyn Fn(At, &'s Expr) -> bool) -> bool {
        let mut methods: Vec<_> = self.model.class(class).methods.values().copied().collect();
        methods.sort_unstable();
        methods.into_iter().any(|method| {
            let mut found = false;
            each_call(&self.model.function(method).facts.body, &mut |call| {
                found = found || wanted(self.at(method), &call.func);
            });
            found
        })
    }

    /// Whether an object keeps a container of its own, and nothing of what it keeps comes from elsewhere.
    fn holds_container(&self, class: ClassId) -> bool {
        self.model.ancestry(class).into_iter().any(|class| {
            let info = self.model.class(class);
            let assigned = info.attributes.values().flatten().filter_map(|(_, field)| field.value);
            let declared = info.fields.values().filter_map(|field| field.value);
            assigned.chain(declared).any(|value| self.is_container(value))
        })
    }

    fn is_container(&self, value: &Expr) -> bool {
        match value {
            Expr::Dict(dict) => dict.items.is_empty(),
            Expr::Seq(items) => items.is_empty(),
            Expr::Or(parts) => parts.iter().any(|part| self.is_container(part)),
            Expr::Choice(choice) => self.is_container(&choice.then) || self.is_container(&choice.otherwise),
            Expr::Call(call) => {
                let made = matches!(
                    last_segment(self.callee_name(&call.func)),
                    "dict" | "list" | "set" | "deque" | "defaultdict" | "OrderedDict" | "Counter"
                );
                let by_factory = self.callee_name(&call.func) == "field"
                    && call
                        .keyword(self.model.names, "default_factory")
                        .is_some_and(|factory| matches!(self.callee_name(factory), "dict" | "list" | "set"));
                made || by_factory
            }
            _ => false,
        }
    }

    /// Whether a store refuses, in a method of its own, modes that forbid it.
    pub fn guards_itself(&self, class: ClassId) -> bool {
        let mut methods = self.model.class(class).methods.values().copied();
        methods.any(|method| {
            let mut found = false;
            each_expr(&self.model.function(method).facts.body, &mut |expr| {
                descend(expr, &mut |inner| {
                    let name = match inner {
                        Expr::Name(name, _) => self.model.text(*name),
                        Expr::Attr(attr) => self.model.text(attr.name),
                        _ => return,
                    };
                    found = found || self.words.forbidden_backends.iter().any(|row| row == name);
                });
            });
            found
        })
    }
}
