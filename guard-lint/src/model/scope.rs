//! The names that a module binds.

use rustc_hash::FxHashMap;

use crate::source::facts::{Assign, Expr, Import, Module, Name, Names, Stmt};

/// What a name of a module is bound to.
#[derive(Debug, Clone, Copy)]
pub enum Binding<'s> {
    /// `import a.b as name`; for `import a.b`, its head `a`.
    Module {
        /// The dotted name.
        dotted: Name,
    },
    /// `from import.module import attribute`.
    From {
        /// The statement.
        import: &'s Import,
        /// The imported name.
        attribute: Name,
    },
    /// `def`, by its index in the file.
    Function(u32),
    /// `class`, by its index in the file.
    Class(u32),
    /// An assignment.
    Value {
        /// The value.
        value: Option<&'s Expr>,
        /// The annotation.
        annotation: Option<&'s Expr>,
    },
}

/// The bindings of a module's own scope.
#[derive(Debug, Clone, Default)]
pub struct ModuleScope<'s> {
    names: FxHashMap<Name, Binding<'s>>,
    stars: Vec<&'s Import>,
}

impl<'s> ModuleScope<'s> {
    /// Gathers the bindings of a file.
    pub fn new(facts: &'s Module, names: &Names) -> Self {
        let mut scope = Self::default();
        scope.add_all(facts, names, &facts.body, true);
        scope
    }

    /// What a name is bound to.
    pub fn get(&self, name: Name) -> Option<Binding<'s>> {
        self.names.get(&name).copied()
    }

    /// The star imports, in order.
    pub fn stars(&self) -> &[&'s Import] {
        &self.stars
    }

    /// The last binding wins, but for one in an `else` or `except`: what stands first is the usual case, the rest its
    /// substitute.
    fn add_all(&mut self, facts: &'s Module, names: &Names, body: &'s [Stmt], wins: bool) {
        for statement in body {
            match statement {
                Stmt::Function(index) => {
                    self.add(facts.functions[*index as usize].name, Binding::Function(*index), wins);
                }
                Stmt::Class(index) => self.add(facts.classes[*index as usize].name, Binding::Class(*index), wins),
                Stmt::Assign(assign) if !assign.augmented => self.add_assignment(assign, wins),
                Stmt::Import(import) => self.add_import(import, names, wins),
                Stmt::If(branch) => {
                    self.add_all(facts, names, &branch.then, wins);
                    self.add_all(facts, names, &branch.otherwise, false);
                }
                Stmt::Try(attempt) => {
                    self.add_all(facts, names, &attempt.body, wins);
                    for handler in &attempt.handlers {
                        self.add_all(facts, names, &handler.body, false);
                    }
                    self.add_all(facts, names, &attempt.otherwise, wins);
                    self.add_all(facts, names, &attempt.finally, wins);
                }
                Stmt::With(with) => self.add_all(facts, names, &with.body, wins),
                Stmt::Loop(each) => self.add_all(facts, names, &each.body, wins),
                _ => {}
            }
        }
    }

    fn add_assignment(&mut self, assign: &'s Assign, wins: bool) {
        if let Expr::Name(name, _) = &assign.target {
            let value = assign.value.as_ref();
            // A bare annotation, or None, gives way to a real value.
            let real = value.is_some_and(|value| !matches!(value, Expr::None));
            self.add(
                *name,
                Binding::Value {
                    value,
                    annotation: assign.annotation.as_ref(),
                },
                wins && real,
            );
        }
    }

    fn add_import(&mut self, import: &'s Import, names: &Names, wins: bool) {
        for (name, alias) in &import.names {
            let text = names.resolve(*name);
            match (import.module, alias) {
                (Some(_), _) if text == "*" => self.stars.push(import),
                (Some(_), alias) => {
                    self.add(
                        alias.unwrap_or(*name),
                        Binding::From {
                            import,
                            attribute: *name,
                        },
                        wins,
                    );
                }
                (None, Some(alias)) => self.add(*alias, Binding::Module { dotted: *name }, wins),
                (None, None) => {
                    let head = names.intern(text.split('.').next().unwrap_or(text));
                    self.add(head, Binding::Module { dotted: head }, wins);
                }
            }
        }
    }

    fn add(&mut self, name: Name, binding: Binding<'s>, wins: bool) {
        if wins {
            self.names.insert(name, binding);
        } else {
            self.names.entry(name).or_insert(binding);
        }
    }
}
