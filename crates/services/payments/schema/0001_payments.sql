-- Payments: from a budget line to a person's account and back.
-- Months are year*12+month-1, instants microseconds UTC, money whole tiyin,
-- periods of months half-open. What is decided is never updated; what is updated
-- (balances, states, cursors) is a projection of rows that only grow, and verify
-- holds both equal.

-- Double entry ------------------------------------------------------------------

-- Balances of the transfers below. The check is the last wall behind the engine's
-- own refusal: codes 2 to 4 are promises and debts, 5 to 7 is money that lies somewhere.
CREATE TABLE ledger_account (
    code BIGINT NOT NULL,
    owner UUID NOT NULL,
    currency TEXT NOT NULL,
    debits_minor BIGINT NOT NULL,
    credits_minor BIGINT NOT NULL,
    PRIMARY KEY (code, owner),
    CHECK (code NOT IN (2, 3, 4) OR debits_minor <= credits_minor),
    CHECK (code NOT IN (5, 6, 7) OR credits_minor <= debits_minor)
);

-- The codes of both accounts follow from the step (ledger::Step), so only owners are kept.
CREATE TABLE ledger_transfer (
    step BIGINT NOT NULL,
    subject UUID NOT NULL,
    debit UUID NOT NULL,
    credit UUID NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    at BIGINT NOT NULL,
    PRIMARY KEY (step, subject)
);

-- Budget ------------------------------------------------------------------------

CREATE TABLE appropriation (
    id UUID NOT NULL PRIMARY KEY,
    district BIGINT NOT NULL,
    programme TEXT NOT NULL,
    month BIGINT NOT NULL,
    limit_minor BIGINT NOT NULL CHECK (limit_minor >= 0)
);
CREATE UNIQUE INDEX appropriation_line ON appropriation (district, programme, month);

-- Each setting of a limit, under the id of its command.
CREATE TABLE appropriation_event (
    id UUID NOT NULL PRIMARY KEY,
    appropriation UUID NOT NULL,
    limit_minor BIGINT NOT NULL,
    set_by UUID,
    at BIGINT NOT NULL
);

-- Entitlements ------------------------------------------------------------------

-- to_month, mfo and account are the last event's; the rest never changes.
CREATE TABLE entitlement (
    id UUID NOT NULL PRIMARY KEY,
    award UUID NOT NULL,
    unit UUID NOT NULL,
    payee UUID NOT NULL,
    district BIGINT NOT NULL,
    programme TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    from_month BIGINT NOT NULL,
    to_month BIGINT NOT NULL,
    mfo BIGINT NOT NULL,
    account TEXT NOT NULL,
    events BIGINT NOT NULL,
    CHECK (from_month <= to_month)
);
-- The order of a run: bank by bank.
CREATE INDEX entitlement_bank ON entitlement (mfo, id);
CREATE INDEX entitlement_payee ON entitlement (payee);
CREATE INDEX entitlement_award ON entitlement (award);

CREATE TABLE entitlement_event (
    entitlement UUID NOT NULL,
    seq BIGINT NOT NULL,
    change TEXT NOT NULL,
    to_month BIGINT NOT NULL,
    mfo BIGINT NOT NULL,
    account TEXT NOT NULL,
    reason TEXT NOT NULL,
    changed_by UUID,
    at BIGINT NOT NULL,
    PRIMARY KEY (entitlement, seq)
);

-- Whom an entitlement counts: a person is counted once in a programme and month.
CREATE TABLE entitlement_member (
    programme TEXT NOT NULL,
    person UUID NOT NULL,
    entitlement UUID NOT NULL,
    from_month BIGINT NOT NULL,
    to_month BIGINT NOT NULL,
    PRIMARY KEY (programme, person, entitlement)
);
CREATE INDEX entitlement_member_of ON entitlement_member (entitlement);

-- Run, order, statement -----------------------------------------------------------

-- cursor_*: the last entitlement (regular) or task (reissue) that has its line.
CREATE TABLE payment_run (
    id UUID NOT NULL PRIMARY KEY,
    month BIGINT NOT NULL,
    kind TEXT NOT NULL,
    state TEXT NOT NULL,
    cursor_mfo BIGINT NOT NULL,
    cursor_id UUID NOT NULL,
    lines BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    order_id UUID,
    events BIGINT NOT NULL
);
CREATE INDEX payment_run_month ON payment_run (month);

CREATE TABLE payment_run_event (
    run UUID NOT NULL,
    seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    actor UUID,
    actor_person UUID,
    note TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (run, seq)
);

-- What a run takes from each budget line.
CREATE TABLE payment_run_line (
    run UUID NOT NULL,
    appropriation UUID NOT NULL,
    lines BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    PRIMARY KEY (run, appropriation)
);

CREATE TABLE payment_order (
    id UUID NOT NULL PRIMARY KEY,
    run UUID NOT NULL,
    state TEXT NOT NULL,
    total_minor BIGINT NOT NULL,
    body BYTEA NOT NULL,
    sha256 BYTEA NOT NULL,
    accepted_at BIGINT,
    funded_at BIGINT
);
CREATE UNIQUE INDEX payment_order_run ON payment_order (run);

-- The lines of a statement are the payments between first and last that name it.
CREATE TABLE statement (
    id UUID NOT NULL PRIMARY KEY,
    run UUID NOT NULL,
    mfo BIGINT NOT NULL,
    state TEXT NOT NULL,
    first_payment UUID NOT NULL,
    last_payment UUID NOT NULL,
    lines BIGINT NOT NULL,
    total_minor BIGINT NOT NULL,
    sha256 BYTEA,
    accepted_at BIGINT,
    answered_seq BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    credited_minor BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    returned_minor BIGINT NOT NULL
);
CREATE UNIQUE INDEX statement_run ON statement (run, mfo);

-- One line of a statement. Ids rise in the order of the statement, so a statement
-- is one walk over the primary key.
CREATE TABLE payment (
    id UUID NOT NULL PRIMARY KEY,
    statement UUID NOT NULL,
    entitlement UUID NOT NULL,
    month BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    payee UUID NOT NULL,
    appropriation UUID NOT NULL,
    account TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0)
);
-- Nobody is paid twice: one line for an entitlement, month and attempt.
CREATE UNIQUE INDEX payment_once ON payment (month, entitlement, attempt);

-- What happened to one line after its run was sent; its state is its last event's,
-- or the run's when it has none.
CREATE TABLE payment_event (
    payment UUID NOT NULL,
    seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    reason TEXT,
    happened_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (payment, seq)
);

-- Answers of a bank that fit no payment of ours, or contradict what we know: a work list.
CREATE TABLE unmatched (
    statement UUID NOT NULL,
    seq BIGINT NOT NULL,
    payment UUID NOT NULL,
    outcome TEXT NOT NULL,
    reason TEXT,
    why TEXT NOT NULL,
    happened_at BIGINT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (statement, seq)
);

-- A returned payment waits here until its person's account is put right.
CREATE TABLE account_task (
    id UUID NOT NULL PRIMARY KEY,
    payment UUID NOT NULL,
    entitlement UUID NOT NULL,
    payee UUID NOT NULL,
    district BIGINT NOT NULL,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    opened_at BIGINT NOT NULL,
    mend UUID,
    mfo BIGINT,
    account TEXT,
    mended_by UUID,
    mended_at BIGINT,
    reissued_as UUID
);
CREATE UNIQUE INDEX account_task_payment ON account_task (payment, opened_at);
CREATE INDEX account_task_state ON account_task (state, id);

APPEND ONLY ledger_transfer;
APPEND ONLY appropriation_event;
APPEND ONLY entitlement_event;
APPEND ONLY payment_run_event;
APPEND ONLY payment;
APPEND ONLY payment_event;
APPEND ONLY unmatched;
