-- Casework: what a family asked, what the law said about it on which facts, what was decided.
-- Days count from 1970-01-01, months are year*12+month-1, instants are microseconds UTC,
-- money is minor units. Rows of application, case_event, basis, assessment, decision, award
-- and award_stop are never changed; case_now is their projection.

CREATE TABLE pack_text (
  hash BYTEA NOT NULL PRIMARY KEY,
  regime TEXT NOT NULL,
  language_version INTEGER NOT NULL,
  stored_at BIGINT NOT NULL,
  canonical TEXT NOT NULL
);
APPEND ONLY pack_text;

-- id is the client's: the same id is the same application.
CREATE TABLE application (
  id UUID NOT NULL PRIMARY KEY,
  case_id UUID NOT NULL,
  number TEXT NOT NULL,
  applicant UUID NOT NULL,
  unit UUID NOT NULL,
  month INTEGER NOT NULL,
  counted_month INTEGER NOT NULL,
  regime TEXT NOT NULL,
  lodged_at BIGINT NOT NULL,
  lodged_by UUID NOT NULL,
  bank_consent BOOLEAN NOT NULL
);
APPEND ONLY application;
CREATE UNIQUE INDEX application_one_a_family_a_month ON application (unit, month);

CREATE TABLE case_now (
  id UUID NOT NULL PRIMARY KEY,
  number TEXT NOT NULL,
  origin TEXT NOT NULL,
  former_case UUID,
  applicant UUID NOT NULL,
  unit UUID NOT NULL,
  district INTEGER NOT NULL,
  mahalla INTEGER NOT NULL,
  regime TEXT NOT NULL,
  bank_consent BOOLEAN NOT NULL,
  lodged_at BIGINT NOT NULL,
  applied_on INTEGER NOT NULL,
  counted_month INTEGER NOT NULL,
  window_end INTEGER NOT NULL,
  former_category TEXT,
  roster BYTEA,
  state TEXT NOT NULL,
  wait TEXT,
  wait_detail TEXT,
  wait_since BIGINT,
  wait_deadline BIGINT,
  verdict TEXT,
  assessment UUID,
  pack BYTEA,
  programme TEXT,
  category TEXT,
  amount_minor BIGINT,
  per_capita_minor BIGINT,
  last_month INTEGER,
  decision UUID,
  decided_at BIGINT,
  events INTEGER NOT NULL
);
CREATE UNIQUE INDEX case_now_number ON case_now (number);
CREATE INDEX case_now_applicant ON case_now (applicant);
CREATE INDEX case_now_unit ON case_now (unit);
CREATE INDEX case_now_former ON case_now (former_case);
CREATE INDEX case_now_state ON case_now (state, district);
CREATE INDEX case_now_month ON case_now (counted_month, district);

CREATE TABLE case_event (
  case_id UUID NOT NULL,
  seq INTEGER NOT NULL,
  at BIGINT NOT NULL,
  kind TEXT NOT NULL,
  account UUID,
  detail TEXT NOT NULL,
  PRIMARY KEY (case_id, seq)
);
APPEND ONLY case_event;

-- A visit, a conclusion or a confirmation by its sender's id: one message is taken once.
CREATE TABLE step_message (
  id UUID NOT NULL PRIMARY KEY,
  case_id UUID NOT NULL
);

-- On which law and which day assessments stood: shared by the assessments of one batch.
CREATE TABLE basis (
  id UUID NOT NULL PRIMARY KEY,
  regime TEXT NOT NULL,
  pack BYTEA NOT NULL,
  language_version INTEGER NOT NULL,
  decided_on INTEGER NOT NULL,
  assessed_at BIGINT NOT NULL,
  applied_on INTEGER NOT NULL,
  counted_month INTEGER NOT NULL,
  window_end INTEGER NOT NULL,
  origin TEXT NOT NULL,
  former_category TEXT,
  stage TEXT NOT NULL
);
APPEND ONLY basis;

-- subject is the case, or the run that assessed the register: both are made in the order of
-- time, so rows are appended, and no second index is needed.
CREATE TABLE assessment (
  subject UUID NOT NULL,
  unit UUID NOT NULL,
  id UUID NOT NULL,
  basis UUID NOT NULL,
  roster BYTEA NOT NULL,
  facts BYTEA NOT NULL,
  verdict INTEGER NOT NULL,
  programme TEXT,
  category TEXT,
  amount_minor BIGINT,
  per_capita_minor BIGINT,
  trace BYTEA NOT NULL,
  PRIMARY KEY (subject, unit, id)
);
APPEND ONLY assessment;

CREATE TABLE register_run (
  id UUID NOT NULL PRIMARY KEY,
  basis UUID NOT NULL,
  unit_block TEXT NOT NULL,
  month INTEGER NOT NULL,
  started_at BIGINT NOT NULL
);

-- Made by the system: there is no column for a person who approves or refuses.
CREATE TABLE decision (
  case_id UUID NOT NULL,
  id UUID NOT NULL,
  assessment UUID NOT NULL,
  outcome TEXT NOT NULL,
  decided_at BIGINT NOT NULL,
  first_month INTEGER,
  programme TEXT,
  category TEXT,
  amount_minor BIGINT,
  PRIMARY KEY (case_id, id)
);
APPEND ONLY decision;

-- Half-open: paid from first_month up to, but not in, end_month.
CREATE TABLE award (
  id UUID NOT NULL PRIMARY KEY,
  case_id UUID NOT NULL,
  decision UUID NOT NULL,
  unit UUID NOT NULL,
  payee UUID NOT NULL,
  district INTEGER NOT NULL,
  regime TEXT NOT NULL,
  programme TEXT NOT NULL,
  category TEXT,
  amount_minor BIGINT NOT NULL,
  first_month INTEGER NOT NULL,
  end_month INTEGER NOT NULL,
  at_end TEXT NOT NULL
);
APPEND ONLY award;
CREATE INDEX award_case ON award (case_id);
CREATE INDEX award_unit ON award (unit);
CREATE INDEX award_end ON award (end_month);

CREATE TABLE award_stop (
  award UUID NOT NULL PRIMARY KEY,
  from_month INTEGER NOT NULL,
  reason TEXT NOT NULL,
  decision UUID,
  stopped_at BIGINT NOT NULL
);
APPEND ONLY award_stop;

-- The persons an award is for, until the month they leave it (a child's last month is that of 18).
CREATE TABLE award_member (
  award UUID NOT NULL,
  person UUID NOT NULL,
  until_month INTEGER,
  PRIMARY KEY (award, person)
);
APPEND ONLY award_member;
CREATE INDEX award_member_person ON award_member (person);

CREATE TABLE month_close (
  month INTEGER NOT NULL,
  district INTEGER NOT NULL,
  programme TEXT NOT NULL,
  closed_at BIGINT NOT NULL,
  limit_minor BIGINT NOT NULL,
  awarded INTEGER NOT NULL,
  awarded_minor BIGINT NOT NULL,
  waiting INTEGER NOT NULL,
  PRIMARY KEY (month, district, programme)
);

CREATE TABLE sms (
  decision UUID NOT NULL PRIMARY KEY,
  case_id UUID NOT NULL,
  person UUID NOT NULL,
  lang TEXT NOT NULL,
  body TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  sent_at BIGINT
);
CREATE INDEX sms_unsent ON sms (written_at) WHERE sent_at IS NULL;
