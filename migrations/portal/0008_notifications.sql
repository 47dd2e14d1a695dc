-- What plugins told members: whom by the name that they have in plugins' data, what by a message and the
-- months and days in it. The texts are the plugin's.
CREATE TABLE notifications (
    insurer_id TEXT NOT NULL,
    person TEXT NOT NULL,
    notification_id TEXT NOT NULL,
    plugin TEXT NOT NULL,
    notification TEXT NOT NULL,
    params TEXT NOT NULL,
    made_at BIGINT NOT NULL,
    read_at BIGINT,
    PRIMARY KEY (insurer_id, person, notification_id)
);
CREATE INDEX notifications_made ON notifications (made_at);
