-- A plugin may take several kinds of files. Rows of before are of its first; nodes of the release before write ''.
ALTER TABLE staff_files ADD COLUMN importer TEXT NOT NULL DEFAULT '';
