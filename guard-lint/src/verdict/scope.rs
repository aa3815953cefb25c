//! Is every repetition of the scope compared with the context?

use super::clause::{Answer, Say, tally};
use super::judge::{Judged, Judgement};
use super::work::Asking;
use crate::analysis::matching::Field;
use crate::analysis::value::Facts;
use crate::model::{FnId, Place};
use crate::reading::carriers::Carrier;
use crate::report::model::IdentityVerdict;

/// The answer over the endpoints that the clause speaks of.
pub(super) fn answer(asking: &Asking<'_, '_, '_, '_>) -> Answer {
    let judged = asking.judged;
    if asking.endpoints.is_empty() {
        return super::clause::no_endpoint();
    }
    let wanted = wanted(asking.text);
    let says = asking
        .endpoints
        .iter()
        .map(|endpoint| (*endpoint, say(judged, endpoint, &wanted)));
    let mut answer = tally(judged, says, "the scope compared");
    answer.rules = &["GL105", "GL107", "GL108", "GL109"];
    answer
}

/// The fields that a clause names; all of them where it names none.
fn wanted(text: &str) -> Vec<Field> {
    let lower = text.to_lowercase();
    let named: Vec<Field> = Field::ALL
        .into_iter()
        .filter(|field| {
            lower
                .split(|letter: char| !letter.is_alphanumeric())
                .any(|word| word == field.word())
        })
        .collect();
    if named.is_empty() { Field::ALL.to_vec() } else { named }
}

/// How a repetition was treated.
#[derive(PartialEq)]
enum Treated {
    Compared,
    Sometimes,
    Never,
}

fn say(judged: &Judged<'_, '_, '_>, endpoint: &Judgement, wanted: &[Field]) -> Say {
    if endpoint.exempt {
        return Say::Nothing;
    }
    if endpoint.identity == IdentityVerdict::Missing {
        return Say::No("there is no context to compare with".to_owned());
    }
    let (must, may) = (endpoint.endpoint.summary.must, endpoint.endpoint.summary.may);
    if may.has(Facts::PAYLOAD_CONTEXT) && !must.has(Facts::BOUND) {
        let reason = "the context is what the client states";
        return if may.has(Facts::BOUND) || may.has(Facts::COMPARED) {
            Say::Partly(format!("{reason}, and only some paths compare it with the credential"))
        } else {
            Say::No(reason.to_owned())
        };
    }
    let treated: Vec<(Carrier, Treated)> = carriers(judged, endpoint)
        .into_iter()
        .filter(|carrier| wanted.contains(&carrier.field))
        .map(|carrier| {
            let treated = treated(judged, &carrier);
            (carrier, treated)
        })
        .collect();
    let skipped = judged.skipped_headers(endpoint);
    let of = |wanted: Treated| treated.iter().find(move |(_, treated)| *treated == wanted);
    match (of(Treated::Compared), of(Treated::Sometimes), of(Treated::Never)) {
        (_, None, None) if !skipped.is_empty() => {
            Say::Partly("a ticket's scope is taken without comparing it with the headers".to_owned())
        }
        (None, None, None) => Say::Vacuously,
        (Some(_), None, None) => Say::Yes,
        (None, None, Some((carrier, _))) => Say::No(format!("nothing compares `{}` with the context", carrier.label)),
        (_, _, Some((carrier, _))) => Say::Partly(format!("nothing compares `{}` with the context", carrier.label)),
        (_, Some((carrier, _)), None) => Say::Partly(format!(
            "`{}` is compared with the context on some paths only",
            carrier.label
        )),
    }
}

impl<'s> Judged<'_, '_, 's> {
    /// The handler and the functions that it depends on, without the providers of context and credential.
    fn scope_functions(&self, endpoint: &Judgement) -> Vec<FnId> {
        let is_provider = |function| {
            let name = self.model.text(self.model.function(function).facts.name);
            let known = &self.analyzer.known;
            known.is_identity_provider(name)
                || known.is_credential_provider(name)
                || (self.analyzer.summary(function).provider
                    && self.model.function(function).module != self.router(endpoint).module)
        };
        self.reader()
            .with_dependencies(self.route(endpoint).handler, &is_provider)
    }

    /// Where an endpoint takes a ticket's scope and leaves the headers unread.
    pub fn skipped_headers(&self, endpoint: &Judgement) -> Vec<Place> {
        let reader = self.reader();
        let is_verifier = |name: &str| self.analyzer.known.is_verifier(name);
        let functions = self.scope_functions(endpoint).into_iter();
        functions
            .filter_map(|function| reader.skips_headers(function, &is_verifier))
            .collect()
    }
}

/// Every repetition of the scope that an endpoint takes.
fn carriers(judged: &Judged<'_, '_, '_>, endpoint: &Judgement) -> Vec<Carrier> {
    let reader = judged.reader();
    judged
        .scope_functions(endpoint)
        .into_iter()
        .flat_map(|function| reader.carriers(function))
        .collect()
}

fn treated(judged: &Judged<'_, '_, '_>, carrier: &Carrier) -> Treated {
    let summary = judged.analyzer.summary(carrier.function);
    if summary.matched.has(carrier.param, carrier.field) {
        Treated::Compared
    } else if summary.matched_may.has(carrier.param, carrier.field) {
        Treated::Sometimes
    } else {
        Treated::Never
    }
}
