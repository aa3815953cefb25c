//! What a test does: with its helpers, its fixtures and what its module sets up.

mod calls;

use rustc_hash::FxHashMap;

use super::Test;
use crate::model::Model;
use crate::model::resolve::Entity;
use crate::model::types::each_statement;
use crate::source::File;
use crate::source::facts::{CompareOp, Expr, Function, Import, Name, Names, Scope, Stmt};
use crate::source::imports::{imports_of, start};
use crate::source::tree::Found;
use crate::source::visit::{descend, each_expr};

/// How deep helpers and fixtures are followed.
const DEPTH: u32 = 4;

/// What runs before every test of a file.
const SETUPS: [&str; 6] = [
    "setup_module",
    "setup_function",
    "setup_method",
    "setUp",
    "setUpClass",
    "asyncSetUp",
];

/// Reads the tests of one file.
pub(super) struct Gather<'g, 's> {
    pub(super) file: &'g File,
    pub(super) names: &'g Names,
    model: &'g Model<'s>,
    /// What the file's imports bind.
    imports: FxHashMap<Name, Entity>,
    /// Whether a client of this file sends headers with every request.
    pub(super) clients_have_headers: bool,
    /// The fixtures of the folders above.
    above: Vec<Gather<'g, 's>>,
}

impl<'g, 's> Gather<'g, 's> {
    /// Looks at a file and the `conftest.py` files above it.
    pub(super) fn new(model: &'g Model<'s>, file: &'g File, above: &[&'g File]) -> Self {
        let mut gather = Self {
            file,
            names: model.names,
            model,
            imports: FxHashMap::default(),
            clients_have_headers: false,
            above: above.iter().map(|file| Gather::new(model, file, &[])).collect(),
        };
        let functions = file.facts.functions.iter().map(|function| &function.body);
        let bodies: Vec<&Vec<Stmt>> = std::iter::once(&file.facts.body).chain(functions).collect();
        for body in bodies {
            for import in imports_of(body) {
                gather.add_import(import);
            }
            crate::source::visit::each_call(body, &mut |call| {
                let made = matches!(
                    gather
                        .names
                        .resolve(last(&call.func).unwrap_or_else(|| gather.names.intern(""))),
                    "TestClient" | "AsyncClient" | "Client"
                );
                gather.clients_have_headers |= made && call.keyword(gather.names, "headers").is_some();
            });
        }
        gather
    }

    fn add_import(&mut self, import: &Import) {
        for (name, alias) in &import.names {
            let text = self.names.resolve(*name);
            let (dotted, bound) = match (import.module, alias) {
                (Some(module), alias) => (self.names.resolve(module), alias.unwrap_or(*name)),
                (None, Some(alias)) => (text, *alias),
                (None, None) => {
                    let head = text.split('.').next().unwrap_or(text);
                    (head, self.names.intern(head))
                }
            };
            let tree = &self.model.sources.tree;
            let found = match import.level {
                0 => tree.resolve(dotted, &self.file.path, &mut Vec::new()),
                level => {
                    start(level, &self.file.path).and_then(|folder| tree.resolve_from(folder, dotted, &mut Vec::new()))
                }
            };
            let source = match found {
                Some(Found::File(entry)) => {
                    self.model.sources.parsed[entry as usize].map(|parsed| Entity::Module(crate::model::ModId(parsed)))
                }
                Some(Found::Namespace(path)) => Some(Entity::Namespace(self.model.intern(&path))),
                None => None,
            };
            let entity = match import.module {
                Some(_) => source.and_then(|source| self.model.member(source, *name)),
                None => source,
            };
            if let Some(entity) = entity {
                self.imports.insert(bound, entity);
            }
        }
    }

    /// What an expression names in the program.
    pub(super) fn entity(&self, expr: &Expr) -> Option<Entity> {
        match expr {
            Expr::Name(name, _) => self.imports.get(name).copied(),
            Expr::Attr(attr) => self.model.member(self.entity(&attr.base)?, attr.name),
            _ => None,
        }
    }

    /// A function of the file's own module level, or a method.
    pub(super) fn local(&self, name: Name) -> Option<&'g Function> {
        let functions = self.file.facts.functions.iter();
        functions
            .into_iter()
            .find(|function| function.name == name && !matches!(function.scope, Scope::Function(_)))
    }

    /// The tests of the file, which get its number elsewhere.
    pub(super) fn tests(&self) -> Vec<Test> {
        let skipped = self.module_skip();
        let functions = self
            .file
            .facts
            .functions
            .iter()
            .filter(|function| self.is_test(function));
        let test = |function: &'g Function| {
            let (line, column) = self.file.position(function.span.start);
            let name = self.names.resolve(function.name).to_owned();
            let mut test = Test {
                line,
                column,
                name,
                skipped: skipped.clone(),
                ..Test::default()
            };
            if let Scope::Class(class) = function.scope {
                let class = &self.file.facts.classes[class as usize];
                test.name = format!("{}.{}", self.names.resolve(class.name), test.name);
                self.decorators(&class.decorators, &mut test);
                self.own_mark(&class.body, &mut test);
            }
            self.decorators(&function.decorators, &mut test);
            self.set_up(function, &mut test);
            self.walk(function, &mut test, DEPTH);
            test
        };
        functions.map(test).collect()
    }

    fn is_test(&self, function: &Function) -> bool {
        let is_one = self.names.resolve(function.name).starts_with("test");
        is_one
            && match function.scope {
                Scope::Module => true,
                Scope::Class(class) => {
                    let class = &self.file.facts.classes[class as usize];
                    let cases = class.bases.iter().filter_map(last);
                    self.names.resolve(class.name).starts_with("Test")
                        || cases
                            .into_iter()
                            .any(|base| self.names.resolve(base).ends_with("TestCase"))
                }
                Scope::Function(_) => false,
            }
    }

    /// Why none of the file's tests runs.
    fn module_skip(&self) -> Option<String> {
        let mut test = Test::default();
        self.own_mark(&self.file.facts.body, &mut test);
        test.skipped
    }

    /// `pytestmark = pytest.mark.skip`, `pytest.skip(…)` at the top of a body.
    fn own_mark(&self, body: &[Stmt], test: &mut Test) {
        for statement in body {
            match statement {
                Stmt::Assign(assign) if matches!(&assign.target, Expr::Name(name, _) if self.names.resolve(*name) == "pytestmark") => {
                    if let Some(value) = &assign.value {
                        descend(value, &mut |expr| self.skip_mark(expr, test));
                    }
                }
                Stmt::Expr(Expr::Call(call)) if self.text(&call.func) == "pytest.skip" => {
                    test.skipped.get_or_insert("calls pytest.skip".to_owned());
                }
                _ => {}
            }
        }
    }

    fn skip_mark(&self, expr: &Expr, test: &mut Test) {
        if let Expr::Attr(attr) = expr
            && matches!(
                self.names.resolve(attr.name),
                "skip" | "skipif" | "xfail" | "skipIf" | "skipUnless" | "expectedFailure"
            )
        {
            test.skipped
                .get_or_insert(format!("is marked {}", self.names.resolve(attr.name)));
        }
    }

    fn decorators(&self, decorators: &[Expr], test: &mut Test) {
        for decorator in decorators {
            descend(decorator, &mut |expr| {
                self.skip_mark(expr, test);
                if let Expr::Call(call) = expr {
                    self.call(call, &[], test, 0);
                    self.replacement(call, test);
                    if self.text(&call.func).ends_with("parametrize") {
                        self.parameters(call, test);
                    }
                }
            });
        }
    }

    /// What runs before the test: the module, its set-up functions, fixtures that every test uses.
    fn set_up(&self, function: &Function, test: &mut Test) {
        for gather in self.above.iter().chain([self]) {
            gather.replacements(&gather.file.facts.body, test);
            for other in &gather.file.facts.functions {
                let name = self.names.resolve(other.name);
                let same_scope = other.scope == Scope::Module || other.scope == function.scope;
                if same_scope && (SETUPS.contains(&name) || gather.is_fixture(other) == Some(true)) {
                    gather.walk(other, test, DEPTH - 1);
                }
            }
        }
    }

    /// Whether a function is a fixture, and one that every test uses.
    fn is_fixture(&self, function: &Function) -> Option<bool> {
        function.decorators.iter().find_map(|decorator| {
            let (func, call) = match decorator {
                Expr::Call(call) => (&call.func, Some(call)),
                other => (other, None),
            };
            self.text(func).ends_with("fixture").then(|| {
                matches!(
                    call.and_then(|call| call.keyword(self.names, "autouse")),
                    Some(Expr::Bool(true))
                )
            })
        })
    }

    /// Adds what a function does, with the fixtures that it takes and the helpers that it calls.
    fn walk(&self, function: &'g Function, test: &mut Test, depth: u32) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for param in &function.params {
            let fixture = |gather: &Gather<'g, 's>| {
                let functions = gather.file.facts.functions.iter();
                functions
                    .into_iter()
                    .find(|other| other.name == param.name && gather.is_fixture(other).is_some())
            };
            match self.names.resolve(param.name) {
                "caplog" => test.logs = true,
                _ => {
                    if let Some((gather, fixture)) = std::iter::once(self)
                        .chain(&self.above)
                        .find_map(|gather| Some((gather, fixture(gather)?)))
                    {
                        gather.walk(fixture, test, depth);
                    }
                }
            }
        }
        self.own_mark(&function.body, test);
        self.body(&function.body, test, depth);
    }

    /// Adds what statements do.
    fn body(&self, body: &'g [Stmt], test: &mut Test, depth: u32) {
        self.replacements(body, test);
        each_statement(body, &mut |statement| match statement {
            Stmt::Assert(expr) => {
                test.asserts += 1;
                self.asserted(expr, false, test);
            }
            // `for field in ("a", "b"): assert field in meta`
            Stmt::Loop(each) => {
                let mut asserts = false;
                each_statement(&each.body, &mut |inner| asserts |= matches!(inner, Stmt::Assert(_)));
                if asserts {
                    self.asserted(&each.head, true, test);
                }
            }
            Stmt::Function(index) => {
                let inner = &self.file.facts.functions[*index as usize];
                if depth > 0 && matches!(inner.scope, Scope::Function(_)) {
                    self.body(&inner.body, test, depth - 1);
                }
            }
            _ => {}
        });
        each_expr(body, &mut |expr| match expr {
            Expr::Call(call) => self.call(call, body, test, depth),
            Expr::Name(..) | Expr::Attr(_) => self.touch(expr, test, depth),
            _ => {}
        });
    }

    /// Notes a definition of the program that is named; a variable of the module stands for what it was assigned.
    fn touch(&self, expr: &Expr, test: &mut Test, depth: u32) {
        let Some(entity) = self.entity(expr) else {
            if let Expr::Name(name, _) = expr
                && depth > 0
            {
                self.touch_variable(*name, test, depth - 1);
            }
            return;
        };
        let module = match entity {
            Entity::Function(function) => {
                test.functions.insert(function);
                self.model.function(function).module
            }
            Entity::Class(class) => self.model.class(class).module,
            Entity::Global(module, _) => module,
            _ => return,
        };
        test.touches.insert(self.model.dotted[module.0 as usize].clone());
    }

    fn touch_variable(&self, name: Name, test: &mut Test, depth: u32) {
        for statement in &self.file.facts.body {
            if let Stmt::Assign(assign) = statement
                && matches!(&assign.target, Expr::Name(target, _) if *target == name)
                && let Some(value) = &assign.value
            {
                descend(value, &mut |expr| {
                    if !matches!(expr, Expr::Name(own, _) if *own == name) {
                        self.touch(expr, test, depth);
                    }
                });
            }
        }
    }

    /// The words and statuses of an assertion. What must not be equal is no expectation.
    pub(super) fn asserted(&self, expr: &Expr, words_only: bool, test: &mut Test) {
        match expr {
            Expr::Compare(compare) => {
                let refuses = |side: &Expr| matches!(side, Expr::Int(400..600));
                match compare.op {
                    CompareOp::NotEq | CompareOp::NotIn | CompareOp::IsNot => {
                        self.asserted(&compare.left, true, test);
                        self.asserted(&compare.right, true, test);
                        return;
                    }
                    // `in (200, 403)` expects nothing in particular.
                    CompareOp::In if is_mixed(&compare.right) => {
                        self.asserted(&compare.left, true, test);
                        return;
                    }
                    CompareOp::Order => test.any_refusal |= refuses(&compare.left) || refuses(&compare.right),
                    CompareOp::Eq => {
                        let computed = |side: &Expr| {
                            matches!(
                                side.awaited(),
                                Expr::Attr(_) | Expr::Name(..) | Expr::Index(_) | Expr::Call(_)
                            )
                        };
                        test.compares |= computed(&compare.left) && computed(&compare.right);
                    }
                    _ => {}
                }
                self.asserted(&compare.left, words_only, test);
                self.asserted(&compare.right, words_only, test);
            }
            Expr::Not(inner) => self.asserted(inner, true, test),
            Expr::Int(status) if !words_only && (100..600).contains(status) => {
                test.statuses.insert(*status);
            }
            Expr::Name(name, _) | Expr::Str(name, _) => {
                test.asserted.insert(self.names.resolve(*name).to_lowercase());
            }
            Expr::Attr(attr) => {
                let name = self.names.resolve(attr.name);
                // `status.HTTP_403_FORBIDDEN`
                let status: Option<i64> = name.strip_prefix("HTTP_").and_then(|rest| rest.get(..3)?.parse().ok());
                test.statuses.extend(status.filter(|_| !words_only));
                test.asserted.insert(name.to_lowercase());
                self.asserted(&attr.base, words_only, test);
            }
            Expr::Call(call) => {
                self.asserted(&call.func, words_only, test);
                call.args
                    .iter()
                    .for_each(|arg| self.asserted(&arg.value, words_only, test));
            }
            Expr::And(parts) | Expr::Or(parts) | Expr::Seq(parts) | Expr::Other(parts) | Expr::Text(parts) => {
                parts.iter().for_each(|part| self.asserted(part, words_only, test));
            }
            Expr::Index(index) => {
                self.asserted(&index.base, words_only, test);
                self.asserted(&index.index, words_only, test);
            }
            Expr::Add(pair) | Expr::Pipe(pair) => {
                self.asserted(&pair.0, words_only, test);
                self.asserted(&pair.1, words_only, test);
            }
            Expr::Dict(dict) => {
                for (key, value) in &dict.items {
                    key.iter().for_each(|key| self.asserted(key, words_only, test));
                    self.asserted(value, words_only, test);
                }
            }
            Expr::Await(inner) | Expr::Star(inner) => self.asserted(inner, words_only, test),
            _ => {}
        }
    }

    /// Whether an expression is this one name.
    pub(super) fn is_named(&self, expr: &Expr, text: &str) -> bool {
        matches!(expr, Expr::Name(name, _) if self.names.resolve(*name) == text)
    }

    /// `a.b.c` as it is written; empty for what is no dotted name.
    pub(super) fn text(&self, expr: &Expr) -> String {
        match expr {
            Expr::Name(name, _) => self.names.resolve(*name).to_owned(),
            Expr::Attr(attr) => format!("{}.{}", self.text(&attr.base), self.names.resolve(attr.name)),
            _ => String::new(),
        }
    }
}

/// The last name of a dotted expression.
fn last(expr: &Expr) -> Option<Name> {
    match expr {
        Expr::Name(name, _) => Some(*name),
        Expr::Attr(attr) => Some(attr.name),
        _ => None,
    }
}

/// Whether a display has statuses of success and of refusal.
fn is_mixed(expr: &Expr) -> bool {
    let Expr::Seq(items) = expr else { return false };
    let any = |wanted: std::ops::Range<i64>| {
        items
            .iter()
            .any(|item| matches!(item, Expr::Int(status) if wanted.contains(status)))
    };
    any(100..400) && any(400..600)
}
