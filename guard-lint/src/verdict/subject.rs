//! What a ticket speaks of: which files and routers its names lead to.

use rustc_hash::{FxHashMap, FxHashSet};

use crate::catalog::Ticket;
use crate::model::resolve::Entity;
use crate::model::routes::{RouterId, Routes};
use crate::model::{ModId, Model};
use crate::report::model::TicketFile;
use crate::source::facts::Name;
use crate::source::tree::Found;

/// The routers that a ticket names by module, or that are defined in its files.
pub fn routers_of(model: &Model<'_>, routes: &Routes<'_>, ticket: &Ticket) -> Vec<RouterId> {
    let modules = modules_of(model, ticket);
    let mut found: Vec<RouterId> = Vec::new();
    for id in routes.ids() {
        let router = routes.router(id);
        let handles = router
            .routes
            .iter()
            .any(|route| modules.contains(&model.function(route.handler).module));
        let named = routes.is_foreign(id) && names(model, routes, id, ticket);
        if modules.contains(&router.module) || handles || named {
            found.push(id);
        }
    }
    // A package that re-exports a router from one of its modules.
    for module in &modules {
        for id in routes.ids() {
            let router = routes.router(id);
            let exported = router.function.is_none()
                && model.global(*module, router.variable) == Some(Entity::Global(router.module, router.variable));
            if exported && !found.contains(&id) {
                found.push(id);
            }
        }
    }
    found
}

/// The modules that a ticket names, as routers or files.
pub fn modules_of(model: &Model<'_>, ticket: &Ticket) -> Vec<ModId> {
    let named = ticket
        .routers
        .iter()
        .filter_map(|router| parsed(model, model.sources.tree.module(router)));
    let files = ticket
        .files
        .iter()
        .filter_map(|file| parsed(model, entry_at(model, file).map(Found::File)));
    let mut modules: Vec<ModId> = Vec::new();
    for module in named.chain(files) {
        if !modules.contains(&module) {
            modules.push(module);
        }
    }
    modules
}

/// Whether a ticket's module binds something that looks like a router and cannot be followed.
pub fn hides_router(model: &Model<'_>, ticket: &Ticket) -> bool {
    modules_of(model, ticket).into_iter().any(|module| {
        ["router", "app", "api"].iter().any(|name| {
            let name = model.intern(name);
            matches!(model.global(module, name), Some(Entity::Global(..))) || model.has_function(module, "__getattr__")
        })
    })
}

fn parsed(model: &Model<'_>, found: Option<Found>) -> Option<ModId> {
    match found? {
        Found::File(entry) => model.sources.parsed[entry as usize].map(ModId),
        Found::Namespace(_) => None,
    }
}

/// The file at a ticket's path: itself, below a source root, or behind a package that stands for another.
fn entry_at(model: &Model<'_>, path: &str) -> Option<u32> {
    let tree = &model.sources.tree;
    tree.file_at(path)
        .or_else(|| match tree.module(&path.strip_suffix(".py")?.replace('/', "."))? {
            Found::File(entry) => Some(entry),
            Found::Namespace(_) => None,
        })
}

/// A ticket's files with where they lead.
pub fn files_of(model: &Model<'_>, routes: &Routes<'_>, ticket: &Ticket, routers: &[RouterId]) -> Vec<TicketFile> {
    let file = |path: &String| {
        let entry = entry_at(model, path)
            .map(|entry| model.sources.entries[entry as usize].path.clone())
            .or_else(|| rust_file(model, routes, path, routers));
        TicketFile {
            path: path.clone(),
            exists: entry.is_some(),
            resolved: entry.filter(|real| real != path),
        }
    };
    ticket.files.iter().map(file).collect()
}

/// The Rust file that stands for one of a ticket: of the same path but for its ending and the folder of its crate, or else
/// of the ticket's own router.
fn rust_file(model: &Model<'_>, routes: &Routes<'_>, path: &str, routers: &[RouterId]) -> Option<String> {
    let foreign = || routers.iter().filter(|router| routes.is_foreign(**router));
    let file = |router: &RouterId| model.file(routes.router(*router).module).path.as_str();
    let same = |candidate: &&str| is_counterpart(path, candidate);
    let named = foreign().map(file).find(same);
    named.or_else(|| foreign().map(file).next()).map(str::to_owned)
}

/// Whether a Rust file stands where a ticket's Python file would: `src/engines/chat/routes.rs`.
fn is_counterpart(path: &str, candidate: &str) -> bool {
    let (Some(wanted), Some(candidate)) = (path.strip_suffix(".py"), candidate.strip_suffix(".rs")) else {
        return false;
    };
    let candidate = candidate.strip_suffix("/mod").unwrap_or(candidate);
    candidate
        .strip_suffix(wanted)
        .is_some_and(|before| before.is_empty() || before.ends_with("src/"))
}

/// Whether a ticket names a router of another front end, by its name or by a file in its place.
fn names(model: &Model<'_>, routes: &Routes<'_>, id: RouterId, ticket: &Ticket) -> bool {
    let name = routes.name(model, id);
    let file = &model.file(routes.router(id).module).path;
    ticket.routers.iter().any(|router| router == name) || ticket.files.iter().any(|path| is_counterpart(path, file))
}

/// For every router: other names of its module, through packages that stand for another and packages that re-export it.
pub fn aliases(model: &Model<'_>, routes: &Routes<'_>) -> Vec<Vec<String>> {
    let packages = model.sources.tree.aliases();
    let mut all: Vec<Vec<String>> = routes.ids().map(|id| replaced(model, routes, id, &packages)).collect();
    let mut exported: FxHashMap<(ModId, Name), Vec<usize>> = FxHashMap::default();
    for (index, router) in routes.routers.iter().enumerate() {
        if router.function.is_none() {
            exported
                .entry((router.module, router.variable))
                .or_default()
                .push(index);
        }
    }
    let variables: FxHashSet<Name> = exported.keys().map(|(_, variable)| *variable).collect();
    for (index, file) in model.sources.files.iter().enumerate() {
        if !file.path.ends_with("__init__.py") {
            continue;
        }
        let package = ModId(index as u32);
        for variable in &variables {
            if let Some(Entity::Global(owner, name)) = model.global(package, *variable)
                && owner != package
            {
                for router in exported.get(&(owner, name)).into_iter().flatten() {
                    all[*router].push(model.dotted[index].clone());
                }
            }
        }
    }
    for aliases in &mut all {
        aliases.sort();
        aliases.dedup();
    }
    all
}

/// The names that packages give a router's module by putting it in their own place.
fn replaced(model: &Model<'_>, routes: &Routes<'_>, id: RouterId, packages: &[(&str, &str)]) -> Vec<String> {
    let module = &model.dotted[routes.router(id).module.0 as usize];
    let name = |(package, target): &(&str, &str)| {
        let rest = module.strip_prefix(*target)?;
        (rest.is_empty() || rest.starts_with('.')).then(|| format!("{}{rest}", package.replace('/', ".")))
    };
    packages.iter().filter_map(name).collect()
}
