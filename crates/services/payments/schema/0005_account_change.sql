-- A wish that a person be paid elsewhere. It takes effect at due_at, unless its person stops it
-- before; what staff ask needs a second person first. No mfo and account: the link is to end.
CREATE TABLE account_change (
    id UUID NOT NULL PRIMARY KEY,
    person UUID NOT NULL,
    district BIGINT NOT NULL,
    mfo BIGINT,
    account TEXT,
    origin TEXT NOT NULL,
    state TEXT NOT NULL,
    events BIGINT NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL
);
CREATE INDEX account_change_person ON account_change (person, asked_at);
CREATE INDEX account_change_due ON account_change (state, due_at);

CREATE TABLE account_change_event (
    change UUID NOT NULL,
    seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    actor UUID,
    actor_person UUID,
    at BIGINT NOT NULL,
    PRIMARY KEY (change, seq)
);
APPEND ONLY account_change_event;

-- Where a person is paid, one version a change that took effect: the last one holds.
CREATE TABLE payee_account (
    person UUID NOT NULL,
    seq BIGINT NOT NULL,
    mfo BIGINT,
    account TEXT,
    change UUID NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, seq)
);
CREATE INDEX payee_account_account ON payee_account (account);
APPEND ONLY payee_account;
