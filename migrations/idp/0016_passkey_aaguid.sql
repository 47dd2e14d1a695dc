-- What a passkey's keeper says it is (AAGUID); null for what does not tell, and for what was made before.
ALTER TABLE passkeys ADD COLUMN aaguid TEXT;
-- Whether a passkey is anybody's at all is asked without an insurer: they share the host.
CREATE INDEX passkeys_credential ON passkeys (credential_id);
