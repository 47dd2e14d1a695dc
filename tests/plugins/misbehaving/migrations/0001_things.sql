-- A table, so that there is something to break.
CREATE TABLE misbehaving_things (
    insurer_id TEXT NOT NULL,
    thing TEXT NOT NULL,
    PRIMARY KEY (insurer_id, thing)
);
