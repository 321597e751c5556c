-- What came with an answer beside its body. Of X-Road: the message's id and the hash of our question,
-- by which the answer is found again in the security server's own signed log. Of a registry that signs
-- in the HTTP header: the signature, without which the body proves nothing to others.
ALTER TABLE exchange_answer ADD COLUMN xroad_id TEXT;
ALTER TABLE exchange_answer ADD COLUMN xroad_request_hash TEXT;
ALTER TABLE exchange_answer ADD COLUMN signature TEXT;
