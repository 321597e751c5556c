-- What agencies said. Nothing here is updated or deleted by the program.

-- One row a call that was answered: the answer as received, byte for byte.
CREATE TABLE exchange_answer (
  id UUID NOT NULL,
  agency INTEGER NOT NULL,
  legal_basis TEXT NOT NULL,
  purpose TEXT NOT NULL,
  sent_at BIGINT NOT NULL,
  received_at BIGINT NOT NULL,
  persons INTEGER NOT NULL,
  sha256 BYTEA NOT NULL,
  body BYTEA NOT NULL,
  PRIMARY KEY (id)
);

-- One row a person an answer speaks of; facts point here.
CREATE TABLE evidence (
  id UUID NOT NULL,
  person UUID NOT NULL,
  agency INTEGER NOT NULL,
  answer UUID NOT NULL,
  window_from INTEGER NOT NULL,
  window_to INTEGER NOT NULL,
  consent TEXT,
  as_of INTEGER NOT NULL,
  valid_until INTEGER NOT NULL,
  received_at BIGINT NOT NULL,
  found BOOLEAN NOT NULL,
  PRIMARY KEY (id)
);
CREATE INDEX evidence_of_person ON evidence (person, agency);

-- Answers that were not believed: kept for the quarrel with the partner, never for a decision.
CREATE TABLE evidence_refused (
  id UUID NOT NULL,
  agency INTEGER NOT NULL,
  request UUID NOT NULL,
  person UUID,
  reason TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  sha256 BYTEA NOT NULL,
  bytes BIGINT NOT NULL,
  head BYTEA NOT NULL,
  PRIMARY KEY (id)
);
