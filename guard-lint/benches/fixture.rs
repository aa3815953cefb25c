//! What each phase costs over the fixture engine, in time and in allocations. Quote ratios of one run, not times.

use std::path::{Path, PathBuf};

use divan::{AllocProfiler, Bencher, black_box};
use guard_lint::analysis::{Analyzer, evaluate};
use guard_lint::catalog::Catalog;
use guard_lint::config::Config;
use guard_lint::model::Model;
use guard_lint::model::routes::Routes;
use guard_lint::run::run;
use guard_lint::source::Sources;
use guard_lint::vocabulary::Vocabulary;

#[global_allocator]
static ALLOCATIONS: AllocProfiler = AllocProfiler::system();

fn main() {
    divan::main();
}

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/engine-py")
}

fn sources() -> Sources {
    Sources::load(&fixture(), &[], []).unwrap_or_else(|error| panic!("the fixture cannot be read: {error}"))
}

/// Walk, scan and parse.
#[divan::bench]
fn load() -> Sources {
    sources()
}

/// Names, classes, routers and mounts.
#[divan::bench]
fn link(bencher: Bencher<'_, '_>) {
    let sources = sources();
    bencher.bench_local(|| {
        let model = Model::new(black_box(&sources));
        Routes::new(&model).routers.len()
    });
}

/// Summaries and endpoints.
#[divan::bench]
fn analyze(bencher: Bencher<'_, '_>) {
    let sources = sources();
    let model = Model::new(&sources);
    let routes = Routes::new(&model);
    let vocabulary = Vocabulary::default();
    bencher.bench_local(|| {
        let modules = routes.routers.iter().map(|router| router.module).collect();
        let analyzer = Analyzer::new(&model, &vocabulary, modules);
        let count = |id| routes.router(id).routes.len();
        let endpoints = routes.ids().flat_map(|id| (0..count(id)).map(move |index| (id, index)));
        endpoints
            .map(|(id, index)| evaluate(&analyzer, &routes, id, index).summary.exits.len())
            .sum::<usize>()
    });
}

/// The whole run, to the report.
#[divan::bench]
fn whole() -> usize {
    let outcome = run(&fixture(), &Config::default(), &Catalog::builtin(), 0);
    outcome.map_or(0, |outcome| outcome.report.findings.len())
}
