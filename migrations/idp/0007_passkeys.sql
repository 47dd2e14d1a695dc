-- Passkeys of accounts (WebAuthn). `passkey` is what the library keeps of one: its public key, its
-- counter and what the authenticator said of itself. A blocked one signs in no more: its counter went
-- back, so somebody may have a copy.
CREATE TABLE passkeys (
    insurer_id TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    passkey TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    blocked_at BIGINT,
    PRIMARY KEY (insurer_id, credential_id)
);
CREATE INDEX passkeys_account ON passkeys (insurer_id, account_id);
