//! What a file imports, and which files those imports reach.

use super::File;
use super::facts::{Expr, Import, Name, Names, Stmt};
use super::tree::{Found, Tree};

/// The imports of one file that may lead into the tree, and the module that it puts in its own place.
#[derive(Default)]
pub(super) struct Imports {
    /// Where a relative import starts, and the dotted name.
    wanted: Vec<(Option<String>, String)>,
    /// The target of [`stands_for`].
    pub(super) stands_for: Option<String>,
}

impl Imports {
    /// Gathers the imports of a parsed file, at any depth.
    pub(super) fn of(file: &File, names: &Names, tree: &Tree) -> Self {
        let mut imports = Self::default();
        let bodies = std::iter::once(&file.facts.body)
            .chain(file.facts.functions.iter().map(|function| &function.body))
            .chain(file.facts.classes.iter().map(|class| &class.body));
        for import in bodies.flat_map(|body| imports_of(body)) {
            imports.add(import, &file.path, names, tree);
        }
        if let Some(target) = stands_for(&file.facts.body, names) {
            imports.wanted.push((None, target.to_owned()));
            imports.stands_for = Some(target.to_owned());
        }
        imports
    }

    /// The names that an import may load: the module itself, and each imported name as a submodule.
    fn add(&mut self, import: &Import, path: &str, names: &Names, tree: &Tree) {
        let imported = import.names.iter().map(|(name, _)| names.resolve(*name));
        let Some(module) = import.module else {
            self.wanted.extend(
                imported
                    .filter(|name| tree.knows(name))
                    .map(|name| (None, name.to_owned())),
            );
            return;
        };
        let module = names.resolve(module);
        let start = match import.level {
            0 if tree.knows(module) => None,
            0 => return,
            level => match start(level, path) {
                Some(folder) => Some(folder.to_owned()),
                None => return,
            },
        };
        // Most imported names are classes and functions, and no module is called like them.
        let submodules = imported.filter(|name| tree.knows(name));
        self.wanted
            .extend(submodules.map(|name| (start.clone(), below(module, name))));
        self.wanted.push((start, module.to_owned()));
    }

    /// The files that the imports of the file at `importer` reach, with the packages on the way.
    pub(super) fn reach(&self, importer: &str, tree: &Tree) -> Vec<u32> {
        let mut files = Vec::new();
        for (start, dotted) in &self.wanted {
            let found = match start {
                Some(folder) => tree.resolve_from(folder, dotted, &mut files),
                None => tree.resolve(dotted, importer, &mut files),
            };
            if let Some(Found::File(file)) = found {
                files.push(file);
            }
        }
        files.sort_unstable();
        files.dedup();
        files
    }
}

fn below(module: &str, name: &str) -> String {
    if module.is_empty() {
        name.to_owned()
    } else {
        format!("{module}.{name}")
    }
}

/// The folder in which a relative import of the file at `path` starts; nothing where it leaves the tree.
pub fn start(level: u32, path: &str) -> Option<&str> {
    // One dot is the package that holds the file: the file's own folder, for a package too.
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for _ in 1..level {
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    Some(folder)
}

/// The module that a package puts in its own place: `sys.modules[__name__] = X`, where X is
/// `importlib.import_module("literal")`, at once or through a name.
fn stands_for<'n>(body: &[Stmt], names: &'n Names) -> Option<&'n str> {
    let is = |expr: &Expr, text: &str| matches!(expr, Expr::Name(name, _) if names.resolve(*name) == text);
    let imported = |expr: &Expr| -> Option<&'n str> {
        let Expr::Call(call) = expr else { return None };
        let function = match &call.func {
            Expr::Attr(attr) => names.resolve(attr.name),
            Expr::Name(name, _) => names.resolve(*name),
            _ => return None,
        };
        (function == "import_module")
            .then(|| call.position(0)?.as_str(names))
            .flatten()
    };
    let assigned = |wanted: Name| {
        body.iter().find_map(|statement| match statement {
            Stmt::Assign(assign) => match &assign.target {
                Expr::Name(name, _) if *name == wanted => imported(assign.value.as_ref()?),
                _ => None,
            },
            Stmt::Import(import) => import.names.iter().find_map(|(name, alias)| {
                // `import a.b as x` binds the module itself.
                (import.module.is_none() && *alias == Some(wanted)).then(|| names.resolve(*name))
            }),
            _ => None,
        })
    };
    body.iter().find_map(|statement| {
        let Stmt::Assign(assign) = statement else { return None };
        let Expr::Index(index) = &assign.target else {
            return None;
        };
        let Expr::Attr(modules) = &index.base else { return None };
        if names.resolve(modules.name) != "modules" || !is(&index.index, "__name__") {
            return None;
        }
        match assign.value.as_ref()? {
            Expr::Name(name, _) => assigned(*name),
            value => imported(value),
        }
    })
}

/// Every import statement of a scope's own body, in order; functions and classes are listed flat and not entered.
pub fn imports_of(body: &[Stmt]) -> Vec<&Import> {
    fn collect<'b>(body: &'b [Stmt], found: &mut Vec<&'b Import>) {
        for statement in body {
            match statement {
                Stmt::Import(import) => found.push(import),
                Stmt::If(branch) => {
                    collect(&branch.then, found);
                    collect(&branch.otherwise, found);
                }
                Stmt::Loop(each) => collect(&each.body, found),
                Stmt::With(with) => collect(&with.body, found),
                Stmt::Match(matching) => matching.cases.iter().for_each(|case| collect(&case.body, found)),
                Stmt::Try(attempt) => {
                    collect(&attempt.body, found);
                    attempt
                        .handlers
                        .iter()
                        .for_each(|handler| collect(&handler.body, found));
                    collect(&attempt.otherwise, found);
                    collect(&attempt.finally, found);
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(body, &mut found);
    found
}
