-- What a refused message asked for, by its address: an officer sees what somebody tried.
ALTER TABLE security_event ADD COLUMN asked TEXT NOT NULL DEFAULT '';
CREATE INDEX security_event_by_time ON security_event (at, id);

-- Whether messages of a partner and to it are encrypted: both or neither.
ALTER TABLE partner ADD COLUMN encrypted BOOLEAN NOT NULL DEFAULT FALSE;
