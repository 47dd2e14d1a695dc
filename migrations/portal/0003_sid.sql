-- Which session of the provider a session here came from: when that ends there, this one ends too
-- (OpenID Connect Back-Channel Logout). Sessions from before have none and end by themselves.
ALTER TABLE sessions ADD COLUMN sid TEXT;
CREATE INDEX sessions_sid ON sessions (insurer_id, sid);
