-- Work to be done later, by whoever is free. A row goes when the work is done.
CREATE TABLE job (
    id           UUID   NOT NULL PRIMARY KEY,
    kind         TEXT   NOT NULL,
    key          TEXT   NOT NULL,  -- one waiting job a kind and key
    payload      TEXT   NOT NULL,
    state        TEXT   NOT NULL CHECK (state IN ('ready', 'running', 'dead')),
    run_at       BIGINT NOT NULL,  -- when anyone may take it: its time, or the end of its lease
    attempts     BIGINT NOT NULL,
    attempts_max BIGINT NOT NULL,
    owner        TEXT   NOT NULL,  -- who looks at it when it is dead
    error        TEXT
);
CREATE UNIQUE INDEX job_waiting ON job (kind, key) WHERE state = 'ready';
CREATE INDEX job_due ON job (kind, run_at, id) WHERE state <> 'dead';

-- What happened, for other services; written with the change itself.
CREATE TABLE outbox (
    id      UUID   NOT NULL PRIMARY KEY,
    topic   TEXT   NOT NULL,
    key     TEXT   NOT NULL,
    payload TEXT   NOT NULL,
    at      BIGINT NOT NULL
);
APPEND ONLY outbox;

CREATE TABLE outbox_consumer (
    topic    TEXT NOT NULL,
    consumer TEXT NOT NULL,
    PRIMARY KEY (topic, consumer)
);

-- Who has still to hear of it.
CREATE TABLE outbox_waiting (
    consumer TEXT NOT NULL,
    id       UUID NOT NULL,
    PRIMARY KEY (consumer, id)
);

-- The same command, sent again, has the same answer.
CREATE TABLE idempotency (
    scope        TEXT   NOT NULL,
    key          TEXT   NOT NULL,
    request_hash BYTEA  NOT NULL,
    response     TEXT,
    at           BIGINT NOT NULL,
    PRIMARY KEY (scope, key)
);

CREATE TABLE setting (
    key   TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
);
