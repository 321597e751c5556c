-- An answer of an agency that may be forged is a security event, too: the agency stands in the place
-- of the account that has sent a message (which is then the program's own).
ALTER TABLE security_event ADD COLUMN agency INTEGER;
