-- Deaths that the civil registry has taken back, by the message that had told of each: whichever of
-- the two came first, the death does not count. Of an infant it may come before the birth.
CREATE TABLE death_annulled (
  death UUID NOT NULL,
  pinfl TEXT NOT NULL,
  died_on INTEGER NOT NULL,
  id UUID NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (death, pinfl, died_on)
);
APPEND ONLY death_annulled;

-- Several deaths of one infant may be told before its birth, of which one is taken back.
CREATE TABLE deaths_ahead (
  pinfl TEXT NOT NULL,
  id UUID NOT NULL,
  died_on INTEGER NOT NULL,
  told_at BIGINT NOT NULL,
  PRIMARY KEY (pinfl, id)
);
INSERT INTO deaths_ahead (pinfl, id, died_on, told_at)
  SELECT pinfl, id, died_on, told_at FROM death_ahead;
DROP TABLE death_ahead;
