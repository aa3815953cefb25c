//! Which names mean what. Everything here is data with defaults; a project adds rows in `guard-lint.toml`.
//!
//! Names are matched whole, and compared with the last segment of a dotted name; `Class.method` rows match a method of
//! that class. Words are the parts of a name between underscores and changes of case: `GateChain` is `gate`, `chain`.

mod defaults;
mod records;
mod words;

use serde::{Deserialize, Serialize};

pub use records::Records;
pub use words::{each_word, has_word, starts_with, words};

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
    /// Names of the field that holds the tenant, where a request repeats the scope.
    pub tenant_fields: Vec<String>,
    /// Names of the field that holds the mode.
    pub mode_fields: Vec<String>,
    /// Names of the field that holds the project.
    pub project_fields: Vec<String>,
    /// Names of the field that holds the application.
    pub app_fields: Vec<String>,
    /// Names, or ends of names, of what holds a cursor.
    pub cursor_words: Vec<String>,
    /// Words of the names of stores that a restart empties.
    pub volatile_words: Vec<String>,
    /// Words of the names of stores on the local disk of one machine that may be gone tomorrow.
    pub volatile_names: Vec<String>,
    /// Packages whose clients keep what they are given beyond a restart.
    pub durable_libraries: Vec<String>,
    /// Exceptions by which a store refuses a backend that the mode forbids.
    pub forbidden_backends: Vec<String>,
    /// Words of the names of feature flags.
    pub flag_words: Vec<String>,
    /// Words of the names of what holds the configuration.
    pub config_words: Vec<String>,
    /// Types of the events that steer a stream and are no content of it.
    pub control_events: Vec<String>,
    /// Layers of Rust routers behind which only verified callers are answered.
    pub identity_layers: Vec<String>,
    /// Types of Rust handlers' arguments that only a verified caller's request gives.
    pub identity_extractors: Vec<String>,
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
            tenant_fields: Vec::new(),
            mode_fields: Vec::new(),
            project_fields: Vec::new(),
            app_fields: Vec::new(),
            cursor_words: Vec::new(),
            volatile_words: Vec::new(),
            volatile_names: Vec::new(),
            durable_libraries: Vec::new(),
            forbidden_backends: Vec::new(),
            flag_words: Vec::new(),
            config_words: Vec::new(),
            control_events: Vec::new(),
            identity_layers: Vec::new(),
            identity_extractors: Vec::new(),
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
            (&mut self.tenant_fields, &other.tenant_fields),
            (&mut self.mode_fields, &other.mode_fields),
            (&mut self.project_fields, &other.project_fields),
            (&mut self.app_fields, &other.app_fields),
            (&mut self.cursor_words, &other.cursor_words),
            (&mut self.volatile_words, &other.volatile_words),
            (&mut self.volatile_names, &other.volatile_names),
            (&mut self.durable_libraries, &other.durable_libraries),
            (&mut self.forbidden_backends, &other.forbidden_backends),
            (&mut self.flag_words, &other.flag_words),
            (&mut self.config_words, &other.config_words),
            (&mut self.control_events, &other.control_events),
            (&mut self.identity_layers, &other.identity_layers),
            (&mut self.identity_extractors, &other.identity_extractors),
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
            tenant_fields: rows(&defaults::TENANT_FIELDS),
            mode_fields: rows(&defaults::MODE_FIELDS),
            project_fields: rows(&defaults::PROJECT_FIELDS),
            app_fields: rows(&defaults::APP_FIELDS),
            cursor_words: rows(&defaults::CURSOR_WORDS),
            volatile_words: rows(&defaults::VOLATILE_WORDS),
            volatile_names: rows(&defaults::VOLATILE_NAMES),
            durable_libraries: rows(&defaults::DURABLE_LIBRARIES),
            forbidden_backends: rows(&defaults::FORBIDDEN_BACKENDS),
            flag_words: rows(&defaults::FLAG_WORDS),
            config_words: rows(&defaults::CONFIG_WORDS),
            control_events: rows(&defaults::CONTROL_EVENTS),
            identity_layers: rows(&["GuardLayer"]),
            identity_extractors: rows(&["RequestContext", "Identity"]),
            records: Records::default(),
        }
    }
}
