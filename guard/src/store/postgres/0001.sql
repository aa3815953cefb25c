-- Text compares by its bytes, as everywhere in the guard.
CREATE TABLE guard_proof (text TEXT COLLATE "C" NOT NULL PRIMARY KEY);

-- The head, the newest event's number, is changed to lock the row: events are appended to a stream one batch at a time.
CREATE TABLE guard_stream (
    id BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    kind TEXT COLLATE "C" NOT NULL,
    tenant TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    stream TEXT COLLATE "C" NOT NULL,
    head BIGINT NOT NULL,
    UNIQUE (kind, tenant, mode, project, stream)
);

-- In the order in which it is read, whichever streams were written between.
CREATE TABLE guard_event (
    stream BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    tag BIGINT NOT NULL,
    at_ms BIGINT NOT NULL,
    body TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (stream, seq)
);

CREATE TABLE guard_ticket (
    tenant TEXT COLLATE "C" NOT NULL,
    jti TEXT COLLATE "C" NOT NULL,
    expires_at_s BIGINT NOT NULL,
    PRIMARY KEY (tenant, jti)
);

CREATE INDEX guard_ticket_by_end ON guard_ticket (expires_at_s);

-- One row: tickets that ended by then are forgotten.
CREATE TABLE guard_ticket_end (forgotten_s BIGINT NOT NULL);

INSERT INTO guard_ticket_end VALUES (-1);

-- Amounts are millionths of the currency's unit.
CREATE TABLE guard_account (
    id BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    tenant TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    held BIGINT NOT NULL CHECK (held >= 0),
    spent BIGINT NOT NULL CHECK (spent >= 0),
    UNIQUE (tenant, mode, project, currency, name)
);

CREATE TABLE guard_charge (
    id BIGINT PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
    tenant TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    route TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('held', 'settled', 'released', 'expired')),
    amount BIGINT NOT NULL,
    expires_at_ms BIGINT NOT NULL,
    UNIQUE (tenant, request_id, route)
);

CREATE INDEX guard_charge_by_end ON guard_charge (expires_at_ms) WHERE state = 'held';

CREATE TABLE guard_charge_account (
    charge BIGINT NOT NULL REFERENCES guard_charge (id),
    account BIGINT NOT NULL REFERENCES guard_account (id),
    PRIMARY KEY (charge, account)
);

CREATE TABLE guard_usage_scope (
    tenant TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    last BIGINT NOT NULL,
    PRIMARY KEY (tenant, mode, project)
);

CREATE TABLE guard_usage (
    tenant_id TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    project_id TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    surface TEXT COLLATE "C",
    app TEXT COLLATE "C",
    tool_type TEXT COLLATE "C" NOT NULL,
    tool_id TEXT COLLATE "C" NOT NULL,
    provider TEXT COLLATE "C" NOT NULL,
    model_or_plan_id TEXT COLLATE "C" NOT NULL,
    request_id TEXT COLLATE "C" NOT NULL,
    trace_id TEXT COLLATE "C",
    run_id TEXT COLLATE "C",
    step_id TEXT COLLATE "C",
    tokens_input BIGINT NOT NULL,
    tokens_output BIGINT NOT NULL,
    cost BIGINT NOT NULL,
    currency TEXT COLLATE "C" NOT NULL,
    metadata TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (tenant_id, mode, project_id, seq)
);

CREATE INDEX guard_usage_by_time ON guard_usage (tenant_id, created_at);

CREATE TABLE guard_audit_chain (
    tenant TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, mode, project)
);

CREATE TABLE guard_audit (
    tenant TEXT COLLATE "C" NOT NULL,
    mode TEXT COLLATE "C" NOT NULL,
    project TEXT COLLATE "C" NOT NULL,
    seq BIGINT NOT NULL,
    previous TEXT COLLATE "C" NOT NULL,
    hash TEXT COLLATE "C" NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (tenant, mode, project, seq)
);

-- A policy without a body was taken back.
CREATE TABLE guard_policy (
    gate TEXT COLLATE "C" NOT NULL,
    scope TEXT COLLATE "C" NOT NULL,
    subject TEXT COLLATE "C" NOT NULL,
    version BIGINT NOT NULL,
    revision BIGINT NOT NULL UNIQUE,
    body TEXT COLLATE "C",
    put_by TEXT COLLATE "C" NOT NULL,
    at_ms BIGINT NOT NULL,
    PRIMARY KEY (gate, scope, subject)
);

-- One row: the last revision.
CREATE TABLE guard_policy_revision (revision BIGINT NOT NULL);

INSERT INTO guard_policy_revision VALUES (0)
