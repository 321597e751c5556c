-- Somebody else receives a person's money: the document, until when, and where the money goes then.
CREATE TABLE account_nominee (
    change UUID NOT NULL PRIMARY KEY,
    nominee UUID NOT NULL,
    basis TEXT NOT NULL,
    until BIGINT NOT NULL,
    back_mfo BIGINT NOT NULL,
    back_account TEXT NOT NULL
);
APPEND ONLY account_nominee;
-- Nominees whose end is still to come: each end is looked at once.
CREATE TABLE account_nominee_open (
    change UUID NOT NULL PRIMARY KEY,
    until BIGINT NOT NULL
);
CREATE INDEX account_nominee_open_until ON account_nominee_open (until);
