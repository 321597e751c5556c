-- Partners that hand payments over to us, and from which budget they pay. A change is a version.
CREATE TABLE payer (
    account UUID NOT NULL,
    known_from BIGINT NOT NULL,
    programme TEXT NOT NULL,
    district BIGINT NOT NULL,
    blocks TEXT NOT NULL,
    PRIMARY KEY (account, known_from)
);
APPEND ONLY payer;

-- A list of payments as it was received. The same ids of the same payer are the same list.
CREATE TABLE payment_batch (
    id UUID NOT NULL PRIMARY KEY,
    payer UUID NOT NULL,
    request TEXT NOT NULL,
    source TEXT NOT NULL,
    batch TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    month BIGINT NOT NULL,
    received_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX payment_batch_request ON payment_batch (payer, request);
CREATE UNIQUE INDEX payment_batch_name ON payment_batch (payer, batch);
APPEND ONLY payment_batch;

-- One payment of it. What was not failed is an entitlement of the same id, of one month.
CREATE TABLE payment_instruction (
    id UUID NOT NULL PRIMARY KEY,
    batch UUID NOT NULL,
    instruction TEXT NOT NULL,
    payee UUID,
    amount_minor BIGINT,
    failed TEXT
);
CREATE UNIQUE INDEX payment_instruction_name ON payment_instruction (batch, instruction);
APPEND ONLY payment_instruction;

-- What was asked before paying, and what was wrong with it.
CREATE TABLE prepayment_check (
    payer UUID NOT NULL,
    request TEXT NOT NULL,
    batch TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (payer, request)
);
APPEND ONLY prepayment_check;

CREATE TABLE prepayment_failure (
    payer UUID NOT NULL,
    request TEXT NOT NULL,
    instruction TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (payer, request, instruction)
);
APPEND ONLY prepayment_failure;
