-- A password that somebody else gave the account: good until then, and only to choose another. Null: the
-- owner's own.
ALTER TABLE passwords ADD COLUMN temporary_until BIGINT;
