-- Who may sign in, as what, for which territory.
CREATE TABLE account (
    id        UUID    NOT NULL PRIMARY KEY,
    login     TEXT    NOT NULL,  -- trimmed, lower case; a citizen's is the PINFL
    role      TEXT    NOT NULL,
    territory BIGINT  NOT NULL,  -- SOATO: 0 country, 4 digits region, 7 district, 10 mahalla
    office    TEXT    NOT NULL,  -- what the citizen reads on "who looked"
    person    UUID,              -- the person of the register, for citizens
    secret    TEXT    NOT NULL,  -- argon2id, in the PHC form
    closed    BOOLEAN NOT NULL
);
CREATE UNIQUE INDEX account_login ON account (login);

-- Tries since the last success, for logins that exist and that do not.
CREATE TABLE sign_in_try (
    login_hash   BYTEA  NOT NULL PRIMARY KEY,
    tries        BIGINT NOT NULL,
    last_at      BIGINT NOT NULL,
    locked_until BIGINT NOT NULL
);

-- The token itself is only in the hands of its owner.
CREATE TABLE session (
    token_hash   BYTEA  NOT NULL PRIMARY KEY,
    account      UUID   NOT NULL,
    kind         TEXT   NOT NULL,
    opened_at    BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    ends_at      BIGINT NOT NULL
);
CREATE INDEX session_account ON session (account);

-- Every look at personal data, and every one that was refused.
CREATE TABLE access_log (
    chain_id   UUID    NOT NULL,  -- one a process
    seq        BIGINT  NOT NULL,
    at         BIGINT  NOT NULL,
    account    UUID    NOT NULL,
    role       TEXT    NOT NULL,
    office     TEXT    NOT NULL,
    action     TEXT    NOT NULL,
    purpose    TEXT    NOT NULL,
    granted    BOOLEAN NOT NULL,
    territory  BIGINT,
    person     UUID,
    case_id    UUID,
    run_id     UUID,
    population BIGINT,            -- of a batch: how many persons or families
    prev_hash  BYTEA   NOT NULL,
    hash       BYTEA   NOT NULL,
    PRIMARY KEY (chain_id, seq)
);
CREATE INDEX access_log_person ON access_log (person, at) WHERE person IS NOT NULL;
CREATE INDEX access_log_case ON access_log (case_id, at) WHERE case_id IS NOT NULL;
CREATE INDEX access_log_run ON access_log (run_id, at) WHERE run_id IS NOT NULL;
APPEND ONLY access_log;
