//! One run: from a folder to a report.

use std::mem::ManuallyDrop;
use std::path::Path;
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use rustc_hash::FxHashSet;

use crate::analysis::Analyzer;
use crate::assemble::{Parts, report, routers};
use crate::catalog::Catalog;
use crate::config::Config;
use crate::error::Error;
use crate::evidence::Tests;
use crate::model::Model;
use crate::model::routes::Routes;
use crate::model::rust::{Manifest, Program, compare};
use crate::report::{Report, SourceMap};
use crate::source::Sources;
use crate::verdict::judge::{Judged, Rust};
use crate::verdict::ticket;
use crate::{rules, suppress};

/// How deep calls may nest while summaries are computed. Only what is used is ever touched.
const STACK: usize = 256 << 20;

/// What a run gives: the report, and the source texts that its frames show.
pub struct Outcome {
    /// The report.
    pub report: Report,
    /// The texts of the files that findings point at.
    pub sources: SourceMap,
    /// How long each phase took, and each rule.
    pub timings: Timings,
}

/// Times of one run, in the order in which things were done.
#[derive(Debug, Clone, Default)]
pub struct Timings {
    /// The phases.
    pub phases: Vec<(&'static str, Duration)>,
    /// The rules, by code. What a rule asks first is computed for all later ones too.
    pub rules: Vec<(&'static str, Duration)>,
}

impl Timings {
    /// Does something and notes how long it takes.
    fn phase<R>(&mut self, name: &'static str, work: impl FnOnce() -> R) -> R {
        let started = Instant::now();
        let result = work();
        self.phases.push((name, started.elapsed()));
        result
    }

    /// One line each, in milliseconds, phases first; the slowest rules before the others.
    pub fn render(&self) -> String {
        let line = |(name, time): &(&str, Duration)| format!("{:>9.2} ms  {name}\n", time.as_secs_f64() * 1000.0);
        let mut rules = self.rules.clone();
        rules.sort_by_key(|(code, time)| (std::cmp::Reverse(*time), *code));
        self.phases.iter().chain(&rules).map(line).collect()
    }
}

/// What becomes of the run's memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Memory {
    /// It is given back.
    Freed,
    /// It is left to the process's end: taking the program apart costs a tenth of a run.
    Left,
}

/// Reads a folder and judges it. `threads` of 0 takes as many as the machine has.
pub fn run(root: &Path, config: &Config, catalog: &Catalog, threads: usize) -> Result<Outcome, Error> {
    on_threads(threads, || judge(root, config, catalog, None, Memory::Freed))
}

/// As [`run`], on the threads it is called on, for a process that ends afterwards: the program's memory is never given back.
///
/// With a manifest, what it says of Rust routes is compared with the source.
pub fn run_before_exit(
    root: &Path,
    config: &Config,
    catalog: &Catalog,
    manifest: Option<&Manifest>,
) -> Result<Outcome, Error> {
    judge(root, config, catalog, manifest, Memory::Left)
}

/// Does something on threads of its own, with stacks that a run needs. 0 takes as many as the machine has.
pub fn on_threads<R: Send>(threads: usize, work: impl FnOnce() -> Result<R, Error> + Send) -> Result<R, Error> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .stack_size(STACK)
        .build();
    let pool = pool.map_err(|error| Error::Usage {
        message: format!("cannot start the threads: {error}"),
        help: "try `--threads 1`".to_owned(),
    })?;
    pool.install(work)
}

fn judge(
    root: &Path,
    config: &Config,
    catalog: &Catalog,
    manifest: Option<&Manifest>,
    memory: Memory,
) -> Result<Outcome, Error> {
    if !root.exists() {
        return Err(Error::PathMissing { path: root.to_owned() });
    }
    if !root.is_dir() {
        return Err(Error::NotADirectory { path: root.to_owned() });
    }
    let modules = catalog
        .tickets
        .iter()
        .flat_map(|ticket| &ticket.routers)
        .map(|router| router.replace('.', "/"));
    let files = catalog.tickets.iter().flat_map(|ticket| ticket.files.iter().cloned());
    let wanted: Vec<String> = modules.chain(files).collect();
    let mut timings = Timings::default();
    let wanted = wanted.iter().map(String::as_str);
    let sources = timings
        .phase("read", || Sources::load(root, &config.exclude, wanted))
        .map_err(|error| Error::Usage {
            message: error.to_string().replace("'!", "'"),
            help: "globs are relative to the scanned folder, as in .gitignore".to_owned(),
        })?;
    let sources = ManuallyDrop::new(sources);
    let model = ManuallyDrop::new(timings.phase("link", || Model::new(&sources)));
    let mut routes = ManuallyDrop::new(timings.phase("routes", || Routes::new(&model)));
    let rust = timings.phase("rust", || {
        Program::new(&model).map(|program| {
            let found = program.endpoints();
            let differences = manifest.map_or_else(Vec::new, |manifest| compare(manifest, &found));
            routes.add_rust(&model, &found);
            Rust {
                program,
                found,
                differences,
            }
        })
    });
    let rust = ManuallyDrop::new(rust);
    if routes.routers.iter().all(|router| router.routes.is_empty()) {
        return Err(no_routers(root, &sources));
    }
    let vocabulary = config.vocabulary();
    let modules = routes.routers.iter().map(|router| router.module).collect();
    let analyzer = ManuallyDrop::new(Analyzer::new(&model, &vocabulary, modules));
    let judged = timings.phase("judge", || Judged::new(&analyzer, &routes, rust.as_ref(), catalog));
    let judged = ManuallyDrop::new(judged);
    timings.phase("walks", || judged.prepare());
    let mut by_rule = Vec::new();
    let scopes = ticket::scopes(&judged, catalog);
    let subjects = ManuallyDrop::new(ticket::subjects(&judged, catalog, &scopes));
    let tests = OnceLock::new();
    let (mut findings, of_code, routers) = timings.phase("rules, clauses and tests", || {
        rayon::in_place_scope(|scope| {
            // Rules and clauses ask caches that belong to one thread; the tests are read on the others meanwhile.
            let (model, subjects, tests) = (Model::clone(&model), &subjects, &tests);
            scope.spawn(move |_| {
                tests.get_or_init(|| ManuallyDrop::new(Tests::read(&model, subjects)));
            });
            let findings = rules::run(&judged, &|meta| config.severity(meta), &mut |meta, time| {
                by_rule.push((meta.code, time))
            });
            let of_code = ticket::of_code(&judged, catalog, config.envelope, &scopes);
            (findings, of_code, routers(&judged))
        })
    });
    timings.rules = by_rule;
    suppress::apply(&sources, &mut findings);
    let tests = tests.into_inner().unwrap_or_default();
    let tickets = timings.phase("tickets", || {
        ticket::tickets(&judged, catalog, scopes, of_code, (&subjects, &tests), &mut findings)
    });
    let mut unchecked = sources.unchecked.clone();
    if let Some(rust) = rust.as_ref() {
        unchecked.extend(rust.program.unchecked.iter().cloned());
        unchecked.sort();
    }
    let parts = Parts {
        root: root.to_string_lossy().into_owned(),
        routers,
        catalog,
        tickets,
        findings,
        unchecked,
        vocabulary: &vocabulary,
    };
    let report = timings.phase("report", || report(parts));
    let texts = shown(&report, &sources);
    if memory == Memory::Freed {
        drop((ManuallyDrop::into_inner(tests), ManuallyDrop::into_inner(subjects)));
        drop(ManuallyDrop::into_inner(judged));
        drop(ManuallyDrop::into_inner(rust));
        drop(ManuallyDrop::into_inner(analyzer));
        drop(ManuallyDrop::into_inner(routes));
        drop(ManuallyDrop::into_inner(model));
        drop(ManuallyDrop::into_inner(sources));
    }
    Ok(Outcome {
        report,
        sources: texts,
        timings,
    })
}

/// The texts of the files that findings point at.
fn shown(report: &Report, sources: &Sources) -> SourceMap {
    let files = report.findings.iter().flat_map(|finding| {
        let trace = finding.trace.iter().map(|step| step.file.as_str());
        std::iter::once(finding.file.as_str()).chain(trace)
    });
    let shown: FxHashSet<&str> = files.collect();
    let files = sources.files.iter().filter(|file| shown.contains(file.path.as_str()));
    files.map(|file| (file.path.clone(), file.text.clone())).collect()
}

fn no_routers(root: &Path, sources: &Sources) -> Error {
    let tests = sources
        .entries
        .iter()
        .filter(|entry| crate::source::walk::is_test(&entry.path))
        .count();
    let hint = if let Some(first) = sources.unchecked.first() {
        format!("{} could not be read ({}), and may hold one", first.file, first.reason)
    } else if tests > 0 && tests == sources.entries.len() {
        "every file here is a test; give the folder that holds the engine's source".to_owned()
    } else {
        String::new()
    };
    Error::NoRouters {
        root: root.to_owned(),
        files: sources.entries.len(),
        hint,
    }
}
