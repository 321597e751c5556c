-- Who was ever of the family that a case is about, by its frozen roster: in whatever family a person
-- lives later, the looks at this case were looks at the person.
CREATE TABLE case_member (
  case_id UUID NOT NULL,
  person UUID NOT NULL,
  PRIMARY KEY (case_id, person)
);
APPEND ONLY case_member;
CREATE INDEX case_member_person ON case_member (person, case_id);
