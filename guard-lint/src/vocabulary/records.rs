//! Words of artifacts, of what is recorded and logged, and of what no two runs have in common.

use serde::{Deserialize, Serialize};

/// The rows of `[vocabulary.records]`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default = "Records::empty")]
pub struct Records {
    /// Methods that store an artifact.
    pub artifact_stores: Vec<String>,
    /// Words of the names of an artifact's class.
    pub artifact_words: Vec<String>,
    /// Names under which an artifact has its metadata.
    pub artifact_metadata: Vec<String>,
    /// Entries of the metadata that tell how an artifact was made: nothing may take their place unseen.
    pub artifact_fields: Vec<String>,
    /// Words of the names of entries that stand for what an artifact was made of.
    pub hash_words: Vec<String>,
    /// Functions that record usage of the budget.
    pub usage_records: Vec<String>,
    /// Words of the names of what keeps the budget's usage.
    pub usage_words: Vec<String>,
    /// Functions that write an audit record.
    pub audit_records: Vec<String>,
    /// Words of the names of what keeps audit records.
    pub audit_words: Vec<String>,
    /// First words of methods that record, on what keeps usage or audit records.
    pub recording_verbs: Vec<String>,
    /// What a request's context carries, so that a record which gets the context has it.
    pub context_ids: Vec<String>,
    /// Words of the names of loggers.
    pub log_words: Vec<String>,
    /// Methods by which a logger is told something.
    pub log_methods: Vec<String>,
    /// Words of the names of a person's data.
    pub personal_words: Vec<String>,
    /// Words of the names of functions that make a person's data unreadable.
    pub masking: Vec<String>,
    /// What gives temporary paths: whole names, last segments, or modules with a dot behind them.
    pub temporary_paths: Vec<String>,
    /// What gives fresh ids or chance.
    pub fresh_values: Vec<String>,
    /// What gives the time.
    pub clocks: Vec<String>,
    /// What holds in one process only.
    pub process_values: Vec<String>,
    /// What is written where a record does not apply.
    pub not_applicable: Vec<String>,
    /// Words of stores that survive a restart.
    pub durable_words: Vec<String>,
}

impl Records {
    /// No rows at all.
    pub fn empty() -> Self {
        Self {
            artifact_stores: Vec::new(),
            artifact_words: Vec::new(),
            artifact_metadata: Vec::new(),
            artifact_fields: Vec::new(),
            hash_words: Vec::new(),
            usage_records: Vec::new(),
            usage_words: Vec::new(),
            audit_records: Vec::new(),
            audit_words: Vec::new(),
            recording_verbs: Vec::new(),
            context_ids: Vec::new(),
            log_words: Vec::new(),
            log_methods: Vec::new(),
            personal_words: Vec::new(),
            masking: Vec::new(),
            temporary_paths: Vec::new(),
            fresh_values: Vec::new(),
            clocks: Vec::new(),
            process_values: Vec::new(),
            not_applicable: Vec::new(),
            durable_words: Vec::new(),
        }
    }

    /// Adds the rows of another.
    pub(super) fn extend(&mut self, other: &Self) {
        let lists = [
            (&mut self.artifact_stores, &other.artifact_stores),
            (&mut self.artifact_words, &other.artifact_words),
            (&mut self.artifact_metadata, &other.artifact_metadata),
            (&mut self.artifact_fields, &other.artifact_fields),
            (&mut self.hash_words, &other.hash_words),
            (&mut self.usage_records, &other.usage_records),
            (&mut self.usage_words, &other.usage_words),
            (&mut self.audit_records, &other.audit_records),
            (&mut self.audit_words, &other.audit_words),
            (&mut self.recording_verbs, &other.recording_verbs),
            (&mut self.context_ids, &other.context_ids),
            (&mut self.log_words, &other.log_words),
            (&mut self.log_methods, &other.log_methods),
            (&mut self.personal_words, &other.personal_words),
            (&mut self.masking, &other.masking),
            (&mut self.temporary_paths, &other.temporary_paths),
            (&mut self.fresh_values, &other.fresh_values),
            (&mut self.clocks, &other.clocks),
            (&mut self.process_values, &other.process_values),
            (&mut self.not_applicable, &other.not_applicable),
            (&mut self.durable_words, &other.durable_words),
        ];
        for (list, rows) in lists {
            list.extend(rows.iter().cloned());
        }
    }
}

/// Rows, separated by blanks.
fn rows(names: &str) -> Vec<String> {
    names.split_whitespace().map(str::to_owned).collect()
}

impl Default for Records {
    fn default() -> Self {
        let phrases = |phrases: &[&str]| phrases.iter().map(|phrase| (*phrase).to_owned()).collect();
        Self {
            artifact_stores: rows("register_artifact create_artifact store_artifact save_artifact put_artifact"),
            artifact_words: rows("artifact"),
            artifact_metadata: rows("meta metadata"),
            artifact_fields: rows("pipeline_hash backend_version cache_key"),
            hash_words: rows("hash fingerprint digest checksum"),
            usage_records: rows("record_usage emit_usage track_usage report_usage record_cost"),
            usage_words: rows("budget usage quota cost costs"),
            audit_records: rows(
                "emit_audit_event emit_audit audit_event record_audit write_audit append_audit log_audit emit_event_spine",
            ),
            audit_words: rows("audit spine auditor"),
            recording_verbs: rows("append charge debit emit log publish record send track write"),
            context_ids: rows("request tenant env mode project app surface user actor trace"),
            log_words: rows("log logger logging"),
            log_methods: rows("debug info warning warn error exception critical log"),
            personal_words: rows(
                "email emails phone mobile surname firstname lastname birthdate birthday dob ssn passport iban",
            ),
            masking: rows("mask masked redact redacted anonymize anonymise hash sha256 hexdigest pseudonym tokenize"),
            temporary_paths: rows("tempfile. mkdtemp mkstemp mktemp gettempdir NamedTemporaryFile TemporaryDirectory"),
            fresh_values: rows(
                "uuid1 uuid4 uuid6 uuid7 secrets. random. os.urandom token_hex token_urlsafe token_bytes nanoid ulid",
            ),
            clocks: rows(
                "datetime.now datetime.utcnow datetime.today date.today time.time time.time_ns time.monotonic \
                 time.perf_counter timezone.now",
            ),
            process_values: rows("hash id os.getpid os.getppid threading.get_ident"),
            not_applicable: phrases(&[
                "not applicable",
                "n/a",
                "does not apply",
                "do not apply",
                "not required",
            ]),
            durable_words: rows(
                "firestore s3 boto3 dynamodb dynamo postgres postgresql psycopg sqlalchemy asyncpg bigquery spanner \
                 cosmos mongo pymongo gcs bucket",
            ),
        }
    }
}
