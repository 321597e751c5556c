-- Which cases a batch read, by the run that its row of the access log names: so the person finds
-- that row on "who looked at my data".
CREATE TABLE case_read (
  case_id UUID NOT NULL,
  run UUID NOT NULL,
  PRIMARY KEY (case_id, run)
);
APPEND ONLY case_read;
