-- Short messages to persons that belong to no decision, in the language of their letters.
CREATE TABLE notice (
  id UUID NOT NULL PRIMARY KEY,
  person UUID NOT NULL,
  lang TEXT NOT NULL,
  body TEXT NOT NULL,
  written_at BIGINT NOT NULL,
  sent_at BIGINT
);
CREATE INDEX notice_unsent ON notice (written_at) WHERE sent_at IS NULL;
CREATE INDEX notice_person ON notice (person, written_at);
