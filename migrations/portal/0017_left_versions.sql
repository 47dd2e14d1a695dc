-- A version that was gone back from, by an operator or because it died: no way back leads to it by itself. Bringing
-- it again makes it one of the others.
ALTER TABLE plugin_packages ADD COLUMN left_at BIGINT;
