-- Text compares by its bytes, as everywhere in the guard.
CREATE TABLE guard_proof (text TEXT NOT NULL PRIMARY KEY) STRICT;

CREATE TABLE guard_stream (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL,
    tenant TEXT NOT NULL,
    mode TEXT NOT NULL,
    project TEXT NOT NULL,
    stream TEXT NOT NULL,
    UNIQUE (kind, tenant, mode, project, stream)
) STRICT;

-- In the order in which it is read, whichever streams were written between.
CREATE TABLE guard_event (
    stream INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    tag INTEGER NOT NULL,
    at_ms INTEGER NOT NULL,
    body TEXT NOT NULL,
    PRIMARY KEY (stream, seq)
) STRICT, WITHOUT ROWID;

CREATE TABLE guard_ticket (
    tenant TEXT NOT NULL,
    jti TEXT NOT NULL,
    expires_at_s INTEGER NOT NULL,
    PRIMARY KEY (tenant, jti)
) STRICT, WITHOUT ROWID;

CREATE INDEX guard_ticket_by_end ON guard_ticket (expires_at_s);

-- One row: tickets that ended by then are forgotten.
CREATE TABLE guard_ticket_end (forgotten_s INTEGER NOT NULL) STRICT;

INSERT INTO guard_ticket_end VALUES (-1);

-- Amounts are millionths of the currency's unit.
CREATE TABLE guard_account (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    mode TEXT NOT NULL,
    project TEXT NOT NULL,
    currency TEXT NOT NULL,
    name TEXT NOT NULL,
    held INTEGER NOT NULL CHECK (held >= 0),
    spent INTEGER NOT NULL CHECK (spent >= 0),
    UNIQUE (tenant, mode, project, currency, name)
) STRICT;

CREATE TABLE guard_charge (
    id INTEGER PRIMARY KEY,
    tenant TEXT NOT NULL,
    request_id TEXT NOT NULL,
    route TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('held', 'settled', 'released', 'expired')),
    amount INTEGER NOT NULL,
    expires_at_ms INTEGER NOT NULL,
    UNIQUE (tenant, request_id, route)
) STRICT;

CREATE INDEX guard_charge_by_end ON guard_charge (expires_at_ms) WHERE state = 'held';

CREATE TABLE guard_charge_account (
    charge INTEGER NOT NULL REFERENCES guard_charge (id),
    account INTEGER NOT NULL REFERENCES guard_account (id),
    PRIMARY KEY (charge, account)
) STRICT, WITHOUT ROWID;

CREATE TABLE guard_usage_scope (
    tenant TEXT NOT NULL,
    mode TEXT NOT NULL,
    project TEXT NOT NULL,
    last INTEGER NOT NULL,
    PRIMARY KEY (tenant, mode, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE guard_usage (
    tenant_id TEXT NOT NULL,
    mode TEXT NOT NULL,
    project_id TEXT NOT NULL,
    seq INTEGER NOT NULL,
    surface TEXT,
    app TEXT,
    tool_type TEXT NOT NULL,
    tool_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    model_or_plan_id TEXT NOT NULL,
    request_id TEXT NOT NULL,
    trace_id TEXT,
    run_id TEXT,
    step_id TEXT,
    tokens_input INTEGER NOT NULL,
    tokens_output INTEGER NOT NULL,
    cost INTEGER NOT NULL,
    currency TEXT NOT NULL,
    metadata TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (tenant_id, mode, project_id, seq)
) STRICT;

CREATE INDEX guard_usage_by_time ON guard_usage (tenant_id, created_at);

CREATE TABLE guard_audit_chain (
    tenant TEXT NOT NULL,
    mode TEXT NOT NULL,
    project TEXT NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (tenant, mode, project)
) STRICT, WITHOUT ROWID;

CREATE TABLE guard_audit (
    tenant TEXT NOT NULL,
    mode TEXT NOT NULL,
    project TEXT NOT NULL,
    seq INTEGER NOT NULL,
    previous TEXT NOT NULL,
    hash TEXT NOT NULL,
    payload TEXT NOT NULL,
    PRIMARY KEY (tenant, mode, project, seq)
) STRICT;

-- A policy without a body was taken back.
CREATE TABLE guard_policy (
    gate TEXT NOT NULL,
    scope TEXT NOT NULL,
    subject TEXT NOT NULL,
    version INTEGER NOT NULL,
    revision INTEGER NOT NULL UNIQUE,
    body TEXT,
    put_by TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    PRIMARY KEY (gate, scope, subject)
) STRICT;

-- One row: the last revision.
CREATE TABLE guard_policy_revision (revision INTEGER NOT NULL) STRICT;

INSERT INTO guard_policy_revision VALUES (0)
