//! What the tests prove of what a clause asks.

use super::path::fits;
use super::shows::shows;
use super::subject::is_data;
use super::{Need, Request, Subject, Test, Tests};
use crate::model::Model;
use crate::model::resolve::Entity;
use crate::report::model::{ClauseVerdict, Evidence, TestEvidence};
use crate::vocabulary::words;

/// What the tests say to one clause.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Whether everything that the clause asks is shown.
    pub verdict: ClauseVerdict,
    /// What is shown and what is not, in one sentence.
    pub reason: String,
    /// The tests that show it.
    pub shown: Vec<TestEvidence>,
    /// The tests that would, and why they do not count.
    pub turned_down: Vec<TestEvidence>,
    /// How many tests exercise the subject.
    pub exercising: usize,
}

impl Proof {
    /// The tests as evidence of the clause.
    pub fn evidence(&self) -> Vec<Evidence> {
        let shown = self.shown.iter().map(|test| (test, "shows"));
        let down = self.turned_down.iter().map(|test| (test, "does not count:"));
        let evidence = |(test, word): (&TestEvidence, &str)| Evidence {
            file: test.file.clone(),
            line: test.line,
            column: test.column,
            message: format!("`{}` {word} {}", test.test, test.what),
        };
        shown.chain(down).map(evidence).collect()
    }
}

impl Tests {
    /// What the tests prove of these needs. The subject comes with its place among those for which the tests were read.
    pub fn prove(&self, model: &Model<'_>, (index, subject): (usize, &Subject), needs: &[Need]) -> Proof {
        let exercising = self.exercising.get(index).into_iter().flatten();
        let exercising: Vec<&Test> = exercising.map(|test| &self.tests[*test]).collect();
        let (mut shown, mut turned_down, mut lacking) = (Vec::new(), Vec::new(), Vec::new());
        for need in needs {
            let candidates = exercising.iter().filter(|test| shows(test, *need, subject));
            let (mut proof, mut fields): (Option<&Test>, Vec<&String>) = (None, Vec::new());
            for test in candidates {
                match objection(self, model, test, *need, subject) {
                    Some(why) => self.list(&mut turned_down, test, why),
                    None => {
                        let named = subject.fields.iter().filter(|field| test.asserted.contains(*field));
                        fields.extend(named);
                        if proof.is_none() || *need == Need::Fields {
                            self.list(&mut shown, test, need.shows().to_owned());
                        }
                        proof.get_or_insert(test);
                    }
                }
            }
            let missing = subject.fields.iter().find(|field| !fields.contains(field));
            match (proof, missing) {
                (None, _) => lacking.push(need.shows().to_owned()),
                (Some(_), Some(field)) if *need == Need::Fields => lacking.push(format!("`{field}` in an assertion")),
                _ => {}
            }
        }
        let verdict = match (lacking.is_empty(), shown.is_empty()) {
            (true, _) => ClauseVerdict::Met,
            (false, false) => ClauseVerdict::Partial,
            (false, true) => ClauseVerdict::Unmet,
        };
        let reason = match verdict {
            ClauseVerdict::Met => format!("{} of {} tests that exercise it show it", shown.len(), exercising.len()),
            _ if exercising.is_empty() => "no test exercises it".to_owned(),
            _ => {
                let down = match turned_down.len() {
                    0 => String::new(),
                    1 => "; 1 test does not count".to_owned(),
                    count => format!("; {count} tests do not count"),
                };
                format!("no test shows {}{down}", lacking.join(", nor "))
            }
        };
        Proof {
            verdict,
            reason,
            shown,
            turned_down,
            exercising: exercising.len(),
        }
    }

    /// Whether a test beside this one has an answer of success from the same routes without sending any header.
    fn succeeds_bare(&self, test: &Test, subject: &Subject) -> bool {
        let bare =
            |test: &Test| requests(test, subject).any(|request| request.headers.as_ref().is_some_and(Vec::is_empty));
        let succeeds = |other: &&Test| {
            other.file == test.file
                && bare(other)
                && other.statuses.iter().all(|status| *status < 400)
                && !other.statuses.is_empty()
        };
        bare(test) && self.tests.iter().any(|other| succeeds(&other))
    }

    fn list(&self, list: &mut Vec<TestEvidence>, test: &Test, what: String) {
        let file = self.files[test.file].clone();
        let same = |known: &&mut TestEvidence| known.file == file && known.line == test.line;
        if let Some(known) = list.iter_mut().find(same) {
            if !known.what.contains(&what) {
                known.what = format!("{}, {what}", known.what);
            }
            return;
        }
        list.push(TestEvidence {
            file,
            line: test.line,
            column: test.column,
            test: test.name.clone(),
            what,
        });
    }
}

/// The requests of a test that go to the subject's routes.
pub(super) fn requests<'t>(test: &'t Test, subject: &Subject) -> impl Iterator<Item = &'t Request> {
    test.requests.iter().filter(|request| {
        subject.routes.iter().any(|(methods, path)| {
            let method = methods.is_empty() || request.method.is_empty() || methods.contains(&request.method);
            method && fits(&request.path, path)
        })
    })
}

/// The tests that exercise a subject, as indices.
pub(super) fn exercising(files: &[String], tests: &[Test], subject: &Subject) -> Vec<usize> {
    let found = tests.iter().enumerate();
    found
        .filter(|(_, test)| exercises(files, test, subject))
        .map(|(index, _)| index)
        .collect()
}

/// Whether a test exercises the subject: by a request, by its handlers, or by what its modules define.
fn exercises(files: &[String], test: &Test, subject: &Subject) -> bool {
    if requests(test, subject).next().is_some()
        || test
            .functions
            .iter()
            .any(|function| subject.handlers.contains(function))
    {
        return true;
    }
    let touched = subject.dotted.intersection(&test.touches).count();
    let path = &files[test.file];
    if touched == 0 || !subject.may_be_tested_in(path) {
        return false;
    }
    let folder = path.split("/test").next().unwrap_or(path);
    let is_below = |file: &String| file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'));
    if folder.contains('/') && subject.files.iter().any(is_below) {
        return true;
    }
    // Beside no package, most of what it uses must be the subject's.
    let others = test.touches.difference(&subject.dotted);
    touched > others.filter(|module| !is_data(module)).count()
}

/// Why a test that seems to show something does not.
fn objection(tests: &Tests, model: &Model<'_>, test: &Test, need: Need, subject: &Subject) -> Option<String> {
    if let Some(skipped) = &test.skipped {
        return Some(format!("it {skipped}"));
    }
    if test.asserts == 0 {
        return Some("it asserts nothing".to_owned());
    }
    if let Some(mock) = test.mocks.iter().find(|mock| is_own(model, mock, subject)) {
        return Some(format!("it replaces `{mock}`, which it is about"));
    }
    if matches!(need, Need::MissingHeaders | Need::Mismatch | Need::Unauthorized) {
        let stand_in = test.overrides.iter().chain(&test.mocks).find(|name| is_identity(name));
        if let Some(name) = stand_in {
            return Some(format!("it replaces the identity provider `{name}`"));
        }
    }
    if need == Need::MissingHeaders && tests.succeeds_bare(test, subject) {
        return Some("the same route answers others of these tests without headers".to_owned());
    }
    if need == Need::Gate
        && let Some(name) = test
            .overrides
            .iter()
            .find(|name| words(name).any(|word| word == "gate"))
        && !test
            .asserted
            .iter()
            .any(|word| word.starts_with("assert_called") || word.starts_with("called"))
    {
        return Some(format!("it replaces the gate `{name}`"));
    }
    None
}

/// Whether a dotted name is a function or class that one of the subject's own modules defines.
fn is_own(model: &Model<'_>, dotted: &str, subject: &Subject) -> bool {
    let mut split = dotted.len();
    while let Some(at) = dotted[..split].rfind('.') {
        let (module, rest) = (&dotted[..at], &dotted[at + 1..]);
        if let Some(Entity::Module(found)) = model.sources.tree.module(module).and_then(|found| match found {
            crate::source::tree::Found::File(entry) => {
                model.sources.parsed[entry as usize].map(|parsed| Entity::Module(crate::model::ModId(parsed)))
            }
            crate::source::tree::Found::Namespace(_) => None,
        }) {
            let first = rest.split('.').next().unwrap_or(rest);
            let owner = match model.global(found, model.intern(first)) {
                Some(Entity::Function(function)) => model.function(function).module,
                Some(Entity::Class(class)) => model.class(class).module,
                _ => return false,
            };
            // A private helper may be out of reach of a test; what it does stays in the way of nothing else.
            let private = rest.rsplit('.').next().is_some_and(|last| last.starts_with('_'));
            return owner == found && subject.modules.contains(&owner) && !private;
        }
        split = at;
    }
    false
}

fn is_identity(name: &str) -> bool {
    let name = name.rsplit('.').next().unwrap_or(name);
    words(name).any(|word| {
        matches!(
            word.as_str(),
            "auth" | "context" | "identity" | "principal" | "user" | "token" | "membership"
        )
    })
}
