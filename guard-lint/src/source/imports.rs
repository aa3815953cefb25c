//! What a file imports, and which files those imports reach.

use super::File;
use super::facts::{Expr, Import, Name, Names, Stmt};
use super::tree::{Found, Tree};

/// Imports that did not lead to a file yet: a later file may show that a package on the way stands for another.
#[derive(Default)]
pub(super) struct Pending {
    imports: Vec<(String, String)>,
}

impl Pending {
    /// Takes the imports of a parsed file, at any depth, and what it says of itself.
    pub(super) fn add(&mut self, file: &File, names: &Names, tree: &mut Tree) {
        let mut dotted = Vec::new();
        let bodies = std::iter::once(&file.facts.body)
            .chain(file.facts.functions.iter().map(|function| &function.body))
            .chain(file.facts.classes.iter().map(|class| &class.body));
        for import in bodies.flat_map(|body| imports_of(body)) {
            candidates(import, &file.path, names, &mut dotted);
        }
        if let Some(target) = stands_for(&file.facts.body, names) {
            dotted.push(target.to_owned());
            tree.alias(&file.path, target.to_owned());
        }
        self.imports
            .extend(dotted.into_iter().map(|dotted| (dotted, file.path.clone())));
    }

    /// The files that the imports reach. What resolves is kept too: an alias found later may lead elsewhere.
    pub(super) fn resolve(&mut self, tree: &Tree) -> Vec<u32> {
        let mut files = Vec::new();
        for (dotted, importer) in &self.imports {
            if let Some(Found::File(file)) = tree.resolve(dotted, importer, &mut files) {
                files.push(file);
            }
        }
        files
    }
}

/// The dotted names that an import may load: the module itself, and each imported name as a submodule.
fn candidates(import: &Import, path: &str, names: &Names, dotted: &mut Vec<String>) {
    let Some(module) = import.module else {
        dotted.extend(import.names.iter().map(|(name, _)| names.resolve(name).to_owned()));
        return;
    };
    let Some(base) = absolute(names.resolve(&module), import.level, path) else {
        return;
    };
    for (name, _) in &import.names {
        let name = names.resolve(name);
        dotted.push(if base.is_empty() {
            name.to_owned()
        } else {
            format!("{base}.{name}")
        });
    }
    dotted.push(base);
}

/// The dotted name that a relative import means, from the scanned root; an absolute one is itself.
pub fn absolute(module: &str, level: u32, path: &str) -> Option<String> {
    if level == 0 {
        return Some(module.to_owned());
    }
    // One dot is the package that holds the file: the file's own folder, for a package too.
    let mut folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    for _ in 1..level {
        if folder.is_empty() {
            return None;
        }
        folder = folder.rsplit_once('/').map_or("", |(above, _)| above);
    }
    let folder = folder.replace('/', ".");
    Some(match (folder.is_empty(), module.is_empty()) {
        (_, true) => folder,
        (true, false) => module.to_owned(),
        (false, false) => format!("{folder}.{module}"),
    })
}

/// The module that a package puts in its own place: `sys.modules[__name__] = X`, where X is
/// `importlib.import_module("literal")`, at once or through a name.
fn stands_for<'n>(body: &[Stmt], names: &'n Names) -> Option<&'n str> {
    let is = |expr: &Expr, text: &str| matches!(expr, Expr::Name(name, _) if names.resolve(name) == text);
    let imported = |expr: &Expr| -> Option<&'n str> {
        let Expr::Call(call) = expr else { return None };
        let function = match &call.func {
            Expr::Attr(attr) => names.resolve(&attr.name),
            Expr::Name(name, _) => names.resolve(name),
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
                (import.module.is_none() && *alias == Some(wanted)).then(|| names.resolve(name))
            }),
            _ => None,
        })
    };
    body.iter().find_map(|statement| {
        let Stmt::Assign(assign) = statement else { return None };
        let Expr::Index(index, _) = &assign.target else {
            return None;
        };
        let Expr::Attr(modules) = &index.0 else { return None };
        if names.resolve(&modules.name) != "modules" || !is(&index.1, "__name__") {
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
