-- The months that have medicines, newest first.
SELECT DISTINCT month FROM drugs ORDER BY month DESC
