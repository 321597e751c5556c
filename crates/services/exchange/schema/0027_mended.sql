-- What an agency has said otherwise since: it answers no question any more. `by_evidence` is its
-- newer word.
CREATE TABLE evidence_mended (
  evidence UUID NOT NULL,
  by_evidence UUID NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (evidence)
);
APPEND ONLY evidence_mended;
