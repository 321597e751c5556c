-- Whoever has no account is paid at the cash desks of one bank: the money goes to the bank's own
-- account for them, and the line names the person. The newest row holds; without an account nobody
-- is sent to the desks any more.
CREATE TABLE cash_desk (
    seq BIGINT NOT NULL PRIMARY KEY,
    mfo BIGINT,
    account TEXT,
    set_by UUID,
    at BIGINT NOT NULL
);
APPEND ONLY cash_desk;

-- Whom the desks pay, as the cashier reads it in the passport; the newest version holds.
CREATE TABLE cash_payee (
    person UUID NOT NULL,
    seq BIGINT NOT NULL,
    pinfl TEXT NOT NULL,
    name TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (person, seq)
);
APPEND ONLY cash_payee;

-- The name that a line was built with: it is hashed with the line and never changes.
CREATE TABLE cash_line (
    payment UUID NOT NULL PRIMARY KEY,
    pinfl TEXT NOT NULL,
    name TEXT NOT NULL
);
APPEND ONLY cash_line;
