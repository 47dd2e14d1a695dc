-- How many walked how far in each month: for staff, who see everybody's rows.
SELECT MONTH(day) AS month, COUNT(DISTINCT person) AS people, SUM(steps) AS steps FROM days
GROUP BY MONTH(day) ORDER BY month DESC LIMIT 24
