-- Who saw whose rows: written before a page with medical data is shown, read by the member.
CREATE TABLE views (
    insurer_id TEXT NOT NULL,
    view_id TEXT NOT NULL,
    person TEXT NOT NULL,
    seen_by TEXT NOT NULL,
    seen_by_name TEXT NOT NULL,
    plugin TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, view_id)
);
CREATE INDEX views_person ON views (insurer_id, person, at);
