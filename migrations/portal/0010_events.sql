-- What plugins said has happened, in the order in which it was known here, for plugins that listen.
CREATE TABLE plugin_events (
    insurer_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    event_id TEXT NOT NULL,
    plugin TEXT NOT NULL,
    event TEXT NOT NULL,
    person TEXT NOT NULL,
    params TEXT NOT NULL,
    data TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, seq)
);
CREATE UNIQUE INDEX plugin_events_id ON plugin_events (insurer_id, event_id);
CREATE INDEX plugin_events_of ON plugin_events (insurer_id, plugin, event, seq);
CREATE INDEX plugin_events_made ON plugin_events (made_at);
-- The last number of each insurer: whoever counts on holds it until the events are there, so that none
-- comes behind one that was read already.
CREATE TABLE plugin_event_counters (
    insurer_id TEXT PRIMARY KEY,
    seq BIGINT NOT NULL
);
-- How far each listener has come.
CREATE TABLE plugin_listeners (
    insurer_id TEXT NOT NULL,
    listener TEXT NOT NULL,
    plugin TEXT NOT NULL,
    event TEXT NOT NULL,
    seq BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, listener, plugin, event)
);
