-- Where a session began, in words as JSON (ja, en); null where the operator has no table of places.
ALTER TABLE sessions ADD COLUMN place TEXT;
