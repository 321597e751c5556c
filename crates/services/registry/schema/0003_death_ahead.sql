-- Deaths of infants that were told before their births, until the birth comes or for a year and some.
CREATE TABLE death_ahead (
  pinfl TEXT NOT NULL PRIMARY KEY,
  id UUID NOT NULL,
  died_on INTEGER NOT NULL,
  told_at BIGINT NOT NULL
);
