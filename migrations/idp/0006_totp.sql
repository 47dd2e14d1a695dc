-- Authenticator apps of accounts (RFC 6238). `last_step` is the time step of the last code that was
-- taken: no code is good twice, on whatever node.
CREATE TABLE totp_devices (
    insurer_id TEXT NOT NULL,
    device_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT NOT NULL,
    last_step BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, device_id)
);
CREATE INDEX totp_devices_account ON totp_devices (insurer_id, account_id);
