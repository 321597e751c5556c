-- What the security server gave with an answer that came over X-Road: with the message's id and the
-- hash of our question the answer is found again in the server's own signed log.
ALTER TABLE exchange_answer ADD COLUMN xroad_id TEXT;
ALTER TABLE exchange_answer ADD COLUMN xroad_request_hash TEXT;
