-- A human step that did not come in time: told to the district officer. It is open as long as
-- the case still waits for that step, so nobody has to close it and none is forgotten.
CREATE TABLE escalation (
  case_id UUID NOT NULL,
  step TEXT NOT NULL,
  deadline BIGINT NOT NULL,
  district INTEGER NOT NULL,
  mahalla INTEGER NOT NULL,
  opened_at BIGINT NOT NULL,
  PRIMARY KEY (case_id, step, deadline)
);
APPEND ONLY escalation;
CREATE INDEX escalation_district ON escalation (district, deadline);
