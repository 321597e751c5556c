-- How a run over the register ended. A run that decided only what had changed since another
-- names it: for every other unit the rows of that run hold, and are not written again.
CREATE TABLE register_run_end (
  run UUID NOT NULL PRIMARY KEY,
  since UUID,
  -- Runs behind this one.
  depth INTEGER NOT NULL,
  -- The register's version that the run has seen all of.
  register_version BIGINT NOT NULL,
  finished_at BIGINT NOT NULL,
  decided BIGINT NOT NULL,
  units BIGINT NOT NULL,
  entitled BIGINT NOT NULL,
  not_entitled BIGINT NOT NULL,
  unknown BIGINT NOT NULL,
  needs_step BIGINT NOT NULL,
  malformed BIGINT NOT NULL,
  entitled_minor BIGINT NOT NULL
);
APPEND ONLY register_run_end;

-- Units of which no row of this run or of one behind it speaks any more.
CREATE TABLE register_run_without (
  run UUID NOT NULL,
  unit UUID NOT NULL,
  -- Its portrait could not be read; otherwise it is no more.
  malformed BOOLEAN NOT NULL,
  PRIMARY KEY (run, unit)
);
APPEND ONLY register_run_without;
