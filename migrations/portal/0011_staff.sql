-- Who works for an insurer here: their sessions, what they did, and the files that they brought.
CREATE TABLE staff_sessions (
    insurer_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    sub TEXT NOT NULL,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    id_token TEXT NOT NULL,
    sid TEXT,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, secret_hash)
);
CREATE INDEX staff_sessions_sid ON staff_sessions (insurer_id, sid);
CREATE INDEX staff_sessions_expires ON staff_sessions (expires_at);

-- Rows are only added. Each has the mark of the one before in its own: a row that was changed or taken out
-- breaks the chain.
CREATE TABLE staff_record (
    insurer_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    made_at BIGINT NOT NULL,
    sub TEXT NOT NULL,
    name TEXT NOT NULL,
    act TEXT NOT NULL,
    plugin TEXT NOT NULL,
    subject TEXT NOT NULL,
    mark BYTEA NOT NULL,
    PRIMARY KEY (insurer_id, seq)
);
CREATE TABLE staff_record_ends (
    insurer_id TEXT NOT NULL PRIMARY KEY,
    seq BIGINT NOT NULL,
    mark BYTEA NOT NULL
);

-- Files of the insurer on their way into a plugin's table, sealed until they count or are thrown away. A node
-- that works on one has put its claim there.
CREATE TABLE staff_files (
    insurer_id TEXT NOT NULL,
    file_id TEXT NOT NULL,
    plugin TEXT NOT NULL,
    file_name TEXT NOT NULL,
    batch TEXT NOT NULL,
    bytes BIGINT NOT NULL,
    sealed BYTEA,
    state TEXT NOT NULL,
    report TEXT NOT NULL,
    brought_by TEXT NOT NULL,
    brought_by_name TEXT NOT NULL,
    brought_at BIGINT NOT NULL,
    ended_by TEXT,
    ended_by_name TEXT,
    ended_at BIGINT,
    asked_at BIGINT NOT NULL,
    claim TEXT NOT NULL,
    claimed_at BIGINT NOT NULL,
    tries BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, file_id)
);
CREATE INDEX staff_files_plugin ON staff_files (insurer_id, plugin, brought_at);
CREATE INDEX staff_files_state ON staff_files (state, claimed_at);
