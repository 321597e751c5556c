-- A question that was sent about a person and of which no answer was believed: the agency heard
-- the number all the same, so the person reads of it. What was believed stands in evidence.
CREATE TABLE question_unanswered (
  person UUID NOT NULL,
  id UUID NOT NULL,
  agency INTEGER NOT NULL,
  legal_basis TEXT NOT NULL,
  purpose TEXT NOT NULL,
  consent TEXT,
  sent_at BIGINT NOT NULL,
  reason TEXT NOT NULL,
  PRIMARY KEY (person, id)
);
APPEND ONLY question_unanswered;
