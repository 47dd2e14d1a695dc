-- How much is published of each month: for staff, who see everybody's rows.
SELECT paid_month AS month, COUNT(DISTINCT person) AS people, SUM(amount) AS amount FROM payments
GROUP BY paid_month ORDER BY month DESC LIMIT 36
