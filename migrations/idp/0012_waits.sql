-- Until when nothing more is taken of a counter whose wait grows with each wrong try.
ALTER TABLE attempts ADD COLUMN free_at BIGINT NOT NULL DEFAULT 0;
