-- What the installation knows of itself: `seal`, a word that only its own key file opens, and
-- `heartbeat`, which is written to see whether anything can be.
CREATE TABLE installation (
    name TEXT PRIMARY KEY,
    value BYTEA NOT NULL
);
