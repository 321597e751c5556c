-- What an agency has said otherwise since: it answers no question any more. `by_evidence` is its
-- newer word.
CREATE TABLE evidence_mended (
  id UUID NOT NULL,
  evidence UUID NOT NULL,
  by_evidence UUID NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (id)
);
CREATE UNIQUE INDEX evidence_mended_once ON evidence_mended (evidence);
APPEND ONLY evidence_mended;
