-- How much is published of each month: for staff, who see everybody's rows.
SELECT month, COUNT(DISTINCT person) AS people, COUNT(*) AS drugs FROM drugs
GROUP BY month ORDER BY month DESC LIMIT 36
