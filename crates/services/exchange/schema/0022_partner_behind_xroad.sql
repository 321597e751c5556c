-- A partner that comes through X-Road: its subsystem, as our security server names it. A message that
-- comes through the listener of that server alone is believed to be of it.
ALTER TABLE partner ADD COLUMN xroad_client TEXT;
CREATE INDEX partner_by_xroad_client ON partner (xroad_client, known_from);
