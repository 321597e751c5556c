-- Whether what an agency said is kept encrypted under the installation's key of evidence; what was
-- kept before there was one stays as it is. The hash is of what came.
ALTER TABLE exchange_answer ADD COLUMN sealed BOOLEAN NOT NULL DEFAULT FALSE;
ALTER TABLE evidence_refused ADD COLUMN sealed BOOLEAN NOT NULL DEFAULT FALSE;
