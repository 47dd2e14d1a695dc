-- How far each walked in a month, the farthest first: for staff.
SELECT person, SUM(steps) AS steps FROM days WHERE MONTH(day) = $month
GROUP BY person ORDER BY steps DESC LIMIT 100
