//! Verdicts on tickets: from their clauses, and from what they name.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;

use crate::catalog::{Catalog, Check, Clause, Role, Ticket};
use crate::evidence::{Proof, Subject, Tests, needs};
use crate::model::routes::RouterId;
use crate::report::model::{ClauseReport, ClauseVerdict, Finding, TestsReport, TicketFile, TicketReport, TicketStatus};

use super::clause::{Answer, Judge, answer, combine, works};
use super::judge::{Judged, Judgement};
use super::work::Asking;
use super::{particular, subject, work};

/// What a ticket speaks of.
pub struct Scope<'j> {
    routers: Vec<RouterId>,
    files: Vec<TicketFile>,
    endpoints: Vec<&'j Judgement>,
}

/// What every ticket of a catalog speaks of, in the catalog's order, as is everything about tickets.
pub fn scopes<'j>(judged: &'j Judged<'_, '_, '_>, catalog: &Catalog) -> Vec<Scope<'j>> {
    let tickets = catalog.tickets.iter();
    tickets.map(|ticket| scope(judged, ticket)).collect()
}

/// What the tests of each ticket must be about; nothing for one that asks for no tests.
pub fn subjects(judged: &Judged<'_, '_, '_>, catalog: &Catalog, scopes: &[Scope<'_>]) -> Vec<Option<Subject>> {
    let each = catalog.tickets.iter().zip(scopes);
    each.map(|(ticket, scope)| {
        let asks = ticket
            .clauses
            .iter()
            .any(|clause| clause.checks.contains(&Check::Tests));
        asks.then(|| {
            Subject::new(
                judged,
                ticket,
                &scope.endpoints,
                subject::modules_of(judged.model, ticket),
            )
        })
    })
    .collect()
}

/// What the code says to a ticket.
pub struct OfCode {
    /// For each clause, its checks; nothing for one that the tests answer.
    clauses: Vec<Vec<Option<Answer>>>,
    /// Whether every route can answer.
    works: Option<Answer>,
}

/// Asks the code about every ticket.
pub fn of_code(judged: &Judged<'_, '_, '_>, catalog: &Catalog, judge: Judge, scopes: &[Scope<'_>]) -> Vec<OfCode> {
    let each = catalog.tickets.iter().zip(scopes);
    each.map(|(ticket, scope)| OfCode {
        clauses: ticket
            .clauses
            .iter()
            .map(|clause| {
                let asking = Asking {
                    judged,
                    ticket,
                    endpoints: &asked(judged, &scope.endpoints, &clause.text),
                    text: &clause.text,
                    judge,
                };
                let answers = clause.checks.iter().map(|check| ask(&asking, clause, check));
                answers.collect()
            })
            .collect(),
        works: (!is_exempt(ticket) && !scope.endpoints.is_empty()).then(|| works(judged, &scope.endpoints)),
    })
    .collect()
}

/// What the code says to one check; nothing where the tests are asked, or the catalog alone decides.
fn ask(asking: &Asking<'_, '_, '_, '_>, clause: &Clause, check: &Check) -> Option<Answer> {
    if *check == Check::Tests || clause.role == Role::Exemption {
        return None;
    }
    let special = particular::answer(asking, check).or_else(|| work::answer(asking, check));
    Some(special.unwrap_or_else(|| answer(asking.judged, asking.endpoints, check, asking.judge)))
}

/// Puts together what the code and the tests say to every ticket, and tells each finding which tickets it decides.
pub fn tickets(
    judged: &Judged<'_, '_, '_>,
    catalog: &Catalog,
    scopes: Vec<Scope<'_>>,
    of_code: Vec<OfCode>,
    (subjects, tests): (&[Option<Subject>], &Tests),
    findings: &mut [Finding],
) -> Vec<TicketReport> {
    let mut findings = Findings::new(findings);
    let each = catalog
        .tickets
        .iter()
        .zip(scopes)
        .zip(of_code)
        .zip(subjects)
        .enumerate();
    each.map(|(index, (((ticket, scope), of_code), subject))| {
        let prove = |clause: &Clause| {
            let subject = subject.as_ref()?;
            Some(tests.prove(judged.model, (index, subject), &needs(&clause.text)))
        };
        report(judged, (ticket, scope, of_code), prove, &mut findings)
    })
    .collect()
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

fn report(
    judged: &Judged<'_, '_, '_>,
    (ticket, scope, of_code): (&Ticket, Scope<'_>, OfCode),
    prove: impl Fn(&Clause) -> Option<Proof>,
    findings: &mut Findings<'_>,
) -> TicketReport {
    let mut names: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for endpoint in &scope.endpoints {
        names
            .entry(judged.module(endpoint))
            .or_default()
            .push(judged.label(endpoint));
    }
    let mut attach = |answers: &[Answer]| {
        let rules: Vec<&str> = answers.iter().flat_map(|answer| answer.rules).copied().collect();
        findings.attach(&ticket.id, &names, &rules)
    };
    let mut clauses: Vec<ClauseReport> = Vec::new();
    let (mut by_code, mut proofs): (Vec<Answer>, Vec<Proof>) = (Vec::new(), Vec::new());
    for (clause, answers) in ticket.clauses.iter().zip(of_code.clauses) {
        if clause.role == Role::Exemption {
            clauses.push(exemption(ticket, &clause.id, &clause.text, &scope.routers));
            continue;
        }
        by_code.extend(answers.iter().flatten().cloned());
        let answer = |answer: Option<Answer>| {
            answer.or_else(|| {
                let proof = prove(clause)?;
                let answer = Answer::of_tests(&proof);
                proofs.push(proof);
                Some(answer)
            })
        };
        let answers: Vec<Answer> = answers.into_iter().filter_map(answer).collect();
        let prints = attach(&answers);
        clauses.push(clause_report(
            clause.id.clone(),
            clause.text.clone(),
            combine(answers),
            prints,
        ));
    }
    if let Some(works) = of_code.works {
        let prints = attach(std::slice::from_ref(&works));
        clauses.push(clause_report(
            "family-works".to_owned(),
            "Every route can answer.".to_owned(),
            works,
            prints,
        ));
    }
    let status = if !is_exempt(ticket) {
        let files_exist = scope.files.iter().all(|file| file.exists);
        status(judged, ticket, &scope.routers, files_exist, &clauses)
    } else if scope.routers.is_empty() {
        TicketStatus::Missing
    } else {
        TicketStatus::Exempt
    };
    TicketReport {
        id: ticket.id.clone(),
        title: ticket.title.clone(),
        family: ticket.family,
        class: ticket.class,
        status,
        routers: ticket.routers.clone(),
        files: scope.files,
        clauses,
        code: (!by_code.is_empty()).then(|| combine(by_code).verdict),
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

/// What a ticket speaks of: the endpoints of its routers; of an application that serves many, only the handlers in the
/// ticket's own files.
fn scope<'j>(judged: &'j Judged<'_, '_, '_>, ticket: &Ticket) -> Scope<'j> {
    let routers = subject::routers_of(judged.model, judged.routes, ticket);
    let files = subject::files_of(judged.model, judged.routes, ticket, &routers);
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
    let endpoints = judged.endpoints.iter().filter(of_ticket).collect();
    Scope {
        routers,
        files,
        endpoints,
    }
}

/// Whether a ticket takes its routers out of what the others ask.
fn is_exempt(ticket: &Ticket) -> bool {
    let mut checks = ticket.clauses.iter().flat_map(|clause| &clause.checks);
    checks.any(|check| *check == Check::Exemption)
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
