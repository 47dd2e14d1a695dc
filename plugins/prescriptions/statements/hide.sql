-- The household does not see the medicines of this facility.
INSERT INTO hidden (facility) VALUES ($facility) ON CONFLICT DO NOTHING
