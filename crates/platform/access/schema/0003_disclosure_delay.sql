-- An entry of the log that its person reads only after a moment, for lawful secrecy. Both the
-- entry and that of the delay itself are shown then; nothing is withheld for ever.
CREATE TABLE disclosure_delay (
    id       UUID   NOT NULL PRIMARY KEY,  -- the command's
    chain_id UUID   NOT NULL,              -- what is withheld
    seq      BIGINT NOT NULL,
    until    BIGINT NOT NULL,
    ground   TEXT   NOT NULL,              -- whose order, of which day and number
    set_at   BIGINT NOT NULL,
    by_chain UUID   NOT NULL,              -- the entry of the delay itself
    by_seq   BIGINT NOT NULL
);
CREATE INDEX disclosure_delay_entry ON disclosure_delay (chain_id, seq);
CREATE INDEX disclosure_delay_by ON disclosure_delay (by_chain, by_seq);
APPEND ONLY disclosure_delay;

-- Reads of the register as a whole, which concern everybody in it.
CREATE INDEX access_log_everybody ON access_log (at) WHERE population IS NOT NULL AND run_id IS NULL;
