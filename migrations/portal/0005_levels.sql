-- How well the provider knew who signed in, and when it last saw them prove it: medical data asks for the
-- insurer's level. Sessions from before have none and are asked.
ALTER TABLE sessions ADD COLUMN acr TEXT;
ALTER TABLE sessions ADD COLUMN auth_time BIGINT;
ALTER TABLE signins ADD COLUMN acr TEXT;
