-- What a member has opened of a plugin's: the hash of what the plugin calls it. Only the member's own pages ask.
CREATE TABLE seen (
    insurer_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    plugin TEXT NOT NULL,
    item TEXT NOT NULL,
    seen_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, sub, plugin, item)
);
CREATE INDEX seen_at ON seen (seen_at);
