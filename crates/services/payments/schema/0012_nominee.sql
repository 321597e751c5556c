-- Somebody else receives a person's money: the document, until when, and where the money goes then.
CREATE TABLE account_nominee (
    change UUID NOT NULL PRIMARY KEY,
    nominee UUID NOT NULL,
    basis TEXT NOT NULL,
    until BIGINT NOT NULL,
    back_mfo BIGINT NOT NULL,
    back_account TEXT NOT NULL
);
CREATE INDEX account_nominee_until ON account_nominee (until);
APPEND ONLY account_nominee;
