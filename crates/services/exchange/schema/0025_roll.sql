-- Rolls: what stood of evidence, questions and people's words when it was taken up. Each names the hash
-- of the one before it, and the access log, which is signed, holds the hash of the newest.
CREATE TABLE kept_roll (
  seq BIGINT NOT NULL,
  -- The table whose rows it lists.
  what TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- The last id that is on it: the next one begins after that.
  upto UUID NOT NULL,
  -- Of each row its id, its place under that id, and the hash of its fields.
  list BYTEA NOT NULL,
  previous BYTEA NOT NULL,
  hash BYTEA NOT NULL,
  PRIMARY KEY (seq)
);
CREATE INDEX kept_roll_of_table ON kept_roll (what, seq);
CREATE UNIQUE INDEX kept_roll_hash ON kept_roll (hash);
APPEND ONLY kept_roll;

-- The ids of words do not rise with time, so that which of them are on a roll stands here.
CREATE TABLE consent_on_roll (
  record UUID NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (record, seq)
);
APPEND ONLY consent_on_roll;

CREATE INDEX question_unanswered_by_id ON question_unanswered (id);
