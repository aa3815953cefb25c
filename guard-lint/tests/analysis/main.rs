//! Verdicts on endpoints, from snippets: each trap beside its twin.

#![allow(
    clippy::unwrap_used,
    reason = "helpers outside the test functions may fail a test too"
)]

mod decorators;
mod errors;
mod factories;
mod gates;
mod identity;
mod order;
mod properties;
mod sockets;

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, Ordering};

use guard_lint::analysis::{Analyzer, evaluate};
use guard_lint::model::Model;
use guard_lint::model::routes::Routes;
use guard_lint::source::Sources;
use guard_lint::verdict::endpoint;
use guard_lint::vocabulary::Vocabulary;

/// What the snippets build on: context, envelope, credential, ticket, gate and store.
const LIBRARY: [(&str, &str); 2] = [("lib.py", include_str!("lib.py")), ("__init__.py", "")];

/// What every snippet starts with.
const HEAD: &str = include_str!("head.py");

/// A folder that goes with the value.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// The verdicts of these files, one endpoint a line, as `function identity credential envelope gate`.
fn verdicts_of(files: &[(&str, &str)]) -> String {
    static COUNT: AtomicU32 = AtomicU32::new(0);
    let name = format!(
        "guard-lint-{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let folder = Folder(std::env::temp_dir().join(name));
    for (path, text) in LIBRARY.iter().chain(files) {
        let path = folder.0.join("app").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    let sources = Sources::load(&folder.0, &[], []).unwrap();
    assert!(
        sources.files.iter().all(|file| file.facts.errors.is_empty()),
        "a snippet does not parse"
    );
    let model = Model::new(&sources);
    let routes = Routes::new(&model);
    let modules = routes.routers.iter().map(|router| router.module).collect();
    let analyzer = Analyzer::new(&model, &Vocabulary::default(), modules);
    let mut lines = String::new();
    for id in routes.ids() {
        for (index, route) in routes.router(id).routes.iter().enumerate() {
            let judged = evaluate(&analyzer, &routes, id, index);
            let name = model.text(model.function(route.handler).facts.name);
            let effect = endpoint::effect(&judged, &route.methods, analyzer.reads_by_name(name));
            let verdicts = (
                endpoint::identity(&judged),
                endpoint::credential(&judged),
                endpoint::envelope(&judged),
                endpoint::gate(&judged, effect),
            );
            let text = format!("{:?} {:?} {:?} {:?}", verdicts.0, verdicts.1, verdicts.2, verdicts.3);
            writeln!(lines, "{name} {}", snake(&text)).unwrap();
        }
    }
    lines
}

/// The verdicts of one snippet.
fn verdicts(snippet: &str) -> String {
    verdicts_of(&[("routes.py", &format!("{HEAD}{snippet}"))])
}

/// Checks one snippet's verdicts, one endpoint a line.
#[track_caller]
fn check(snippet: &str, expected: &str) {
    let lines = |text: &str| {
        text.lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(lines(&verdicts(snippet)), lines(expected));
}

fn snake(text: &str) -> String {
    let mut snake = String::new();
    for (index, letter) in text.char_indices() {
        if letter.is_uppercase() && index > 0 && !text[..index].ends_with(' ') {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
