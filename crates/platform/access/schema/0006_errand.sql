-- For what a partner's system asked, in its own words: the request, its user, its case (X-Road-Id,
-- X-Road-UserId, X-Road-Issue). They are hashed with the entry; entries from before have none.
ALTER TABLE access_log ADD COLUMN errand_id TEXT;
ALTER TABLE access_log ADD COLUMN errand_user TEXT;
ALTER TABLE access_log ADD COLUMN errand_issue TEXT;
