-- Awards that run again after a stop: the death that had stopped them was taken back. award is the one
-- that took its place; none where its term was over meanwhile.
CREATE TABLE award_resumed (
  stopped UUID NOT NULL PRIMARY KEY,
  award UUID,
  resumed_at BIGINT NOT NULL
);
APPEND ONLY award_resumed;

-- Deaths that the registry may still take back are looked for by their hour.
CREATE INDEX award_stop_death ON award_stop (stopped_at) WHERE reason = 'death';
