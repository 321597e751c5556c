-- What a case continues: the category of the award before it, and for how many months the
-- family has held it. NULL months: the case continues no award.
ALTER TABLE case_now ADD COLUMN held_category TEXT;
ALTER TABLE case_now ADD COLUMN held_months INTEGER;
ALTER TABLE basis ADD COLUMN held_category TEXT;
ALTER TABLE basis ADD COLUMN held_months INTEGER;
