-- Whose signature a bank's files must carry: a JSON Web Key Set, or nothing for a bank that
-- does not sign.
ALTER TABLE bank_channel ADD COLUMN keys TEXT NOT NULL DEFAULT '';
