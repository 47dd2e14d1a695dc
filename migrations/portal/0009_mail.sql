-- Where members get mail, as the provider said at their last login, and whether they want it.
ALTER TABLE members ADD COLUMN email TEXT;
ALTER TABLE members ADD COLUMN language TEXT;
ALTER TABLE members ADD COLUMN no_mail BOOLEAN;
-- Whose a name in plugins' data is.
CREATE TABLE member_names (
    insurer_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sub TEXT NOT NULL,
    PRIMARY KEY (insurer_id, name)
);
CREATE INDEX member_names_sub ON member_names (insurer_id, sub);
-- When mail about a notification is tried next; null when there is none to send.
ALTER TABLE notifications ADD COLUMN mail_due_at BIGINT;
ALTER TABLE notifications ADD COLUMN mail_tries BIGINT;
CREATE INDEX notifications_mail ON notifications (mail_due_at);
