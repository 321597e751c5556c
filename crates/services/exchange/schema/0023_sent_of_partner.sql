-- What a partner took of us, for the report on its conformance.
CREATE INDEX dci_sent_of_partner ON dci_sent (sender_id, at);
