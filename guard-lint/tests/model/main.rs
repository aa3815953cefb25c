//! Small Python trees, and what the model makes of them.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a test stops at what it did not expect"
)]

mod around;
mod bad_input;
mod binding;
mod classes;
mod cycles;
mod imports;
mod properties;
mod routers;
mod types;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use guard_lint::model::Model;
use guard_lint::model::routes::{Routes, join};
use guard_lint::source::Sources;

/// A folder of files that is removed at the end.
struct Tree {
    root: PathBuf,
}

impl Tree {
    /// Writes files, each as its path and its text.
    fn new(files: &[(&str, &str)]) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "guard-lint-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let tree = Self {
            root: std::env::temp_dir().join(name),
        };
        fs::create_dir_all(&tree.root).expect("a folder");
        for (path, text) in files {
            tree.write(path, text.as_bytes());
        }
        tree
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    fn path(&self) -> &Path {
        &self.root
    }

    fn sources(&self) -> Sources {
        Sources::load(&self.root, &[], []).expect("sources")
    }

    /// The routes as `file function METHODS path`, in the order of the routers.
    fn routes(&self) -> Vec<String> {
        let sources = self.sources();
        let model = Model::new(&sources);
        let routes = Routes::new(&model);
        let rows = routes.routers.iter().flat_map(|router| {
            router.routes.iter().map(|route| {
                let handler = model.function(route.handler);
                let methods = if route.websocket {
                    "WEBSOCKET".to_owned()
                } else {
                    route.methods.join(",")
                };
                let (file, name) = (&model.file(handler.module).path, model.text(handler.facts.name));
                format!("{file} {name} {methods} {}", join(&router.prefix, &route.path))
            })
        });
        rows.collect()
    }

    /// The full paths under which applications serve their routes, sorted.
    fn served(&self) -> Vec<String> {
        let sources = self.sources();
        let model = Model::new(&sources);
        let routes = Routes::new(&model);
        let mut rows = Vec::new();
        for (router, mountings) in routes.routers.iter().zip(&routes.mountings) {
            for mounting in mountings {
                let app = model.text(routes.router(mounting.app).variable);
                let prefix = join(&mounting.prefix, &router.prefix);
                rows.extend(
                    router
                        .routes
                        .iter()
                        .map(|route| format!("{app} {}", join(&prefix, &route.path))),
                );
            }
        }
        rows.sort();
        rows
    }

    /// What could not be read, as `file:line reason`.
    fn unchecked(&self) -> Vec<String> {
        let rows = self.sources().unchecked;
        rows.iter()
            .map(|row| format!("{}:{} {}", row.file, row.line, row.reason))
            .collect()
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.root);
    }
}

/// The routes of one file, without the file.
fn routes_of(text: &str) -> Vec<String> {
    let routes = Tree::new(&[("main.py", text)]).routes();
    routes
        .iter()
        .map(|route| route.trim_start_matches("main.py ").to_owned())
        .collect()
}
