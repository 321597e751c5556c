-- Restated months: what was paid for a month that was decided again, and what was due.
-- Nothing that was decided or paid is changed: the difference is a row, settled by an
-- entitlement of arrears or by a debt.

-- paid_minor is what the month had before: its payment and earlier restatements.
CREATE TABLE restated_month (
    id UUID NOT NULL PRIMARY KEY,
    award UUID NOT NULL,
    month BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    paid_minor BIGINT NOT NULL,
    due_minor BIGINT NOT NULL CHECK (due_minor >= 0),
    reason TEXT NOT NULL,
    decision UUID,
    at BIGINT NOT NULL,
    CHECK (paid_minor <> due_minor)
);
-- The same restatement twice finds no difference; two at once cannot both write.
CREATE UNIQUE INDEX restated_month_once ON restated_month (award, month, seq);

-- The work list: restated months that are not settled yet.
CREATE TABLE restated_month_open (
    restated UUID NOT NULL PRIMARY KEY,
    award UUID NOT NULL
);
CREATE INDEX restated_month_open_award ON restated_month_open (award);

-- net = the differences of its months; net - offset is paid by the entitlement (arrears), -net is
-- the debt; neither where they cancel each other.
CREATE TABLE settlement (
    id UUID NOT NULL PRIMARY KEY,
    award UUID NOT NULL,
    net_minor BIGINT NOT NULL,
    offset_minor BIGINT NOT NULL CHECK (offset_minor >= 0),
    entitlement UUID,
    debt UUID,
    at BIGINT NOT NULL
);
CREATE INDEX settlement_award ON settlement (award);
CREATE INDEX settlement_entitlement ON settlement (entitlement);

CREATE TABLE settled_month (
    restated UUID NOT NULL PRIMARY KEY,
    settlement UUID NOT NULL
);
CREATE INDEX settled_month_of ON settled_month (settlement);

-- What a person was paid beyond what was due. state and offset_minor are those of its events.
CREATE TABLE debt (
    id UUID NOT NULL PRIMARY KEY,
    award UUID NOT NULL,
    unit UUID NOT NULL,
    payee UUID NOT NULL,
    district BIGINT NOT NULL,
    programme TEXT NOT NULL,
    reason TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    offset_minor BIGINT NOT NULL CHECK (offset_minor >= 0 AND offset_minor <= amount_minor),
    state TEXT NOT NULL,
    events BIGINT NOT NULL,
    found_at BIGINT NOT NULL
);
CREATE INDEX debt_payee ON debt (payee);
CREATE INDEX debt_state ON debt (state, id);

CREATE TABLE debt_event (
    debt UUID NOT NULL,
    seq BIGINT NOT NULL,
    change TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    note TEXT NOT NULL,
    changed_by UUID,
    at BIGINT NOT NULL,
    PRIMARY KEY (debt, seq)
);

-- An entitlement that pays less than the award in each of its months, so that a debt falls.
-- The award's month is the entitlement's amount and this deduction.
CREATE TABLE recovery (
    entitlement UUID NOT NULL PRIMARY KEY,
    debt UUID NOT NULL,
    deduction_minor BIGINT NOT NULL CHECK (deduction_minor > 0),
    share_percent BIGINT NOT NULL,
    floor_minor BIGINT NOT NULL
);
CREATE INDEX recovery_debt ON recovery (debt);

APPEND ONLY restated_month;
APPEND ONLY settlement;
APPEND ONLY settled_month;
APPEND ONLY debt_event;
APPEND ONLY recovery;
