//! Classes: bases, members, subclasses and which exception is which.

use rustc_hash::FxHashMap;

use super::resolve::Entity;
use super::{ClassId, FnId, ModId, Model, Program};
use crate::source::facts::{Class, Expr, Name, Span, Stmt};

/// A class with its members and relations.
#[derive(Debug, Clone)]
pub struct ClassInfo<'s> {
    /// Its file.
    pub module: ModId,
    /// Its facts.
    pub facts: &'s Class,
    /// Its methods; the last definition of a name wins.
    pub methods: FxHashMap<Name, FnId>,
    /// Its class-level variables and annotated fields.
    pub fields: FxHashMap<Name, Field<'s>>,
    /// What its methods assign to `self.name`, with the method.
    pub attributes: FxHashMap<Name, Vec<(FnId, Field<'s>)>>,
    /// Its bases in order.
    pub bases: Vec<Base>,
    /// The classes of the program that name it as a base.
    pub subclasses: Vec<ClassId>,
}

/// A variable of a class or object.
#[derive(Debug, Clone, Copy)]
pub struct Field<'s> {
    /// Its annotation.
    pub annotation: Option<&'s Expr>,
    /// Its value.
    pub value: Option<&'s Expr>,
    /// Where it is set.
    pub span: Span,
}

/// A base class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Base {
    /// Of the program.
    Local(ClassId),
    /// From outside, by its dotted name; built-in ones have no dot.
    External(Name),
}

impl<'s> ClassInfo<'s> {
    /// A class that is not linked yet.
    pub fn new(module: ModId, facts: &'s Class) -> Self {
        Self {
            module,
            facts,
            methods: FxHashMap::default(),
            fields: FxHashMap::default(),
            attributes: FxHashMap::default(),
            bases: Vec::new(),
            subclasses: Vec::new(),
        }
    }
}

/// Whether one class is a subclass of another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is, or is the same.
    Yes,
    /// It is not.
    No,
    /// A class outside the program stands in between.
    Unknown,
}

impl<'s> Model<'s> {
    /// The bases of every class.
    pub(super) fn bases(&self) -> Vec<Vec<Base>> {
        let bases = |class: &ClassInfo<'s>| {
            let bases = class.facts.bases.iter();
            bases.filter_map(|base| self.base(class.module, base)).collect()
        };
        self.classes.iter().map(bases).collect()
    }

    /// Every implementation that a call of this method on a value annotated with the class may run: the class's own, the
    /// overrides below it, and for a protocol those of every class that has all of its methods.
    pub fn implementations(&self, class: ClassId, name: Name) -> Vec<FnId> {
        if let Some(known) = self.implemented.borrow().get(&(class, name)) {
            return known.clone();
        }
        let found = self.find_implementations(class, name);
        self.implemented.borrow_mut().insert((class, name), found.clone());
        found
    }

    fn base(&self, module: ModId, base: &Expr) -> Option<Base> {
        match base {
            // `Generic[T]`, `Repository[Thing]`: the class itself.
            Expr::Index(index) => self.base(module, &index.base),
            Expr::Name(name, _) => match self.global(module, *name) {
                Some(Entity::Class(class)) => Some(Base::Local(class)),
                Some(Entity::External(dotted)) => Some(Base::External(dotted)),
                None => Some(Base::External(*name)),
                _ => None,
            },
            Expr::Attr(_) => match self.expression(module, base)? {
                Entity::Class(class) => Some(Base::Local(class)),
                Entity::External(dotted) => Some(Base::External(dotted)),
                _ => None,
            },
            _ => None,
        }
    }
}

impl<'s> Program<'s> {
    /// Gathers members and relations of every class.
    pub(super) fn link_classes(&mut self, bases: Vec<Vec<Base>>) {
        for (index, bases) in bases.into_iter().enumerate() {
            for base in &bases {
                if let Base::Local(base) = base {
                    self.classes[base.0 as usize].subclasses.push(ClassId(index as u32));
                }
            }
            let (module, facts) = (self.classes[index].module, self.classes[index].facts);
            self.classes[index].bases = bases;
            self.list_members(index, module, facts);
        }
    }

    fn list_members(&mut self, index: usize, module: ModId, facts: &'s Class) {
        for statement in &facts.body {
            match statement {
                Stmt::Function(local) => {
                    let id = self.local_function(module, *local);
                    let function = self.function(id).facts;
                    if self.classes[index].methods.insert(function.name, id).is_none() {
                        self.classes_with
                            .entry(function.name)
                            .or_default()
                            .push(ClassId(index as u32));
                    }
                    self.list_attributes(index, id, &function.body);
                }
                Stmt::Assign(assign) => {
                    if let Expr::Name(name, _) = &assign.target {
                        let (annotation, value) = (assign.annotation.as_ref(), assign.value.as_ref());
                        self.classes[index].fields.insert(
                            *name,
                            Field {
                                annotation,
                                value,
                                span: assign.span,
                            },
                        );
                    }
                }
                _ => {}
            }
        }
    }

    fn list_attributes(&mut self, index: usize, method: FnId, body: &'s [Stmt]) {
        for statement in body {
            match statement {
                Stmt::Assign(assign) => {
                    if let Expr::Attr(attr) = &assign.target
                        && matches!(&attr.base, Expr::Name(name, _) if self.text(*name) == "self")
                    {
                        let (annotation, value) = (assign.annotation.as_ref(), assign.value.as_ref());
                        let field = Field {
                            annotation,
                            value,
                            span: assign.span,
                        };
                        self.classes[index]
                            .attributes
                            .entry(attr.name)
                            .or_default()
                            .push((method, field));
                    }
                }
                Stmt::If(branch) => {
                    self.list_attributes(index, method, &branch.then);
                    self.list_attributes(index, method, &branch.otherwise);
                }
                Stmt::Try(attempt) => {
                    self.list_attributes(index, method, &attempt.body);
                    for handler in &attempt.handlers {
                        self.list_attributes(index, method, &handler.body);
                    }
                }
                Stmt::With(with) => self.list_attributes(index, method, &with.body),
                _ => {}
            }
        }
    }

    /// The class and its bases of the program, nearest first.
    pub fn ancestry(&self, class: ClassId) -> Vec<ClassId> {
        let mut line = vec![class];
        let mut next = 0;
        while let Some(current) = line.get(next).copied() {
            next += 1;
            for base in &self.class(current).bases {
                if let Base::Local(base) = base
                    && !line.contains(base)
                {
                    line.push(*base);
                }
            }
        }
        line
    }

    /// The method that a call on an object of exactly this class runs.
    pub fn method(&self, class: ClassId, name: Name) -> Option<FnId> {
        self.ancestry(class)
            .into_iter()
            .find_map(|class| self.class(class).methods.get(&name).copied())
    }

    /// Whether the class or a base of it comes from outside the program, so that members may exist unseen.
    pub fn is_open(&self, class: ClassId) -> bool {
        const CLOSED: [&str; 8] = [
            "object",
            "abc.ABC",
            "typing.Protocol",
            "typing.Generic",
            "enum.Enum",
            "str",
            "typing_extensions.Protocol",
            "Exception",
        ];
        self.ancestry(class).into_iter().any(|class| {
            let info = self.class(class);
            info.bases.len() < info.facts.bases.len()
                || info
                    .bases
                    .iter()
                    .any(|base| matches!(base, Base::External(name) if !CLOSED.contains(&self.text(*name))))
        })
    }

    /// Whether the class has this external base, directly or not; the last segment of its dotted name decides.
    pub fn has_external_base(&self, class: ClassId, wanted: &[&str]) -> bool {
        self.ancestry(class).into_iter().any(|class| {
            self.class(class).bases.iter().any(|base| match base {
                Base::External(name) => wanted.contains(&last_segment(self.text(*name))),
                Base::Local(_) => false,
            })
        })
    }

    fn find_implementations(&self, class: ClassId, name: Name) -> Vec<FnId> {
        let mut found: Vec<FnId> = self.method(class, name).into_iter().collect();
        let mut below = self.class(class).subclasses.clone();
        let mut next = 0;
        while let Some(current) = below.get(next).copied() {
            next += 1;
            let info = self.class(current);
            if let Some(method) = info.methods.get(&name)
                && !found.contains(method)
            {
                found.push(*method);
            }
            for sub in &info.subclasses {
                if !below.contains(sub) {
                    below.push(*sub);
                }
            }
        }
        if self.has_external_base(class, &["Protocol"]) {
            found.extend(self.structural(class, name, &found));
        }
        if found.len() > 1 {
            found.retain(|method| !self.is_abstract(*method));
        }
        found
    }

    /// The methods of this name of the classes that look like the protocol. A stale copy of the tree has its own protocol,
    /// and its classes count only there.
    fn structural(&self, protocol: ClassId, name: Name, known: &[FnId]) -> Vec<FnId> {
        let wanted = &self.class(protocol).methods;
        let defined = &self.file(self.class(protocol).module).path;
        let fits = |class: &&ClassInfo<'s>| {
            wanted.keys().all(|method| class.methods.contains_key(method))
                && !self.sources.tree.has_own(&self.file(class.module).path, defined)
        };
        // Only classes that have this method can have all of them.
        let candidates = self.classes_with.get(&name).into_iter().flatten();
        let methods = candidates
            .map(|class| self.class(*class))
            .filter(fits)
            .filter_map(|class| class.methods.get(&name).copied());
        methods.filter(|method| !known.contains(method)).collect()
    }

    /// Whether a method is only a declaration: its body does nothing, or raises `NotImplementedError`.
    pub fn is_abstract(&self, method: FnId) -> bool {
        let facts = self.function(method).facts;
        let declares = |statement: &Stmt| match statement {
            Stmt::Expr(Expr::Ellipsis) => true,
            Stmt::Raise(raise) => {
                let Some(error) = &raise.error else { return false };
                let class = if let Expr::Call(call) = error {
                    &call.func
                } else {
                    error
                };
                matches!(class, Expr::Name(name, _) if self.text(*name) == "NotImplementedError")
            }
            _ => false,
        };
        let decorated = facts.decorators.iter().any(|decorator| match decorator {
            Expr::Name(name, _) => self.text(*name) == "abstractmethod",
            Expr::Attr(attr) => self.text(attr.name) == "abstractmethod",
            _ => false,
        });
        decorated || facts.body.iter().all(declares)
    }

    /// Whether `class` is `ancestor` or below it.
    pub fn is_subclass(&self, class: Base, ancestor: Base) -> Relation {
        if class == ancestor {
            return Relation::Yes;
        }
        let Base::Local(local) = class else {
            return self.external_base_relation(class, ancestor);
        };
        let mut relation = Relation::No;
        for class in self.ancestry(local) {
            let info = self.class(class);
            if Base::Local(class) == ancestor {
                return Relation::Yes;
            }
            if info.bases.len() < info.facts.bases.len() {
                relation = Relation::Unknown;
            }
            for base in &info.bases {
                match self.external_base_relation(*base, ancestor) {
                    Relation::Yes => return Relation::Yes,
                    Relation::Unknown => relation = Relation::Unknown,
                    Relation::No => {}
                }
            }
        }
        relation
    }

    /// For a base of the program, its own line says.
    fn external_base_relation(&self, base: Base, ancestor: Base) -> Relation {
        match base {
            Base::Local(_) => Relation::No,
            Base::External(_) if base == ancestor => Relation::Yes,
            Base::External(name) => self.external_relation(self.text(name), ancestor),
        }
    }

    fn external_relation(&self, class: &str, ancestor: Base) -> Relation {
        let Base::External(ancestor) = ancestor else {
            return Relation::No;
        };
        let ancestor = self.text(ancestor);
        if matches!(ancestor, "BaseException" | "object") || same_external(class, ancestor) {
            return Relation::Yes;
        }
        let mut current = class;
        loop {
            match parent(current) {
                Some(above) if same_external(above, ancestor) => return Relation::Yes,
                Some(above) => current = above,
                // Any class that someone raises is an Exception, but for the few that are not.
                None if ancestor == "Exception" => {
                    let beyond = [
                        "KeyboardInterrupt",
                        "SystemExit",
                        "GeneratorExit",
                        "BaseException",
                        "CancelledError",
                    ];
                    return if beyond.contains(&last_segment(class)) {
                        Relation::No
                    } else {
                        Relation::Yes
                    };
                }
                None if is_builtin(current) => return Relation::No,
                // From outside, with an unknown line of bases: it may be under another outside class.
                None if is_builtin(ancestor) => return Relation::No,
                None => return Relation::Unknown,
            }
        }
    }
}

/// The part of a dotted name after the last dot.
pub fn last_segment(dotted: &str) -> &str {
    dotted.rsplit('.').next().unwrap_or(dotted)
}

/// The same class under the paths that it can be imported by.
fn same_external(left: &str, right: &str) -> bool {
    canonical(left) == canonical(right)
}

fn canonical(dotted: &str) -> &str {
    match dotted {
        "fastapi.exceptions.HTTPException" => "fastapi.HTTPException",
        "starlette.exceptions.HTTPException" | "starlette.HTTPException" => "starlette.HTTPException",
        "fastapi.exceptions.RequestValidationError" => "fastapi.RequestValidationError",
        "fastapi.exceptions.WebSocketException" => "fastapi.WebSocketException",
        "builtins.Exception" => "Exception",
        "pydantic_core.ValidationError" | "pydantic.error_wrappers.ValidationError" => "pydantic.ValidationError",
        "json.decoder.JSONDecodeError" => "json.JSONDecodeError",
        "EnvironmentError" | "IOError" => "OSError",
        other => other,
    }
}

/// The base class of the exceptions that matter here (Python 3.13, section "Exception hierarchy"; FastAPI 0.115).
fn parent(class: &str) -> Option<&'static str> {
    Some(match canonical(class) {
        "fastapi.HTTPException" => "starlette.HTTPException",
        "fastapi.WebSocketException" => "starlette.exceptions.WebSocketException",
        "fastapi.RequestValidationError" => "ValueError",
        "pydantic.ValidationError" | "json.JSONDecodeError" | "UnicodeError" => "ValueError",
        "UnicodeDecodeError" | "UnicodeEncodeError" => "UnicodeError",
        "KeyError" | "IndexError" => "LookupError",
        "ModuleNotFoundError" => "ImportError",
        "NotImplementedError" | "RecursionError" => "RuntimeError",
        "FileNotFoundError" | "FileExistsError" | "PermissionError" | "TimeoutError" | "ConnectionError"
        | "InterruptedError" | "IsADirectoryError" | "NotADirectoryError" | "BlockingIOError" => "OSError",
        "ConnectionRefusedError" | "ConnectionResetError" | "BrokenPipeError" | "ConnectionAbortedError" => {
            "ConnectionError"
        }
        "ZeroDivisionError" | "OverflowError" | "FloatingPointError" => "ArithmeticError",
        "UnboundLocalError" => "NameError",
        _ => return None,
    })
}

fn is_builtin(class: &str) -> bool {
    !class.contains('.')
}
