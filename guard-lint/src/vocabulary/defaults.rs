//! Default rows about stores, streams and the scope.

pub(super) const TENANT_FIELDS: [&str; 2] = ["tenant_id", "tenant"];

pub(super) const MODE_FIELDS: [&str; 1] = ["mode"];

pub(super) const PROJECT_FIELDS: [&str; 1] = ["project_id"];

pub(super) const APP_FIELDS: [&str; 1] = ["app_id"];

pub(super) const CURSOR_WORDS: [&str; 5] = ["cursor", "last_event_id", "after_event_id", "after_id", "since_id"];

pub(super) const VOLATILE_WORDS: [&str; 9] = [
    "dummy",
    "ephemeral",
    "fake",
    "inmem",
    "memory",
    "mock",
    "noop",
    "null",
    "stub",
];

pub(super) const VOLATILE_NAMES: [&str; 3] = ["local", "temp", "tmp"];

pub(super) const DURABLE_LIBRARIES: [&str; 21] = [
    "aioboto3",
    "aiobotocore",
    "asyncpg",
    "azure",
    "boto3",
    "cassandra",
    "databases",
    "elasticsearch",
    "google",
    "kafka",
    "motor",
    "mysql",
    "peewee",
    "psycopg",
    "psycopg2",
    "pymongo",
    "redis",
    "sqlalchemy",
    "sqlite3",
    "supabase",
    "tortoise",
];

pub(super) const FORBIDDEN_BACKENDS: [&str; 4] = [
    "ForbiddenBackendClass",
    "ForbiddenBackend",
    "BackendForbidden",
    "BackendForbiddenError",
];

pub(super) const FLAG_WORDS: [&str; 7] = ["enable", "enabled", "feature", "features", "flag", "flags", "toggle"];

pub(super) const CONFIG_WORDS: [&str; 6] = ["config", "configuration", "env", "environ", "environment", "settings"];

pub(super) const CONTROL_EVENTS: [&str; 14] = [
    "connected",
    "error",
    "heartbeat",
    "hello",
    "keepalive",
    "open",
    "ping",
    "presence",
    "ready",
    "resume",
    "resume_cursor",
    "retry",
    "subscribed",
    "welcome",
];
