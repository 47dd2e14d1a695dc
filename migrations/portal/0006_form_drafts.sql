-- What a member had typed when their session ended or they had to prove more: shown again when they come
-- back to the form, and to nobody else.
CREATE TABLE form_drafts (
    insurer_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    plugin TEXT NOT NULL,
    action TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, sub, plugin, action)
);
