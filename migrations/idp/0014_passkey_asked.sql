-- How often a member was asked there whether to make a passkey and put it off, and when last.
ALTER TABLE browsers ADD COLUMN passkey_asked BIGINT NOT NULL DEFAULT 0;
ALTER TABLE browsers ADD COLUMN passkey_asked_at BIGINT NOT NULL DEFAULT 0;
