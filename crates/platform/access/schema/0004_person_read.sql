-- Whom the list of one page named, by the run that its row of the access log names: so each of them
-- finds that row on "who looked at my data".
CREATE TABLE person_read (
    person UUID NOT NULL,
    run    UUID NOT NULL,
    PRIMARY KEY (person, run)
);
APPEND ONLY person_read;

-- Reads of the register as a whole, as log::looks tells them from batches over a few.
CREATE INDEX access_log_whole ON access_log (at) WHERE population IS NOT NULL AND run_id IS NULL
    AND ((population = 0 AND action NOT IN ('manage_accounts', 'read_security_events'))
      OR action IN ('assess_register', 'import_register')
      OR (action = 'search_register' AND population > 100));
