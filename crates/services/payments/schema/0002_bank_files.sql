-- Banks that take files and answer with files. What went out under which name, what came
-- in, what of it was booked, and what waits for a person.

-- How a bank is spoken to from now on; a bank without a row is called over the wire.
CREATE TABLE bank_channel (
    mfo BIGINT NOT NULL PRIMARY KEY,
    way TEXT NOT NULL,
    account TEXT NOT NULL,
    form TEXT NOT NULL,
    owner TEXT NOT NULL,
    set_at BIGINT NOT NULL
);

-- By which way a statement leaves, written before anything of it leaves: none goes two ways.
CREATE TABLE statement_way (
    statement UUID NOT NULL PRIMARY KEY,
    way TEXT NOT NULL,
    at BIGINT NOT NULL
);

-- A file of a statement: all that its bytes are made from beside the lines. Attempt 2
-- exists only when the bank has rejected attempt 1 whole.
CREATE TABLE statement_file (
    statement UUID NOT NULL,
    attempt BIGINT NOT NULL,
    message TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    pay_on BIGINT NOT NULL,
    account TEXT NOT NULL,
    form TEXT NOT NULL,
    owner TEXT NOT NULL,
    sha256 BYTEA,
    PRIMARY KEY (statement, attempt)
);
CREATE UNIQUE INDEX statement_file_message ON statement_file (message);
CREATE INDEX statement_file_account ON statement_file (account);

CREATE TABLE statement_rejection (
    statement UUID NOT NULL,
    attempt BIGINT NOT NULL,
    reason TEXT,
    file UUID NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (statement, attempt)
);

-- A file of a bank. mfo 0: of no bank that we gave a file to. taken: of its items, so many
-- are worked in; a file that was interrupted goes on there. The counts add up to taken.
CREATE TABLE bank_file (
    id UUID NOT NULL PRIMARY KEY,
    mfo BIGINT NOT NULL,
    kind TEXT NOT NULL,
    message TEXT NOT NULL,
    sha256 BYTEA NOT NULL,
    made_at BIGINT,
    items BIGINT NOT NULL,
    taken BIGINT NOT NULL,
    credited BIGINT NOT NULL,
    returned BIGINT NOT NULL,
    repeated BIGINT NOT NULL,
    noted BIGINT NOT NULL,
    unmatched BIGINT NOT NULL,
    at BIGINT NOT NULL,
    ended_at BIGINT
);
CREATE UNIQUE INDEX bank_file_message ON bank_file (mfo, kind, message);

-- Each side of a payment under the bank's own name of it: the same booking told by two
-- files is one row, a second booking shows.
CREATE TABLE payment_booking (
    payment UUID NOT NULL,
    side TEXT NOT NULL,
    reference TEXT NOT NULL,
    day BIGINT,
    file UUID NOT NULL,
    PRIMARY KEY (payment, side, reference)
);

-- Statements of our accounts, to see that none is missing and that each adds up.
CREATE TABLE account_statement (
    file UUID NOT NULL,
    place BIGINT NOT NULL,
    mfo BIGINT NOT NULL,
    account TEXT NOT NULL,
    number BIGINT,
    day BIGINT NOT NULL,
    opening_minor BIGINT,
    closing_minor BIGINT,
    debits_minor BIGINT NOT NULL,
    credits_minor BIGINT NOT NULL,
    entries BIGINT NOT NULL,
    said_entries BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (file, place)
);
CREATE INDEX account_statement_day ON account_statement (account, day);

-- Lines of files that fit no payment of ours, or contradict what we know: a work list.
CREATE TABLE unmatched_line (
    file UUID NOT NULL,
    place BIGINT NOT NULL,
    end_to_end TEXT,
    says TEXT NOT NULL,
    amount_minor BIGINT,
    reason TEXT,
    reference TEXT,
    why TEXT NOT NULL,
    day BIGINT,
    at BIGINT NOT NULL,
    PRIMARY KEY (file, place)
);

APPEND ONLY statement_way;
APPEND ONLY statement_rejection;
APPEND ONLY payment_booking;
APPEND ONLY account_statement;
APPEND ONLY unmatched_line;
