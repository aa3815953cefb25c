//! Where rules report: findings are built here, with their places and fingerprints.

use sha2::{Digest, Sha256};

use super::Meta;
use crate::hex::hex;
use crate::model::Place;
use crate::report::model::{Confidence, Evidence, Finding, Severity};
use crate::verdict::judge::{Judged, Judgement};

/// Takes the findings of one rule.
pub struct Sink<'f> {
    meta: &'static Meta,
    severity: Severity,
    program: &'f Judged<'f, 'f, 'f>,
    findings: &'f mut Vec<Finding>,
}

impl<'f> Sink<'f> {
    pub(super) fn new<'a: 'f, 'm: 'f, 's: 'f>(
        program: &'f Judged<'a, 'm, 's>,
        meta: &'static Meta,
        severity: Severity,
        findings: &'f mut Vec<Finding>,
    ) -> Self {
        Self {
            meta,
            severity,
            program,
            findings,
        }
    }

    /// Reports a finding on an endpoint. `shape` is what makes it itself among the findings of this rule on this endpoint,
    /// without any line number.
    pub fn endpoint(&mut self, endpoint: &Judgement, place: Place, shape: &str, message: String) -> &mut Finding {
        let program = self.program;
        let module = program.module(endpoint);
        let (label, handler) = (program.label(endpoint), program.handler(endpoint));
        let fingerprint = fingerprint(&[self.meta.name, module, &label, handler, shape]);
        let finding = self.push(place, message, fingerprint);
        finding.function = Some(handler.to_owned());
        finding.router = Some(module.to_owned());
        finding.endpoint = Some(label);
        finding
    }

    /// Reports a finding that belongs to no single endpoint; `owner` names what it is about: a module, a function.
    pub fn place(&mut self, place: Place, owner: &str, shape: &str, message: String) -> &mut Finding {
        let fingerprint = fingerprint(&[self.meta.name, owner, shape]);
        self.push(place, message, fingerprint)
    }

    fn push(&mut self, place: Place, message: String, fingerprint: String) -> &mut Finding {
        let file = self.program.model.file(place.module);
        let ((line, column), (end_line, end_column)) = (file.position(place.span.start), file.position(place.span.end));
        self.findings.push(Finding {
            rule: self.meta.code.to_owned(),
            name: self.meta.name.to_owned(),
            severity: self.severity,
            confidence: self.meta.confidence,
            message,
            file: file.path.clone(),
            line,
            column,
            end_line,
            end_column,
            function: None,
            router: None,
            endpoint: None,
            tickets: Vec::new(),
            trace: Vec::new(),
            help: self.meta.help.to_owned(),
            fix: None,
            fingerprint,
            suppressed: None,
        });
        let last = self.findings.len() - 1;
        &mut self.findings[last]
    }
}

/// What a rule may add to a finding.
impl Finding {
    /// Adds the calls that lead to the place.
    pub fn with_trace(&mut self, trace: Vec<Evidence>) -> &mut Self {
        self.trace = trace;
        self
    }

    /// Says how sure this one is.
    pub fn with_confidence(&mut self, confidence: Confidence) -> &mut Self {
        self.confidence = confidence;
        self
    }
}

/// The first 16 hex digits of the SHA-256 over the parts, each with its length before it.
fn fingerprint(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hex(&hash.finalize()[..8])
}

/// Orders findings, and tells apart those that are alike in everything but their place.
pub(super) fn finish(findings: &mut [Finding]) {
    findings.sort_by(|left, right| {
        let key = |finding: &Finding| (finding.line, finding.column);
        left.file
            .cmp(&right.file)
            .then(key(left).cmp(&key(right)))
            .then_with(|| left.rule.cmp(&right.rule))
            .then_with(|| left.endpoint.cmp(&right.endpoint))
            .then_with(|| left.message.cmp(&right.message))
    });
    let mut seen: rustc_hash::FxHashMap<String, u32> = rustc_hash::FxHashMap::default();
    for finding in findings {
        let count = seen.entry(finding.fingerprint.clone()).or_default();
        *count += 1;
        if *count > 1 {
            finding.fingerprint = fingerprint(&[&finding.fingerprint, &count.to_string()]);
        }
    }
}
