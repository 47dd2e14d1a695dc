-- Browsers in which an account has signed in: another one is new, and told or asked more. The browser
-- holds the secret; one browser may know several accounts.
CREATE TABLE browsers (
    insurer_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    account_id TEXT NOT NULL,
    browser_id TEXT NOT NULL,
    -- What it says it is, in words: `Chrome / Windows`.
    label TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    -- Until when a login asks no second factor there.
    remembered_until BIGINT,
    PRIMARY KEY (insurer_id, secret_hash, account_id)
);
CREATE INDEX browsers_account ON browsers (insurer_id, account_id);
CREATE INDEX browsers_seen ON browsers (seen_at);
