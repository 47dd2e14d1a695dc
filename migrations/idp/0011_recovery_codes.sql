-- Codes that a member has written down, for when the app or the device is gone. Each is good once.
CREATE TABLE recovery_codes (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (insurer_id, account_id, code_hash)
);
