-- The household does not see this facility's name.
INSERT INTO hidden_names (facility) VALUES ($facility) ON CONFLICT DO NOTHING
