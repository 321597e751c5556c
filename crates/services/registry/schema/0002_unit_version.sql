-- Which change of the register last touched a portrait: writers of unit_now work one after the
-- other, so a version that was read under their lock has everything up to it and nothing after.
CREATE TABLE unit_version (
  id INTEGER NOT NULL PRIMARY KEY,
  version BIGINT NOT NULL
);
ALTER TABLE unit_now ADD COLUMN version BIGINT NOT NULL DEFAULT 0;
CREATE INDEX unit_now_version ON unit_now (block, version);

-- Units that are no more, and the change that ended them.
CREATE TABLE unit_gone (
  block INTEGER NOT NULL,
  unit UUID NOT NULL,
  version BIGINT NOT NULL,
  PRIMARY KEY (block, version, unit)
);
APPEND ONLY unit_gone;
