-- Addresses that hold in some days, because the one before cannot be read any more: its owner is told and
-- can say no.
CREATE TABLE address_changes (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    address TEXT NOT NULL,
    asked_at BIGINT NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, account_id)
);
CREATE INDEX address_changes_due ON address_changes (due_at);
