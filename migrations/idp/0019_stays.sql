-- Sessions whose owner wanted to stay signed in in this browser: they end at their day, not by being idle.
ALTER TABLE sessions ADD COLUMN stays BOOLEAN NOT NULL DEFAULT FALSE;
