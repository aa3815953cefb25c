//! What a ticket's tests must be about.

use rustc_hash::FxHashSet;

use super::path::declared;
use crate::catalog::{Check, Ticket};
use crate::model::routes::join;
use crate::model::{FnId, ModId};
use crate::verdict::judge::{Judged, Judgement};

/// The endpoints and modules that a ticket speaks of.
#[derive(Debug, Default)]
pub struct Subject {
    /// Methods, with the segments of each path that a request may use.
    pub(super) routes: Vec<(Vec<String>, Vec<Option<String>>)>,
    /// The same paths as they are written.
    pub(super) paths: Vec<String>,
    /// The ticket's own modules.
    pub(super) modules: Vec<ModId>,
    /// Their dotted names.
    pub(super) dotted: FxHashSet<String>,
    /// Their files.
    pub(super) files: Vec<String>,
    /// The handlers of its endpoints.
    pub(super) handlers: FxHashSet<FnId>,
    /// The metadata fields that its clauses name.
    pub(super) fields: Vec<String>,
}

impl Subject {
    /// The subject of a ticket with these endpoints and modules.
    pub fn new(judged: &Judged<'_, '_, '_>, ticket: &Ticket, endpoints: &[&Judgement], modules: Vec<ModId>) -> Self {
        // An application serves many routers: that a test makes it says nothing about this one.
        let is_app = |module: &ModId| judged.model.file(*module).text.contains("include_router(");
        let own: Vec<ModId> = modules.iter().copied().filter(|module| !is_app(module)).collect();
        let modules = if own.is_empty() { modules } else { own };
        let mut subject = Self {
            files: modules
                .iter()
                .map(|module| judged.model.file(*module).path.clone())
                .collect(),
            dotted: modules
                .iter()
                .map(|module| judged.model.dotted[module.0 as usize].clone())
                .collect(),
            modules,
            ..Self::default()
        };
        // A service alone is reached through the routes beside it.
        let folder = |path: &str| {
            path.rsplit_once('/')
                .map_or(String::new(), |(folder, _)| folder.to_owned())
        };
        let folders: FxHashSet<String> = subject.files.iter().map(|file| folder(file)).collect();
        let near: Vec<&Judgement> = judged
            .endpoints
            .iter()
            .filter(|endpoint| {
                let handler = judged.model.function(judged.route(endpoint).handler).module;
                folders.contains(&folder(&judged.model.file(handler).path))
            })
            .collect();
        let beside = endpoints.is_empty();
        for endpoint in if beside { &near } else { endpoints } {
            let route = judged.route(endpoint);
            let handler = judged.model.function(route.handler).module;
            let named = [judged.router(endpoint).module, handler];
            if !beside && !named.iter().any(|module| subject.modules.contains(module)) {
                continue;
            }
            subject.handlers.insert(route.handler);
            let own = judged.path(endpoint);
            let mountings = &judged.routes.mountings[endpoint.endpoint.router.0 as usize];
            let mounted = mountings.iter().map(|mounting| join(&mounting.prefix, &own));
            for path in mounted.chain([own.clone()]) {
                if !subject.paths.contains(&path) {
                    subject.routes.push((route.methods.clone(), declared(&path)));
                    subject.paths.push(path);
                } else if !subject
                    .routes
                    .iter()
                    .any(|(methods, known)| *methods == route.methods && *known == declared(&path))
                {
                    subject.routes.push((route.methods.clone(), declared(&path)));
                }
            }
        }
        for check in ticket.clauses.iter().flat_map(|clause| &clause.checks) {
            if let Check::ArtifactMeta(fields) = check {
                subject.fields.extend(fields.iter().cloned());
            }
        }
        subject
    }

    /// The parts of its paths that a request to it spells.
    pub(super) fn path_needles(&self) -> impl Iterator<Item = String> {
        self.paths.iter().filter_map(|path| {
            let fixed = path.split('{').next().unwrap_or(path);
            let word = path.split('/').rfind(|part| part.len() > 2 && !part.contains('{'));
            match fixed.len() {
                0..3 => word.map(|word| format!("/{word}")),
                _ => Some(fixed.to_owned()),
            }
        })
    }

    /// What a file says that imports one of its modules. What only holds data is used in passing, unless there is nothing
    /// else.
    pub(super) fn module_needles(&self) -> Vec<String> {
        let mut needles = Vec::new();
        let works: Vec<&String> = self.dotted.iter().filter(|dotted| !is_data(dotted)).collect();
        let modules = if works.is_empty() {
            self.dotted.iter().collect()
        } else {
            works
        };
        for dotted in modules {
            let mut parts = dotted.rsplit('.');
            let (last, parent, above) = (parts.next().unwrap_or(dotted), parts.next(), parts.next());
            // `from a.b.service import x`, `import a.b.service`, `from a.b import service`, `from ..service import x`. One
            // word alone is in every test of any engine.
            needles.push(format!("..{last}"));
            if let Some(parent) = parent {
                needles.push(format!("{parent}.{last}"));
                needles.push(above.map_or(format!("from {parent} import"), |above| {
                    format!("{above}.{parent} import")
                }));
            }
        }
        needles
    }

    /// Whether a test file may be about its modules without a request: it stands beside one of them, or beside no package.
    /// Much of a program uses a shared service in passing, and so do the tests of all that.
    pub(super) fn may_be_tested_in(&self, path: &str) -> bool {
        let folder = path.split("/test").next().unwrap_or(path);
        let of_the_whole = path.starts_with("test") || !folder.contains('/');
        of_the_whole
            || self
                .files
                .iter()
                .any(|file| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/')))
    }
}

/// Whether a module holds data by its name.
pub(super) fn is_data(module: &str) -> bool {
    let last = module.rsplit('.').next().unwrap_or(module);
    matches!(
        last,
        "models" | "schemas" | "types" | "contracts" | "identity" | "enums" | "events"
    )
}
