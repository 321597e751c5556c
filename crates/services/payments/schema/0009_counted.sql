-- Whom a programme counts in which month, so that the database itself refuses a second time.
-- A row holds the months of a year, each as a digit of base four, January the lowest: 0 is not
-- counted, 1 is counted. A second counting of a month makes 2, and taking away what is not there
-- borrows and makes 3: the check refuses both, whoever writes. One row a year instead of one a
-- month: a twelfth of the rows for the same wall.
CREATE TABLE counted (
    programme TEXT NOT NULL,
    person UUID NOT NULL,
    year BIGINT NOT NULL,
    months BIGINT NOT NULL,
    PRIMARY KEY (programme, person, year),
    CHECK (months >= 0 AND months < 16777216 AND (months & 11184810) = 0)
);

-- What stands already. Terms without an end are counted for fifty years.
INSERT INTO counted (programme, person, year, months)
WITH RECURSIVE part (programme, person, year, first, until) AS (
    SELECT programme, person, from_month / 12, from_month,
        CASE WHEN to_month < from_month + 600 THEN to_month ELSE from_month + 600 END
    FROM entitlement_member WHERE from_month < to_month
    UNION ALL
    SELECT programme, person, year + 1, (year + 1) * 12, until FROM part
    WHERE until > (year + 1) * 12),
power (n, four) AS (VALUES (0, 1), (1, 4), (2, 16), (3, 64), (4, 256), (5, 1024), (6, 4096),
    (7, 16384), (8, 65536), (9, 262144), (10, 1048576), (11, 4194304), (12, 16777216))
SELECT p.programme, p.person, p.year, CAST(SUM((t.four - f.four) / 3) AS BIGINT)
FROM part p JOIN power f ON f.n = p.first - p.year * 12
JOIN power t ON t.n = CASE WHEN p.until < (p.year + 1) * 12 THEN p.until - p.year * 12 ELSE 12 END
GROUP BY p.programme, p.person, p.year;
