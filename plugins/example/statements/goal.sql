-- A month's goal, in the place of the one before.
INSERT INTO goals (month, steps) VALUES ($month, $steps)
ON CONFLICT DO UPDATE SET steps = $steps
