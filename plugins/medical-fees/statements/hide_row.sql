-- What is alike in these the household does not see.
INSERT INTO hidden_rows (month, facility, kind) VALUES ($month, $facility, $kind) ON CONFLICT DO NOTHING
