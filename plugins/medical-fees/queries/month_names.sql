-- The months that have care, newest first.
SELECT DISTINCT month FROM rows ORDER BY month DESC
