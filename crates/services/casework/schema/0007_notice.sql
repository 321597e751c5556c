-- Short messages that no decision carries: a debt that was found, for one. The id is that of what
-- the person is told of, so that it is told once.
CREATE TABLE notice (
    id UUID NOT NULL PRIMARY KEY,
    person UUID NOT NULL,
    lang TEXT NOT NULL,
    body TEXT NOT NULL,
    written_at BIGINT NOT NULL,
    sent_at BIGINT
);
CREATE INDEX notice_person ON notice (person);
CREATE INDEX notice_unsent ON notice (written_at) WHERE sent_at IS NULL;
