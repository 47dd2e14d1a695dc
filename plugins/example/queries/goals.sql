-- The goals that were set, the newest month first.
SELECT month, steps FROM goals ORDER BY month DESC LIMIT 24
