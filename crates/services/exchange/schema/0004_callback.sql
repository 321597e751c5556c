-- The folder of a partner's addresses that our answers and notifications may go to.
ALTER TABLE partner ADD COLUMN callback TEXT;
-- Whose word on births and deaths is entered.
ALTER TABLE partner ADD COLUMN civil_registry BOOLEAN NOT NULL DEFAULT FALSE;

-- The id of the message that answers later; none where the answer went back at once.
ALTER TABLE dci_message ADD COLUMN answer_id UUID;
CREATE INDEX dci_message_of_day ON dci_message (sender_id, received_at);

-- How a message of ours ended at the partner: taken, refused, or given up because nothing is agreed
-- with the partner any more. The messages themselves are not kept.
CREATE TABLE dci_sent (
  message_id UUID NOT NULL,
  sender_id TEXT NOT NULL,
  action TEXT NOT NULL,
  at BIGINT NOT NULL,
  outcome TEXT NOT NULL,
  PRIMARY KEY (message_id)
);
APPEND ONLY dci_sent;

-- What a partner wants to be told of. An end is a further version.
CREATE TABLE dci_subscription (
  code UUID NOT NULL,
  version INTEGER NOT NULL,
  at BIGINT NOT NULL,
  sender_id TEXT NOT NULL,
  state TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  event TEXT NOT NULL,
  record_type TEXT NOT NULL,
  filter_type TEXT NOT NULL,
  filter TEXT NOT NULL,
  PRIMARY KEY (code, version)
);
CREATE INDEX dci_subscription_of_event ON dci_subscription (event, code);
CREATE INDEX dci_subscription_of_partner ON dci_subscription (sender_id, event);
APPEND ONLY dci_subscription;
