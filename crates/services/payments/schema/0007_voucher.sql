-- What vouchers are for: currency, the rate at which it is paid (ten-thousandths of a tiyin for the
-- hundredth of its unit), the budget that pays, how long they hold.
CREATE TABLE voucher_group (
    name TEXT NOT NULL,
    known_from BIGINT NOT NULL,
    currency TEXT NOT NULL,
    rate_e4 BIGINT NOT NULL CHECK (rate_e4 > 0),
    programme TEXT NOT NULL,
    district BIGINT NOT NULL,
    valid_days BIGINT NOT NULL CHECK (valid_days > 0),
    PRIMARY KEY (name, known_from)
);
APPEND ONLY voucher_group;

-- Who takes vouchers, and where the money for them goes.
CREATE TABLE voucher_merchant (
    id UUID NOT NULL PRIMARY KEY,
    name TEXT NOT NULL,
    bank_details TEXT NOT NULL,
    mfo BIGINT NOT NULL,
    account TEXT NOT NULL,
    entered_at BIGINT NOT NULL
);
CREATE UNIQUE INDEX voucher_merchant_name ON voucher_merchant (name, bank_details);
APPEND ONLY voucher_merchant;

-- The secret number is kept as a hash only; state is the last event's.
CREATE TABLE voucher (
    id UUID NOT NULL PRIMARY KEY,
    serial TEXT NOT NULL,
    number_hash BYTEA NOT NULL,
    payer UUID NOT NULL,
    request TEXT NOT NULL,
    voucher_group TEXT NOT NULL,
    appropriation UUID,
    month BIGINT NOT NULL,
    currency TEXT NOT NULL,
    face_minor BIGINT NOT NULL CHECK (face_minor > 0),
    amount_minor BIGINT NOT NULL CHECK (amount_minor > 0),
    expires_at BIGINT NOT NULL,
    state TEXT NOT NULL,
    events BIGINT NOT NULL
);
CREATE UNIQUE INDEX voucher_serial ON voucher (serial);
CREATE UNIQUE INDEX voucher_number ON voucher (number_hash);
CREATE UNIQUE INDEX voucher_request ON voucher (payer, request);
CREATE INDEX voucher_expiry ON voucher (state, expires_at);
CREATE INDEX voucher_appropriation ON voucher (appropriation);

CREATE TABLE voucher_event (
    voucher UUID NOT NULL,
    seq BIGINT NOT NULL,
    state TEXT NOT NULL,
    actor UUID,
    note TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (voucher, seq)
);
APPEND ONLY voucher_event;
