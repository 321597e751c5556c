-- The register. Days are days since 1970-01-01, instants microseconds UTC.
-- Rows of person, relation, residence and fact are never updated: a later row
-- for the same key supersedes an earlier one. Tables named *_now are projections
-- of the others; they change in the same transaction and can be rebuilt.

-- One row a version of what is known of a person.
CREATE TABLE person (
  id UUID NOT NULL,
  known_from BIGINT NOT NULL,
  family TEXT NOT NULL,
  given TEXT NOT NULL,
  patronymic TEXT NOT NULL,
  sex INTEGER NOT NULL,
  born INTEGER NOT NULL,
  died INTEGER,
  phone TEXT,
  source INTEGER NOT NULL,
  evidence UUID,
  row_hash BIGINT,
  PRIMARY KEY (id, known_from)
);

CREATE TABLE identifier (
  kind INTEGER NOT NULL,
  value TEXT NOT NULL,
  person UUID NOT NULL,
  valid_from INTEGER NOT NULL,
  known_from BIGINT NOT NULL,
  PRIMARY KEY (kind, value)
);
CREATE INDEX identifier_of_person ON identifier (person, kind);

-- person is the spouse (of other), parent, adopter or guardian (of other).
-- valid_to = valid_from withdraws: the tie never was.
CREATE TABLE relation (
  person UUID NOT NULL,
  kind INTEGER NOT NULL,
  other UUID NOT NULL,
  valid_from INTEGER NOT NULL,
  known_from BIGINT NOT NULL,
  valid_to INTEGER,
  source INTEGER NOT NULL,
  evidence UUID,
  PRIMARY KEY (person, kind, other, valid_from, known_from)
);
CREATE INDEX relation_of_other ON relation (other);

CREATE TABLE dwelling (
  id UUID NOT NULL,
  code TEXT NOT NULL,
  district INTEGER NOT NULL,
  mahalla INTEGER NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX dwelling_by_code ON dwelling (code);

-- A person lives in the dwelling with the latest valid_from on or before the day.
CREATE TABLE residence (
  person UUID NOT NULL,
  valid_from INTEGER NOT NULL,
  known_from BIGINT NOT NULL,
  dwelling UUID NOT NULL,
  source INTEGER NOT NULL,
  evidence UUID,
  PRIMARY KEY (person, valid_from, known_from)
);
CREATE INDEX residence_in_dwelling ON residence (dwelling);

-- One row an answer about one owner (person or unit): body holds all its rows.
CREATE TABLE fact (
  id UUID NOT NULL,
  owner UUID NOT NULL,
  kind INTEGER NOT NULL,
  source INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  received_at BIGINT NOT NULL,
  evidence UUID NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX fact_of_owner ON fact (owner, kind);

-- How a regime composes its unit of assessment.
CREATE TABLE unit_block (
  code INTEGER NOT NULL,
  name TEXT NOT NULL,
  definition TEXT NOT NULL,
  PRIMARY KEY (code)
);
CREATE UNIQUE INDEX unit_block_by_name ON unit_block (name);

-- The current unit with the packed current facts of its members.
CREATE TABLE unit_now (
  block INTEGER NOT NULL,
  unit UUID NOT NULL,
  head UUID NOT NULL,
  district INTEGER NOT NULL,
  mahalla INTEGER NOT NULL,
  composed_on INTEGER NOT NULL,
  packed BYTEA NOT NULL,
  PRIMARY KEY (block, unit)
);

CREATE TABLE unit_member_now (
  person UUID NOT NULL,
  block INTEGER NOT NULL,
  unit UUID NOT NULL,
  PRIMARY KEY (person, block)
);

-- Messages of the civil registry: the id is the sender's, one message one event.
CREATE TABLE life_event (
  id UUID NOT NULL,
  kind INTEGER NOT NULL,
  happened_on INTEGER NOT NULL,
  person UUID NOT NULL,
  other UUID,
  received_at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX life_event_of_person ON life_event (person);
