-- How far the member walked in each month, from one on.
SELECT MONTH(day) AS month, SUM(steps) AS steps FROM days WHERE MONTH(day) >= $from
GROUP BY MONTH(day) ORDER BY month
