-- On what each question to an agency rests: the law, or a person's consent. What stood when is a
-- chain of revisions, each with the hash of the one before it.
CREATE TABLE data_agreement (
    id UUID NOT NULL,
    seq BIGINT NOT NULL,
    agency TEXT NOT NULL,
    snapshot TEXT NOT NULL,
    hash BYTEA NOT NULL,
    predecessor BYTEA,
    at BIGINT NOT NULL,
    PRIMARY KEY (id, seq)
);
APPEND ONLY data_agreement;

-- A person's word on an agreement that rests on consent.
CREATE TABLE consent_record (
    id UUID NOT NULL PRIMARY KEY,
    person UUID NOT NULL,
    agreement UUID NOT NULL
);
CREATE UNIQUE INDEX consent_record_person ON consent_record (person, agreement);

-- Given, taken back, given again: the last revision holds. through: the application, the page, or
-- the partner's system by which it was said.
CREATE TABLE consent_revision (
    record UUID NOT NULL,
    seq BIGINT NOT NULL,
    agreement_seq BIGINT NOT NULL,
    opt_in BOOLEAN NOT NULL,
    through TEXT NOT NULL,
    said_by UUID,
    hash BYTEA NOT NULL,
    predecessor BYTEA,
    at BIGINT NOT NULL,
    PRIMARY KEY (record, seq)
);
APPEND ONLY consent_record;
APPEND ONLY consent_revision;
