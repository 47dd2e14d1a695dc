-- Who is who among the names in plugins' data, for staff: as the provider told it when a member of the
-- household last signed in. Sealed; `mark` says whether it is the same.
CREATE TABLE known_people (
    insurer_id TEXT NOT NULL,
    name TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    mark TEXT NOT NULL,
    known_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, name)
);
CREATE INDEX known_people_known ON known_people (known_at);
