//! Rules: questions to judged endpoints, one file each.
//!
//! A rule is declared with `declare_rule!`: its doc comment is its documentation, shown by `explain` and written to
//! `docs/rules.md`. It looks at a [`Judged`] program and reports to a [`Sink`]; it never parses, prints or decides a ticket.
//! To add one, see CONTRIBUTING.md.

pub mod docs;
mod sink;

mod attribute_missing;
mod bare_error;
mod call_cannot_succeed;
mod control_event_id;
mod credential_not_required;
mod cursor_window;
mod envelope_not_on_wire;
mod error_after_head;
mod error_as_success;
mod exception_text;
mod foreign_envelope;
mod gate_after_write;
mod gate_missing;
mod gate_swallowed;
mod gate_unbindable;
mod handler_wrong_class;
mod identity_from_payload;
mod identity_missing;
mod identity_partial;
mod import_fails;
mod late_config_guard;
mod layer_too_early;
mod manifest_differs;
mod metadata_lost;
mod module_not_importable;
mod name_undefined;
mod personal_data_logged;
mod provider_bare_error;
mod provider_called_directly;
mod record_skipped;
mod registry_bypassed;
mod route_shadowed;
mod route_unregistered;
mod router_unmounted;
mod scope_not_compared;
mod self_comparison;
mod status_lost;
mod ticket_skips_headers;
mod unhandled_error;
mod unstable_hash;
mod volatile_replay;
mod wrong_field_compared;

use std::time::{Duration, Instant};

use crate::analysis::summary::{Exit, Gate, Oddity, OddityKind, Write};
use crate::model::classes::{Base, last_segment};
use crate::model::{FnId, Place};
use crate::report::model::{Confidence, Evidence, Finding, Severity};
use crate::verdict::judge::{Judged, Judgement};

pub use sink::Sink;

/// What is said of a rule.
#[derive(Debug, Clone, Copy)]
pub struct Meta {
    /// `GL101`: the family's digit, then a number. Codes are never used again.
    pub code: &'static str,
    /// `identity-missing`.
    pub name: &'static str,
    /// Its severity, unless the configuration says otherwise.
    pub severity: Severity,
    /// How sure its findings are, unless one says otherwise.
    pub confidence: Confidence,
    /// How to mend what it finds.
    pub help: &'static str,
    /// Its documentation, in Markdown: the first line is the summary.
    pub docs: &'static str,
}

impl Meta {
    /// The first line of its documentation.
    pub fn summary(&self) -> &'static str {
        self.docs.lines().next().unwrap_or_default().trim()
    }
}

/// A rule.
pub trait Rule: Sync {
    /// What is said of it.
    fn meta(&self) -> &'static Meta;
    /// Looks at the program.
    fn check(&self, program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>);
}

/// Declares a rule: its doc comment is its documentation, and the function `check` of its module what it does.
macro_rules! declare_rule {
    (
        $(#[doc = $doc:expr])+
        $rule:ident { code: $code:literal, name: $name:literal, severity: $severity:ident, confidence: $confidence:ident, help: $help:literal $(,)? }
    ) => {
        $(#[doc = $doc])+
        pub(super) struct $rule;

        impl $rule {
            const META: $crate::rules::Meta = $crate::rules::Meta {
                code: $code,
                name: $name,
                severity: $crate::report::model::Severity::$severity,
                confidence: $crate::report::model::Confidence::$confidence,
                help: $help,
                docs: concat!($($doc, "\n"),+),
            };
        }

        impl $crate::rules::Rule for $rule {
            fn meta(&self) -> &'static $crate::rules::Meta {
                &Self::META
            }

            fn check(&self, program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>) {
                check(program, sink);
            }
        }
    };
}
use declare_rule;

/// Every rule, by code.
pub static RULES: &[&dyn Rule] = &[
    &identity_missing::IdentityMissing,
    &identity_partial::IdentityPartial,
    &credential_not_required::CredentialNotRequired,
    &identity_from_payload::IdentityFromPayload,
    &self_comparison::SelfComparison,
    &provider_called_directly::ProviderCalledDirectly,
    &scope_not_compared::ScopeNotCompared,
    &wrong_field_compared::WrongFieldCompared,
    &ticket_skips_headers::TicketSkipsHeaders,
    &bare_error::BareError,
    &foreign_envelope::ForeignEnvelope,
    &exception_text::ExceptionText,
    &status_lost::StatusLost,
    &unhandled_error::UnhandledError,
    &handler_wrong_class::HandlerWrongClass,
    &provider_bare_error::ProviderBareError,
    &error_after_head::ErrorAfterHead,
    &envelope_not_on_wire::EnvelopeNotOnWire,
    &error_as_success::ErrorAsSuccess,
    &gate_missing::GateMissing,
    &gate_after_write::GateAfterWrite,
    &gate_swallowed::GateSwallowed,
    &gate_unbindable::GateUnbindable,
    &route_shadowed::RouteShadowed,
    &router_unmounted::RouterUnmounted,
    &call_cannot_succeed::CallCannotSucceed,
    &name_undefined::NameUndefined,
    &attribute_missing::AttributeMissing,
    &module_not_importable::ModuleNotImportable,
    &import_fails::ImportFails,
    &unstable_hash::UnstableHash,
    &metadata_lost::MetadataLost,
    &personal_data_logged::PersonalDataLogged,
    &record_skipped::RecordSkipped,
    &volatile_replay::VolatileReplay,
    &cursor_window::CursorWindow,
    &control_event_id::ControlEventId,
    &late_config_guard::LateConfigGuard,
    &route_unregistered::RouteUnregistered,
    &registry_bypassed::RegistryBypassed,
    &layer_too_early::LayerTooEarly,
    &manifest_differs::ManifestDiffers,
];

/// The rule with this code or name.
pub fn find(id: &str) -> Option<&'static dyn Rule> {
    RULES.iter().copied().find(|rule| {
        let meta = rule.meta();
        meta.code.eq_ignore_ascii_case(id) || meta.name.eq_ignore_ascii_case(id)
    })
}

/// Runs every rule; the findings are ordered by place and rule.
/// `timed` is told how long each took.
pub fn run(
    program: &Judged<'_, '_, '_>,
    severities: &dyn Fn(&Meta) -> Option<Severity>,
    timed: &mut dyn FnMut(&'static Meta, Duration),
) -> Vec<Finding> {
    let mut findings = Vec::new();
    for rule in RULES {
        let Some(severity) = severities(rule.meta()) else {
            continue;
        };
        let mut sink = Sink::new(program, rule.meta(), severity, &mut findings);
        let started = Instant::now();
        rule.check(program, &mut sink);
        timed(rule.meta(), started.elapsed());
    }
    sink::finish(&mut findings);
    findings
}

/// Calls `report` for each oddity of these kinds, with the endpoint and the calls that lead to it.
fn each_oddity(
    program: &Judged<'_, '_, '_>,
    kinds: &[OddityKind],
    mut report: impl FnMut(&Judgement, &Oddity, Vec<Evidence>),
) {
    for endpoint in &program.endpoints {
        let oddities = endpoint.endpoint.summary.oddities.iter();
        for oddity in oddities.filter(|oddity| kinds.contains(&oddity.kind)) {
            let calls = program.analyzer.trace(oddity.at.via, |summary| {
                let same = |other: &&Oddity| other.kind == oddity.kind && other.at.place == oddity.at.place;
                summary.oddities.iter().find(same).map(|other| other.at.via)
            });
            report(endpoint, oddity, program.calls(&calls));
        }
    }
}

/// Reports what is not there on the way of a request, for each endpoint.
fn report_missing(program: &Judged<'_, '_, '_>, sink: &mut Sink<'_>, kinds: &[OddityKind]) {
    each_oddity(program, kinds, |endpoint, oddity, trace| {
        let what = &oddity.at.what;
        let after = if oddity.caught { "; the error is swallowed" } else { "" };
        let message = format!("`{}` cannot get past this: {what}{after}", program.handler(endpoint));
        let finding = sink
            .endpoint(endpoint, oddity.at.place, what, message)
            .with_trace(trace);
        if oddity.kind == (OddityKind::AttributeMissing { sure: false }) {
            finding.with_confidence(Confidence::Medium);
        }
    });
}

/// What a finding is about that belongs to no endpoint: the file and the function in it.
fn owner(program: &Judged<'_, '_, '_>, place: Place, function: FnId) -> String {
    let module = &program.model.dotted[place.module.0 as usize];
    format!("{module}:{}", program.model.function_name(function))
}

/// The calls that lead to a write.
fn write_trace(program: &Judged<'_, '_, '_>, write: &Write) -> Vec<Evidence> {
    let calls = program.analyzer.trace(write.at.via, |summary| {
        let writes = [summary.ungated.as_ref(), summary.write.as_ref()];
        writes
            .into_iter()
            .flatten()
            .find(|other| other.at.place == write.at.place)
            .map(|other| other.at.via)
    });
    program.calls(&calls)
}

/// The calls that lead to a gate.
fn gate_trace(program: &Judged<'_, '_, '_>, gate: &Gate) -> Vec<Evidence> {
    let calls = program.analyzer.trace(gate.at.via, |summary| {
        summary
            .gates
            .iter()
            .find(|other| other.at.place == gate.at.place)
            .map(|other| other.at.via)
    });
    program.calls(&calls)
}

/// The place nearest to the endpoint: the call that leads there, or the place itself.
fn first_place(via: Option<(Place, FnId)>, place: Place) -> Place {
    via.map_or(place, |(call, _)| call)
}

/// What an error site is, without any line number: who raises what, with which status.
fn site_shape(program: &Judged<'_, '_, '_>, exit: &Exit) -> String {
    let function = program.model.function_name(exit.function);
    let module = &program.model.dotted[exit.place.module.0 as usize];
    let class = class_name(program, exit.class);
    let status = exit
        .status
        .known()
        .map_or_else(String::new, |status| status.to_string());
    format!("{module}:{function} {class} {status}")
}

/// The name of an exception's class.
fn class_name<'s>(program: &Judged<'_, '_, 's>, class: Base) -> &'s str {
    match class {
        Base::Local(class) => program.model.text(program.model.class_facts(class).name),
        Base::External(name) => last_segment(program.model.text(name)),
    }
}
