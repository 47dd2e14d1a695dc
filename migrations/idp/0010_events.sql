-- What happened to an account, in the order in which it happened: rows are only added.
CREATE TABLE events (
    insurer_id TEXT NOT NULL,
    event_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    at BIGINT NOT NULL,
    -- `signed-in`, `password-changed`, `locked`, ...
    kind TEXT NOT NULL,
    -- What else is told of it, as JSON: a device, a name, a reason.
    detail TEXT NOT NULL,
    PRIMARY KEY (insurer_id, event_id)
);
CREATE INDEX events_account ON events (insurer_id, account_id, at);

-- Accounts in which nobody signs in until their owner has recovered them.
CREATE TABLE locks (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    locked_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, account_id)
);

-- What the browser of a session says it is, for its owner to know it by.
ALTER TABLE sessions ADD COLUMN device TEXT;
