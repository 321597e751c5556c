-- Which partners may say to which account a person is paid (G2P Connect).
ALTER TABLE partner ADD COLUMN account_mapper BOOLEAN NOT NULL DEFAULT FALSE;
