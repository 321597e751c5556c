-- What registries tell us of: our own subscriptions there. A row is one state of one message in which
-- we subscribed, or subscribed again; nothing is overwritten.
CREATE TABLE registry_subscription (
  -- The message and the transaction of our subscribing.
  id UUID NOT NULL,
  version INTEGER NOT NULL,
  at BIGINT NOT NULL,
  agency INTEGER NOT NULL,
  event TEXT NOT NULL,
  -- kept, sent, stands, refused, ended, left
  state TEXT NOT NULL,
  -- The registry's name of it.
  code TEXT,
  reason TEXT,
  PRIMARY KEY (id, version)
);
CREATE INDEX registry_subscription_of_agency ON registry_subscription (agency, event);
APPEND ONLY registry_subscription;
