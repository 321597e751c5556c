-- Lines of the work list that a person has looked into. The line itself stays as it came.
-- source: the bank's file, or the statement that a bank answered over the wire.
CREATE TABLE closed_line (
    source UUID NOT NULL,
    place BIGINT NOT NULL,
    note TEXT NOT NULL,
    closed_by UUID NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (source, place)
);
APPEND ONLY closed_line;
