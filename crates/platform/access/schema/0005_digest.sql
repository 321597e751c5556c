-- What an entry grants beyond its other fields, as a hash: of a delay which look, until when and on
-- which ground. It is hashed with the entry; entries from before have none.
ALTER TABLE access_log ADD COLUMN digest BYTEA;
