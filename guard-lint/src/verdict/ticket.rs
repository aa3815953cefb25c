//! Verdicts on tickets: from their clauses, and from what they name.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::catalog::{Catalog, Check, Role, Ticket};
use crate::evidence::{Proof, Subject, Tests, needs};
use crate::model::routes::RouterId;
use crate::report::model::{ClauseReport, ClauseVerdict, Finding, TestsReport, TicketReport, TicketStatus};

use super::clause::{Answer, Judge, answer, combine, works};
use super::judge::{Judged, Judgement};
use super::particular::{self, Question};
use super::work::Asking;
use super::{subject, work};

/// What the tests of each ticket must be about; nothing for one that asks for no tests.
pub fn subjects(judged: &Judged<'_, '_, '_>, catalog: &Catalog) -> Vec<Option<Subject>> {
    let tickets = catalog.tickets.iter();
    tickets.map(|ticket| subject_of(judged, ticket)).collect()
}

/// Judges every ticket of a catalog, and tells each finding which tickets it decides. `subjects` and the tests that were
/// read for them stand in the catalog's order.
pub fn tickets(
    judged: &Judged<'_, '_, '_>,
    catalog: &Catalog,
    judge: Judge,
    (subjects, tests): (&[Option<Subject>], &Tests),
    findings: &mut [Finding],
) -> Vec<TicketReport> {
    let mut findings = Findings::new(findings);
    let each = catalog.tickets.iter().zip(subjects).enumerate();
    each.map(|(index, (ticket, subject))| {
        let given = Given {
            judge,
            tests: subject.as_ref().map(|subject| Asked { tests, index, subject }),
        };
        report(judged, ticket, &given, &mut findings)
    })
    .collect()
}

/// How a ticket is judged, and with which tests.
struct Given<'t> {
    judge: Judge,
    tests: Option<Asked<'t>>,
}

/// The tests, and what a ticket's must be about.
struct Asked<'t> {
    tests: &'t Tests,
    /// The ticket's place among the subjects.
    index: usize,
    subject: &'t Subject,
}

/// The findings, by the module of the router that they are about.
struct Findings<'f> {
    all: &'f mut [Finding],
    by_router: FxHashMap<String, Vec<usize>>,
}

impl<'f> Findings<'f> {
    fn new(all: &'f mut [Finding]) -> Self {
        let mut by_router: FxHashMap<String, Vec<usize>> = FxHashMap::default();
        for (index, finding) in all.iter().enumerate() {
            if let Some(router) = &finding.router {
                by_router.entry(router.clone()).or_default().push(index);
            }
        }
        Self { all, by_router }
    }

    /// Tells the findings of these rules on these endpoints, by module and label, which ticket they decide; their
    /// fingerprints.
    fn attach(&mut self, ticket: &str, endpoints: &BTreeMap<&str, Vec<String>>, rules: &[&str]) -> Vec<String> {
        let mut found: Vec<usize> = Vec::new();
        for (module, labels) in endpoints {
            let of_module = self.by_router.get(*module).into_iter().flatten().copied();
            found.extend(of_module.filter(|index| {
                let finding = &self.all[*index];
                // What is wrong with a module is wrong with all of its endpoints.
                let ours = finding
                    .endpoint
                    .as_ref()
                    .is_none_or(|endpoint| labels.contains(endpoint));
                rules.contains(&finding.rule.as_str()) && ours
            }));
        }
        found.sort_unstable();
        let mut prints = Vec::with_capacity(found.len());
        for index in found {
            let finding = &mut self.all[index];
            prints.push(finding.fingerprint.clone());
            if !finding.tickets.iter().any(|known| known == ticket) {
                finding.tickets.push(ticket.to_owned());
            }
        }
        prints
    }
}

/// What a ticket's tests must be about; nothing where it asks for none.
fn subject_of(judged: &Judged<'_, '_, '_>, ticket: &Ticket) -> Option<Subject> {
    let asks = ticket
        .clauses
        .iter()
        .any(|clause| clause.checks.contains(&Check::Tests));
    asks.then(|| {
        let routers = subject::routers_of(judged.model, judged.routes, ticket);
        let endpoints = endpoints_of(judged, ticket, &routers);
        Subject::new(judged, ticket, &endpoints, subject::modules_of(judged.model, ticket))
    })
}

fn report(
    judged: &Judged<'_, '_, '_>,
    ticket: &Ticket,
    given: &Given<'_>,
    findings: &mut Findings<'_>,
) -> TicketReport {
    let routers = subject::routers_of(judged.model, judged.routes, ticket);
    let files = subject::files_of(judged.model, judged.routes, ticket, &routers);
    let endpoints = endpoints_of(judged, ticket, &routers);
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for endpoint in &endpoints {
        names
            .entry(judged.module(endpoint))
            .or_default()
            .push(judged.label(endpoint));
    }
    let mut clauses: Vec<ClauseReport> = Vec::new();
    let mut attach = |answers: &[Answer]| {
        let rules: Vec<&str> = answers.iter().flat_map(|answer| answer.rules).copied().collect();
        findings.attach(&ticket.id, &names, &rules)
    };
    let (mut of_code, mut proofs): (Vec<Answer>, Vec<Proof>) = (Vec::new(), Vec::new());
    for clause in &ticket.clauses {
        if clause.role == Role::Exemption {
            clauses.push(exemption(ticket, &clause.id, &clause.text, &routers));
            continue;
        }
        let asked = asked(judged, &endpoints, &clause.text);
        let question = Question {
            judged,
            ticket,
            endpoints: &asked,
            text: &clause.text,
        };
        let asking = Asking {
            judged,
            ticket,
            endpoints: &asked,
            text: &clause.text,
            judge: given.judge,
        };
        let answers: Vec<Answer> = clause
            .checks
            .iter()
            .map(|check| match &given.tests {
                Some(asked) if *check == Check::Tests => {
                    let subject = (asked.index, asked.subject);
                    let proof = asked.tests.prove(judged.model, subject, &needs(&clause.text));
                    let answer = Answer::of_tests(&proof);
                    proofs.push(proof);
                    answer
                }
                _ => {
                    let special = particular::answer(&question, check).or_else(|| work::answer(&asking, check));
                    let answer = special.unwrap_or_else(|| answer(judged, &asked, check, given.judge));
                    of_code.push(answer.clone());
                    answer
                }
            })
            .collect();
        let prints = attach(&answers);
        clauses.push(clause_report(
            clause.id.clone(),
            clause.text.clone(),
            combine(answers),
            prints,
        ));
    }
    let exempt = ticket
        .clauses
        .iter()
        .any(|clause| clause.checks.contains(&Check::Exemption));
    if !exempt && !endpoints.is_empty() {
        let works = works(judged, &endpoints);
        let prints = attach(std::slice::from_ref(&works));
        clauses.push(clause_report(
            "family-works".to_owned(),
            "Every route can answer.".to_owned(),
            works,
            prints,
        ));
    }
    let status = if exempt {
        if routers.is_empty() {
            TicketStatus::Missing
        } else {
            TicketStatus::Exempt
        }
    } else {
        status(judged, ticket, &routers, files.iter().all(|file| file.exists), &clauses)
    };
    TicketReport {
        id: ticket.id.clone(),
        title: ticket.title.clone(),
        family: ticket.family,
        class: ticket.class,
        status,
        routers: ticket.routers.clone(),
        files,
        clauses,
        code: (!of_code.is_empty()).then(|| combine(of_code).verdict),
        tests: tests_report(proofs),
    }
}

/// What the tests say to all clauses that ask for them.
fn tests_report(proofs: Vec<Proof>) -> Option<TestsReport> {
    let exercising = proofs.iter().map(|proof| proof.exercising).max()?;
    let verdict = combine(proofs.iter().map(Answer::of_tests).collect()).verdict;
    let (mut evidence, mut turned_down) = (Vec::new(), Vec::new());
    for proof in proofs {
        evidence.extend(proof.shown);
        turned_down.extend(proof.turned_down);
    }
    Some(TestsReport {
        verdict,
        exercising,
        evidence,
        turned_down,
    })
}

/// The endpoints that a clause asks: those whose path it quotes, or else all.
fn asked<'j>(judged: &Judged<'_, '_, '_>, endpoints: &[&'j Judgement], text: &str) -> Vec<&'j Judgement> {
    let quoted: Vec<&str> = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|text| text.starts_with('/'))
        .collect();
    let named: Vec<&Judgement> = endpoints
        .iter()
        .copied()
        .filter(|endpoint| quoted.contains(&judged.path(endpoint).as_str()))
        .collect();
    if named.is_empty() { endpoints.to_vec() } else { named }
}

fn clause_report(id: String, text: String, answer: Answer, findings: Vec<String>) -> ClauseReport {
    ClauseReport {
        id,
        text,
        verdict: answer.verdict,
        reason: answer.reason,
        evidence: answer.evidence,
        findings,
    }
}

fn exemption(ticket: &Ticket, id: &str, text: &str, routers: &[RouterId]) -> ClauseReport {
    let found = !routers.is_empty();
    let reason = match (found, ticket.exempt_reason.as_deref()) {
        (true, _) => "the router is exempt from identity and gates, not from the envelope".to_owned(),
        (false, _) => "the exempt router does not exist".to_owned(),
    };
    let verdict = if found {
        ClauseVerdict::Met
    } else {
        ClauseVerdict::Unmet
    };
    ClauseReport {
        id: id.to_owned(),
        text: text.to_owned(),
        verdict,
        reason,
        evidence: Vec::new(),
        findings: Vec::new(),
    }
}

/// The endpoints that a ticket speaks of: those of its routers; of an application that serves many, only the handlers in
/// the ticket's own files.
fn endpoints_of<'j>(judged: &'j Judged<'_, '_, '_>, ticket: &Ticket, routers: &[RouterId]) -> Vec<&'j Judgement> {
    let files = subject::files_of(judged.model, judged.routes, ticket, routers);
    let is_named = |path: &str| {
        files
            .iter()
            .any(|file| file.resolved.as_deref().unwrap_or(&file.path) == path)
    };
    let of_ticket = |endpoint: &&Judgement| {
        routers.contains(&endpoint.endpoint.router) && {
            let handler = judged.model.function(judged.route(endpoint).handler);
            let router = judged.router(endpoint);
            is_named(&judged.model.file(handler.module).path)
                || is_named(&judged.model.file(router.module).path)
                || !ticket.routers.is_empty()
        }
    };
    judged.endpoints.iter().filter(of_ticket).collect()
}

fn status(
    judged: &Judged<'_, '_, '_>,
    ticket: &Ticket,
    routers: &[RouterId],
    files_exist: bool,
    clauses: &[ClauseReport],
) -> TicketStatus {
    let hidden = !ticket.routers.is_empty() && routers.is_empty();
    if !files_exist || (hidden && !subject::hides_router(judged.model, ticket)) {
        return TicketStatus::Missing;
    }
    if hidden {
        return TicketStatus::Unknown;
    }
    let own = || clauses.iter().filter(|clause| !clause.id.starts_with("family-"));
    let count = |wanted: ClauseVerdict| own().filter(|clause| clause.verdict == wanted).count();
    let broken = clauses
        .iter()
        .any(|clause| clause.id == "family-works" && clause.verdict == ClauseVerdict::Unmet);
    let (met, unmet) = (
        count(ClauseVerdict::Met) + count(ClauseVerdict::NotApplicable),
        count(ClauseVerdict::Unmet),
    );
    let (partial, unknown) = (count(ClauseVerdict::Partial), count(ClauseVerdict::Unknown));
    if partial > 0 || (met > 0 && unmet > 0) {
        TicketStatus::Partial
    } else if unmet > 0 {
        TicketStatus::Open
    } else if unknown > 0 {
        if broken && met > 0 {
            TicketStatus::Partial
        } else {
            TicketStatus::Unknown
        }
    } else if met > 0 {
        if broken {
            TicketStatus::Partial
        } else {
            TicketStatus::Done
        }
    } else {
        TicketStatus::Unknown
    }
}

/// Counts by status.
pub fn counts(tickets: &[TicketReport]) -> crate::report::model::TicketCounts {
    let mut counts = crate::report::model::TicketCounts::default();
    for ticket in tickets {
        *match ticket.status {
            TicketStatus::Done => &mut counts.done,
            TicketStatus::Partial => &mut counts.partial,
            TicketStatus::Open => &mut counts.open,
            TicketStatus::Exempt => &mut counts.exempt,
            TicketStatus::Missing => &mut counts.missing,
            TicketStatus::Unknown => &mut counts.unknown,
        } += 1;
    }
    counts
}
