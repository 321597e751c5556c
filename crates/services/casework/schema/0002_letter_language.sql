-- In which language a person is written to; who has not chosen is written to in Uzbek.
CREATE TABLE letter_language (
  person UUID NOT NULL PRIMARY KEY,
  lang TEXT NOT NULL,
  chosen_at BIGINT NOT NULL
);
