-- The names that one person has in plugins' data belong together: `person` is the first of them, and the card is
-- for the insurer's own files. Both are written at the household's next login.
ALTER TABLE known_people ADD COLUMN person TEXT NOT NULL DEFAULT '';
ALTER TABLE known_people ADD COLUMN sealed_card BYTEA;
CREATE INDEX known_people_person ON known_people (insurer_id, person);
