-- When each job of each plugin is due for each insurer, and which node does it. A lease that has run out
-- is anybody's.
CREATE TABLE jobs (
    insurer_id TEXT NOT NULL,
    plugin TEXT NOT NULL,
    job TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    leased_until BIGINT NOT NULL,
    -- Which time this is that it is due: a step of it is done once.
    round BIGINT NOT NULL,
    attempts BIGINT NOT NULL,
    finished_at BIGINT,
    failed TEXT,
    PRIMARY KEY (insurer_id, plugin, job)
);
CREATE INDEX jobs_due ON jobs (due_at);
