//! Which names mean what. Everything here is data with defaults; a project adds rows in `guard-lint.toml`.
//!
//! Names are matched whole, and compared with the last segment of a dotted name; `Class.method` rows match a method of
//! that class. Words are the parts of a name between underscores and changes of case: `GateChain` is `gate`, `chain`.

mod records;

use serde::{Deserialize, Serialize};

pub use records::Records;

/// The rows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default = "Vocabulary::empty")]
pub struct Vocabulary {
    /// Classes of the request context.
    pub contexts: Vec<String>,
    /// Functions that establish a context from request headers.
    pub identity_providers: Vec<String>,
    /// Words of the names of providers that may establish identity, for those that cannot be found.
    pub identity_words: Vec<String>,
    /// Functions that demand and verify a credential.
    pub credential_providers: Vec<String>,
    /// Functions that verify a token or ticket that they are given.
    pub verifiers: Vec<String>,
    /// Methods that verify where they are called on something with a credential word: `CognitoVerifier.verify`.
    pub verifying_methods: Vec<String>,
    /// Words of the names of what verifies credentials.
    pub credential_words: Vec<String>,
    /// Words of the names of values that hold a ticket.
    pub ticket_words: Vec<String>,
    /// Functions that compare what the client repeats with the context.
    pub comparisons: Vec<String>,
    /// Classes of the canonical envelope.
    pub envelopes: Vec<String>,
    /// Functions outside the program that raise an enveloped error.
    pub envelope_raisers: Vec<String>,
    /// Functions outside the program that build an envelope.
    pub envelope_builders: Vec<String>,
    /// Words of the names of gates.
    pub gate_words: Vec<String>,
    /// Methods by which a gate is asked.
    pub gate_methods: Vec<String>,
    /// The kinds of gates that make the chain. Where each of them is asked, the chain is.
    pub gate_kinds: Vec<String>,
    /// Whole names that stand for the gate chain: `PolicyEngine.enforce`.
    pub gate_equivalents: Vec<String>,
    /// First words of methods that write.
    pub write_verbs: Vec<String>,
    /// Words of the names of things that are written to.
    pub store_words: Vec<String>,
    /// Methods that write, whatever they are called on.
    pub writes: Vec<String>,
    /// Words of the names of what is kept beside the work: audit, logs, metrics, caches. Writing there is no write.
    pub aside_words: Vec<String>,
    /// First words of functions that read.
    pub read_verbs: Vec<String>,
    /// Artifacts, and what is recorded and logged.
    pub records: Records,
}

impl Vocabulary {
    /// No rows at all.
    pub fn empty() -> Self {
        Self {
            contexts: Vec::new(),
            identity_providers: Vec::new(),
            identity_words: Vec::new(),
            credential_providers: Vec::new(),
            verifiers: Vec::new(),
            verifying_methods: Vec::new(),
            credential_words: Vec::new(),
            ticket_words: Vec::new(),
            comparisons: Vec::new(),
            envelopes: Vec::new(),
            envelope_raisers: Vec::new(),
            envelope_builders: Vec::new(),
            gate_words: Vec::new(),
            gate_methods: Vec::new(),
            gate_kinds: Vec::new(),
            gate_equivalents: Vec::new(),
            write_verbs: Vec::new(),
            store_words: Vec::new(),
            writes: Vec::new(),
            aside_words: Vec::new(),
            read_verbs: Vec::new(),
            records: Records::empty(),
        }
    }

    /// Adds the rows of another.
    pub fn extend(&mut self, other: &Self) {
        let lists = [
            (&mut self.contexts, &other.contexts),
            (&mut self.identity_providers, &other.identity_providers),
            (&mut self.identity_words, &other.identity_words),
            (&mut self.credential_providers, &other.credential_providers),
            (&mut self.verifiers, &other.verifiers),
            (&mut self.verifying_methods, &other.verifying_methods),
            (&mut self.credential_words, &other.credential_words),
            (&mut self.ticket_words, &other.ticket_words),
            (&mut self.comparisons, &other.comparisons),
            (&mut self.envelopes, &other.envelopes),
            (&mut self.envelope_raisers, &other.envelope_raisers),
            (&mut self.envelope_builders, &other.envelope_builders),
            (&mut self.gate_words, &other.gate_words),
            (&mut self.gate_methods, &other.gate_methods),
            (&mut self.gate_kinds, &other.gate_kinds),
            (&mut self.gate_equivalents, &other.gate_equivalents),
            (&mut self.write_verbs, &other.write_verbs),
            (&mut self.store_words, &other.store_words),
            (&mut self.writes, &other.writes),
            (&mut self.aside_words, &other.aside_words),
            (&mut self.read_verbs, &other.read_verbs),
        ];
        for (list, rows) in lists {
            list.extend(rows.iter().cloned());
        }
        self.records.extend(&other.records);
    }
}

fn rows(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

impl Default for Vocabulary {
    fn default() -> Self {
        Self {
            contexts: rows(&["RequestContext", "EngineContext", "TenantContext", "IdentityContext"]),
            identity_providers: rows(&[
                "get_request_context",
                "require_request_context",
                "require_context",
                "get_engine_context",
                "get_tenant_context",
                "require_identity",
            ]),
            identity_words: rows(&[
                "auth",
                "context",
                "credential",
                "ctx",
                "guard",
                "identity",
                "member",
                "membership",
                "principal",
                "provider",
                "scope",
                "security",
                "tenant",
                "token",
                "user",
            ]),
            credential_providers: rows(&[
                "get_auth_context",
                "require_auth",
                "require_auth_context",
                "require_token",
                "require_user",
                "get_current_user",
                "require_credential",
                "authenticate",
                "authenticate_request",
                "verify_credentials",
            ]),
            verifiers: rows(&[
                "decode_token",
                "verify_token",
                "validate_token",
                "decode_jwt",
                "verify_jwt",
                "validate_jwt",
                "verify_id_token",
                "verify_access_token",
                "verify_bearer",
                "jwt.decode",
                "validate_ticket",
                "verify_ticket",
                "consume_ticket",
                "redeem_ticket",
                "context_from_ticket",
            ]),
            verifying_methods: rows(&["verify", "decode", "validate", "authenticate", "introspect"]),
            credential_words: rows(&[
                "auth",
                "authenticator",
                "cognito",
                "jwks",
                "jwt",
                "oidc",
                "token",
                "tokens",
                "verifier",
            ]),
            ticket_words: rows(&["ticket"]),
            comparisons: rows(&[
                "assert_context_matches",
                "assert_scope_matches",
                "ensure_context_matches",
                "validate_identity_precedence",
                "enforce_tenant_context",
                "require_tenant_match",
                "assert_tenant_matches",
            ]),
            envelopes: rows(&["ErrorEnvelope"]),
            envelope_raisers: rows(&[
                "error_response",
                "raise_error",
                "raise_envelope",
                "missing_route_error",
                "cursor_invalid_error",
            ]),
            envelope_builders: rows(&["build_error_envelope", "make_error_envelope", "error_envelope"]),
            gate_words: rows(&["gate", "gates", "gatechain", "gatekeeper"]),
            gate_methods: rows(&[
                "run",
                "check",
                "enforce",
                "require",
                "evaluate",
                "ensure",
                "assert_allowed",
                "pass_through",
                "authorize",
            ]),
            gate_kinds: rows(&[
                "kill_switch",
                "firearms",
                "strategy_lock",
                "budget",
                "kpi",
                "temperature",
            ]),
            gate_equivalents: Vec::new(),
            write_verbs: rows(&[
                "add",
                "append",
                "apply",
                "archive",
                "cancel",
                "commit",
                "create",
                "deactivate",
                "delete",
                "enqueue",
                "increment",
                "ingest",
                "insert",
                "merge",
                "patch",
                "persist",
                "post",
                "publish",
                "push",
                "put",
                "record",
                "register",
                "remove",
                "replace",
                "revoke",
                "save",
                "send",
                "set",
                "store",
                "submit",
                "update",
                "upload",
                "upsert",
                "write",
            ]),
            store_words: rows(&[
                "backend",
                "blob",
                "bucket",
                "bus",
                "client",
                "collection",
                "conn",
                "connection",
                "cursor",
                "database",
                "db",
                "doc",
                "document",
                "firestore",
                "index",
                "inventory",
                "ledger",
                "manager",
                "outbox",
                "persistence",
                "producer",
                "publisher",
                "queue",
                "redis",
                "registry",
                "repo",
                "repository",
                "s3",
                "service",
                "session",
                "sink",
                "spine",
                "storage",
                "store",
                "svc",
                "table",
                "timeline",
                "topic",
                "vault",
            ]),
            writes: rows(&[
                "put_object",
                "upload_file",
                "upload_fileobj",
                "upload_from_string",
                "upload_from_filename",
                "put_item",
                "delete_item",
                "update_item",
                "insert_one",
                "insert_many",
                "update_one",
                "update_many",
                "delete_one",
                "delete_many",
                "replace_one",
                "write_text",
                "write_bytes",
                "executemany",
                "send_message",
                "delete_object",
                "copyfile",
                "copyfileobj",
                "rmtree",
                "add_documents",
                "upsert_datapoints",
            ]),
            aside_words: rows(&[
                "audit",
                "cache",
                "cached",
                "counter",
                "counters",
                "hits",
                "limiter",
                "log",
                "logger",
                "logging",
                "memo",
                "metric",
                "metrics",
                "rate",
                "seen",
                "span",
                "stats",
                "telemetry",
                "trace",
                "tracer",
                "usage",
                "window",
            ]),
            read_verbs: rows(&[
                "assert",
                "build",
                "calc",
                "calculate",
                "can",
                "check",
                "compare",
                "compute",
                "count",
                "describe",
                "diff",
                "dry",
                "ensure",
                "enforce",
                "estimate",
                "exists",
                "explain",
                "fetch",
                "find",
                "format",
                "get",
                "has",
                "is",
                "list",
                "load",
                "lookup",
                "normalize",
                "parse",
                "plan",
                "predict",
                "preview",
                "query",
                "read",
                "render_preview",
                "require",
                "resolve",
                "search",
                "select",
                "serialize",
                "simulate",
                "summarize",
                "to",
                "validate",
                "verify",
                "view",
            ]),
            records: Records::default(),
        }
    }
}

/// The words of a name, lower-case: `GateChain` and `gate_chain` are `gate`, `chain`.
pub fn words(name: &str) -> impl Iterator<Item = String> + '_ {
    name.split(['_', '.', '-', ' '])
        .flat_map(camel)
        .filter(|word| !word.is_empty())
}

fn camel(part: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let mut previous_lower = false;
    for letter in part.chars() {
        if letter.is_uppercase() && previous_lower {
            words.push(String::new());
        }
        previous_lower = letter.is_lowercase() || letter.is_ascii_digit();
        if let Some(word) = words.last_mut() {
            word.extend(letter.to_lowercase());
        }
    }
    words
}

/// Whether a name has one of these words.
pub fn has_word(name: &str, wanted: &[String]) -> bool {
    words(name).any(|word| wanted.contains(&word))
}

/// Whether a name's first word is one of these.
pub fn starts_with(name: &str, wanted: &[String]) -> bool {
    words(name).next().is_some_and(|word| wanted.contains(&word))
}

#[cfg(test)]
mod tests {
    use super::words;

    #[test]
    fn words_split_at_underscores_and_changes_of_case() {
        for (name, expected) in [
            ("GateChain", vec!["gate", "chain"]),
            ("_gate_chain", vec!["gate", "chain"]),
            ("gateway", vec!["gateway"]),
            ("S3Store", vec!["s3", "store"]),
            ("HTTPException", vec!["httpexception"]),
        ] {
            assert_eq!(words(name).collect::<Vec<_>>(), expected, "{name}");
        }
    }
}
