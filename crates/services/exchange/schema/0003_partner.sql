-- Systems that ask us. A change is a new version: nothing that was agreed is overwritten.
CREATE TABLE partner (
  sender_id TEXT NOT NULL,
  known_from BIGINT NOT NULL,
  account UUID NOT NULL,
  receiver_id TEXT NOT NULL,
  policy TEXT NOT NULL,
  keys TEXT NOT NULL,
  legal_basis TEXT NOT NULL,
  PRIMARY KEY (sender_id, known_from)
);
CREATE INDEX partner_of_account ON partner (account, known_from);
APPEND ONLY partner;

-- One row a message that was taken: the same id of the same sender is not taken again.
CREATE TABLE dci_message (
  sender_id TEXT NOT NULL,
  message_id TEXT NOT NULL,
  received_at BIGINT NOT NULL,
  action TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  correlation_id UUID NOT NULL,
  PRIMARY KEY (sender_id, message_id)
);
CREATE INDEX dci_message_of_transaction ON dci_message (sender_id, transaction_id);
APPEND ONLY dci_message;

-- Messages that were refused before they were read as questions: forged, replayed, malformed.
CREATE TABLE security_event (
  id UUID NOT NULL,
  at BIGINT NOT NULL,
  account UUID NOT NULL,
  code TEXT NOT NULL,
  reason TEXT NOT NULL,
  sha256 BYTEA NOT NULL,
  bytes BIGINT NOT NULL,
  PRIMARY KEY (id)
);
APPEND ONLY security_event;

-- How the questions of a transaction ended: what a status tells. The records themselves are not kept.
CREATE TABLE dci_outcome (
  correlation_id UUID NOT NULL,
  reference_id TEXT NOT NULL,
  at BIGINT NOT NULL,
  status TEXT NOT NULL,
  reason TEXT,
  records BIGINT NOT NULL,
  PRIMARY KEY (correlation_id, reference_id)
);
APPEND ONLY dci_outcome;
