//! What is certainly not there: names that nothing binds, symbols that a module does not define, attributes that no class
//! has. Anything that could bind one while the program runs makes the answer no.

use std::cell::RefCell;
use std::sync::{Arc, OnceLock};

use memchr::memmem;
use rustc_hash::{FxHashMap, FxHashSet};

use super::classes::{Base, last_segment};
use super::resolve::Entity;
use super::types::Ty;
use super::words::{BUILTINS, STANDARD, TEXT};
use super::{ClassId, FnId, ModId, Model, binders};
use crate::source::facts::{Expr, Name, Stmt};
use crate::source::glance::Glance;
use crate::source::visit::each_call;

/// The answers so far. Hardly any program asks; one that does asks the same again for every route.
#[derive(Clone, Default)]
pub(super) struct Asked {
    bound: RefCell<FxHashMap<ModId, Arc<FxHashSet<Name>>>>,
    /// Every attribute that any statement of the program assigns, shared between threads.
    assigned: Arc<OnceLock<FxHashSet<Name>>>,
    missing: RefCell<FxHashMap<(ClassId, Name), bool>>,
}

impl Model<'_> {
    /// Whether nothing ever binds this name where the function can see it: using it is a `NameError`.
    pub fn is_never_bound(&self, function: FnId, name: Name) -> bool {
        let info = self.function(function);
        let file = self.file(info.module);
        let text = self.text(name);
        if BUILTINS.contains(&text) || is_dunder(text) || file.facts.comprehended.contains(&name) {
            return false;
        }
        let mut scope = Some(function);
        while let Some(id) = scope {
            let facts = self.function(id).facts;
            let mut bound = facts.params.iter().any(|param| param.name == name);
            binders::each(&file.facts, self.names, &facts.body, &mut |other| {
                bound |= other == name
            });
            if bound {
                return false;
            }
            scope = self.function(id).parent;
        }
        !self.may_bind(info.module, name, &mut Vec::new())
    }

    /// Whether a module certainly has no attribute of this name: importing it from there is an `ImportError`.
    pub fn is_no_symbol(&self, module: ModId, name: Name) -> bool {
        let text = self.text(name);
        let file = self.file(module);
        // `import logging` beside a folder of that name means the standard library's.
        let own = self.dotted[module.0 as usize].rsplit('.').next().unwrap_or_default();
        if STANDARD.contains(&own) {
            return false;
        }
        if is_dunder(text) || self.has_function(module, "__getattr__") || self.is_assigned_somewhere(name) {
            return false;
        }
        if self.sources.tree.stands_for(&file.path).is_some() || self.may_bind(module, name, &mut Vec::new()) {
            return false;
        }
        match file.path.strip_suffix("__init__.py") {
            Some(folder) => {
                let child = format!("{folder}{text}");
                self.sources.tree.child(&child).is_none() && !self.is_on_disk(&child)
            }
            None => true,
        }
    }

    /// Whether there is a file or folder of this path, without ending, that the walk left out: ignored, compiled, a stub.
    pub fn is_on_disk(&self, path: &str) -> bool {
        let Some(entry) = self.sources.entries.first() else {
            return true;
        };
        let depth = entry.path.matches('/').count() + 1;
        let Some(root) = entry.open.ancestors().nth(depth) else {
            return true;
        };
        let full = root.join(path);
        let (Some(folder), Some(stem)) = (full.parent(), full.file_name().and_then(|name| name.to_str())) else {
            return true;
        };
        let Ok(found) = std::fs::read_dir(folder) else {
            return false;
        };
        found.filter_map(Result::ok).any(|found| {
            let name = found.file_name();
            let Some(name) = name.to_str() else { return true };
            name == stem || name.strip_prefix(stem).is_some_and(|rest| rest.starts_with('.'))
        })
    }

    /// Whether a module may bind a name in its own scope.
    fn may_bind(&self, module: ModId, name: Name, asked: &mut Vec<ModId>) -> bool {
        if asked.contains(&module) {
            return false;
        }
        asked.push(module);
        let file = self.file(module);
        let text = file.text.as_bytes();
        let open = ["globals()", "exec(", "vars()", "locals()", "sys.modules[__name__]"];
        if !file.facts.errors.is_empty() || open.iter().any(|open| memmem::find(text, open.as_bytes()).is_some()) {
            return true;
        }
        if self.bound(module).contains(&name) {
            return true;
        }
        let stars = self.scope(module).stars();
        stars
            .iter()
            .any(|import| match self.imported(module, import, name, None) {
                Some(Entity::External(_) | Entity::Namespace(_)) | None => match self.star_source(module, import) {
                    Some(source) => self.may_bind(source, name, asked),
                    None => true,
                },
                Some(_) => true,
            })
    }

    fn star_source(&self, module: ModId, import: &crate::source::facts::Import) -> Option<ModId> {
        match self.source(module, import)? {
            Entity::Module(source) => Some(source),
            _ => None,
        }
    }

    /// Every name that a module binds, also from inside its functions.
    fn bound(&self, module: ModId) -> Arc<FxHashSet<Name>> {
        if let Some(known) = self.absent.bound.borrow().get(&module) {
            return known.clone();
        }
        let facts = &self.file(module).facts;
        let mut bound = FxHashSet::default();
        binders::each(facts, self.names, &facts.body, &mut |name| {
            bound.insert(name);
        });
        for function in &facts.functions {
            super::types::each_statement(&function.body, &mut |statement| {
                if let Stmt::Global(names) = statement {
                    bound.extend(names.iter().copied());
                }
            });
        }
        let bound = Arc::new(bound);
        self.absent.bound.borrow_mut().insert(module, bound.clone());
        bound
    }

    /// Whether any statement of the program assigns an attribute of this name to anything.
    fn is_assigned_somewhere(&self, name: Name) -> bool {
        let assigned = self.absent.assigned.get_or_init(|| {
            let mut assigned = FxHashSet::default();
            let setattr = self.names.get("setattr");
            for file in &self.sources.files {
                assigned.extend(&file.facts.set_attributes);
                let functions = file.facts.functions.iter();
                let bodies = functions.map(|function| (&function.body, &function.glance));
                let sets = |glance: &Glance| glance.calls(|name| Some(name) == setattr);
                for (body, _) in bodies
                    .chain([(&file.facts.body, &file.facts.glance)])
                    .filter(|(_, glance)| sets(glance))
                {
                    each_call(body, &mut |call| {
                        if let (Expr::Name(function, _), Some(Expr::Str(name, _))) = (&call.func, call.position(1))
                            && self.names.resolve(*function) == "setattr"
                        {
                            assigned.insert(*name);
                        }
                    });
                }
            }
            assigned
        });
        assigned.contains(&name)
    }

    /// Whether a value of this type certainly has no attribute of this name, also as an object of a subclass.
    pub fn lacks_attribute(&self, ty: Ty, name: Name) -> bool {
        match ty {
            Ty::Object { class, .. } => self.no_class_has(class, name, Side::Object),
            Ty::Entity(Entity::Class(class)) => self.no_class_has(class, name, Side::Class),
            Ty::Entity(Entity::Module(module)) => {
                self.member(Entity::Module(module), name).is_none() && self.is_no_symbol(module, name)
            }
            _ => false,
        }
    }

    fn no_class_has(&self, class: ClassId, name: Name, side: Side) -> bool {
        let text = self.text(name);
        if is_dunder(text) || self.has_member(class, name) {
            return false;
        }
        if let Some(known) = self.absent.missing.borrow().get(&(class, name)) {
            return *known;
        }
        let mut below = vec![class];
        let mut next = 0;
        while let Some(current) = below.get(next).copied() {
            next += 1;
            for sub in &self.class(current).subclasses {
                if !below.contains(sub) {
                    below.push(*sub);
                }
            }
        }
        let lacks = |class: ClassId| {
            self.ancestry(class)
                .into_iter()
                .all(|class| self.is_closed(class, name, side))
        };
        let missing = below.into_iter().all(lacks) && !self.is_assigned_somewhere(name);
        self.absent.missing.borrow_mut().insert((class, name), missing);
        missing
    }

    fn has_member(&self, class: ClassId, name: Name) -> bool {
        self.ancestry(class).into_iter().any(|class| {
            let info = self.class(class);
            info.methods.contains_key(&name) || info.fields.contains_key(&name) || info.attributes.contains_key(&name)
        })
    }

    /// Whether everything about the class itself is written out, and none of it binds the name.
    fn is_closed(&self, class: ClassId, name: Name, side: Side) -> bool {
        let info = self.class(class);
        let file = self.file(info.module);
        let mut bound = false;
        binders::each(&file.facts, self.names, &info.facts.body, &mut |other| {
            bound |= other == name
        });
        if bound || !file.facts.errors.is_empty() || info.bases.len() < info.facts.bases.len() {
            return false;
        }
        if OPEN.iter().any(|open| info.methods.contains_key(&self.intern(open))) {
            return false;
        }
        // `model_config`, `class Config`: what they allow is not followed. `__slots__` says no more than the assignments.
        let configured = ["model_config", "__getattr__"];
        if configured.iter().any(|field| info.fields.contains_key(&self.intern(field)))
            || file.facts.classes.iter().any(|inner| {
                self.text(inner.name) == "Config" && info.facts.body.iter().any(|statement| matches!(statement, Stmt::Class(index) if std::ptr::eq(&raw const file.facts.classes[*index as usize], inner)))
            })
        {
            return false;
        }
        if !info
            .facts
            .decorators
            .iter()
            .all(|decorator| self.adds_nothing(decorator))
            || self.has_metaclass(class)
        {
            return false;
        }
        let mut dynamic = false;
        for method in info.methods.values() {
            each_call(&self.function(*method).facts.body, &mut |call| {
                let name = match &call.func {
                    Expr::Name(name, _) => self.text(*name),
                    Expr::Attr(attr) => match &attr.base {
                        Expr::Attr(base) => self.text(base.name),
                        _ => "",
                    },
                    _ => "",
                };
                dynamic |= matches!(name, "setattr" | "vars" | "__dict__");
            });
        }
        !dynamic
            && info.bases.iter().all(|base| match base {
                Base::Local(_) => true,
                Base::External(base) => base_lacks(last_segment(self.text(*base)), self.text(name), side),
            })
    }

    fn adds_nothing(&self, decorator: &Expr) -> bool {
        let name = match decorator {
            Expr::Call(call) => &call.func,
            other => other,
        };
        let name = match name {
            Expr::Name(name, _) => *name,
            Expr::Attr(attr) => attr.name,
            _ => return false,
        };
        matches!(
            self.text(name),
            "dataclass" | "runtime_checkable" | "total_ordering" | "final" | "unique"
        )
    }

    /// Keywords of a class are not among its facts: its head is read from the text.
    fn has_metaclass(&self, class: ClassId) -> bool {
        let info = self.class(class);
        let text = &self.file(info.module).text;
        let head = text.get(info.facts.span.end as usize..).unwrap_or("");
        let head = head
            .split_once(":\n")
            .map_or(head.get(..200).unwrap_or(head), |(head, _)| head);
        head.contains("metaclass") && !head.contains("ABCMeta") && !head.contains("EnumMeta")
    }
}

/// What an attribute is asked of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Object,
    Class,
}

/// Methods that make a class answer for any attribute.
const OPEN: [&str; 4] = ["__getattr__", "__getattribute__", "__setattr__", "__class_getitem__"];

/// Whether a base from outside has no such attribute. Of most bases that cannot be said.
fn base_lacks(base: &str, name: &str, side: Side) -> bool {
    match base {
        "object" | "ABC" | "Generic" | "Protocol" => true,
        "Enum" | "IntEnum" | "StrEnum" | "Flag" | "IntFlag" => {
            let of_member = side == Side::Object && matches!(name, "name" | "value");
            !(of_member || TEXT.contains(&name) || name.starts_with('_'))
        }
        "str" => !TEXT.contains(&name),
        "int" => !matches!(
            name,
            "real" | "imag" | "numerator" | "denominator" | "bit_length" | "to_bytes" | "from_bytes"
        ),
        "Exception" | "RuntimeError" | "ValueError" | "KeyError" | "LookupError" => {
            !matches!(name, "args" | "with_traceback" | "add_note" | "mro")
        }
        "BaseModel" => {
            !(name.starts_with("model_")
                || name.starts_with("parse_")
                || name.starts_with("schema")
                || name.starts_with('_')
                || matches!(
                    name,
                    "dict"
                        | "json"
                        | "copy"
                        | "construct"
                        | "validate"
                        | "from_orm"
                        | "fields"
                        | "update_forward_refs"
                        | "mro"
                        | "Config"
                ))
        }
        _ => false,
    }
}

fn is_dunder(name: &str) -> bool {
    name.starts_with("__") && name.ends_with("__")
}
