-- A month in one line.
SELECT COUNT(*) AS days, COALESCE(SUM(steps), 0) AS steps FROM days WHERE MONTH(day) = $month
