-- Questions that a registry answers later, in messages of its own. A row is kept before the question
-- leaves us, in the transaction of its sending job.
CREATE TABLE awaited_question (
  -- The message and the transaction of our asking.
  id UUID NOT NULL,
  agency INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  window_from INTEGER NOT NULL,
  window_to INTEGER NOT NULL,
  legal_basis TEXT NOT NULL,
  consent TEXT,
  -- The run or case by which our log names the look.
  issue TEXT,
  asked_at BIGINT NOT NULL,
  -- When the registry is asked what has become of it.
  deadline BIGINT NOT NULL,
  -- How often that was put off.
  prolonged INTEGER NOT NULL,
  -- kept, sent, ended
  state TEXT NOT NULL,
  sent_at BIGINT,
  -- The registry's name of the question.
  correlation TEXT,
  PRIMARY KEY (id)
);

-- Whom a question is about, and what became of each.
CREATE TABLE awaited_person (
  question UUID NOT NULL,
  place INTEGER NOT NULL,
  agency INTEGER NOT NULL,
  pinfl TEXT NOT NULL,
  -- awaited, told, nothing, refused, given_up
  state TEXT NOT NULL,
  settled_at BIGINT,
  reason TEXT,
  -- Of what was told last: the day it speaks for, when the registry sent it, and its hash.
  told_as_of INTEGER,
  told_at BIGINT,
  told_sha256 BYTEA,
  PRIMARY KEY (question, place)
);
CREATE INDEX awaited_person_of_number ON awaited_person (agency, pinfl);

-- The cases that wait for a question.
CREATE TABLE awaited_case (
  question UUID NOT NULL,
  case_id UUID NOT NULL,
  PRIMARY KEY (question, case_id)
);
