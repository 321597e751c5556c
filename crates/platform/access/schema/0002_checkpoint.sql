-- Signed checkpoints join the chains of all processes: one Merkle tree over every entry of the
-- log, in the order in which checkpoints took them up. The key is not here.
CREATE TABLE log_checkpoint (
    size BIGINT NOT NULL PRIMARY KEY,  -- entries of the tree
    at   BIGINT NOT NULL,
    root BYTEA  NOT NULL,
    note TEXT   NOT NULL               -- as signed
);
APPEND ONLY log_checkpoint;

-- A part of a chain as a checkpoint took it up: its entries are the leaves from first_leaf on.
CREATE TABLE log_segment (
    chain_id   UUID   NOT NULL,
    to_seq     BIGINT NOT NULL,
    from_seq   BIGINT NOT NULL,
    first_leaf BIGINT NOT NULL,
    PRIMARY KEY (chain_id, to_seq)
);
CREATE UNIQUE INDEX log_segment_leaf ON log_segment (first_leaf);
APPEND ONLY log_segment;

-- Complete trees of 256 leaves and more, so that a proof reads hundreds of rows, not all. They
-- follow from the entries; verify makes them again.
CREATE TABLE log_node (
    level    BIGINT NOT NULL,
    position BIGINT NOT NULL,
    hash     BYTEA  NOT NULL,
    PRIMARY KEY (level, position)
);
APPEND ONLY log_node;
