-- The challenge that a passkey answered last, hashed: the same answer once more is an answer that got
-- lost, not a copy of the key.
ALTER TABLE passkeys ADD COLUMN challenge BYTEA;
