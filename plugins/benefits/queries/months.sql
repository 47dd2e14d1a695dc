-- What was paid in each month, newest first.
SELECT paid_month AS month, SUM(amount) AS amount FROM payments
GROUP BY paid_month ORDER BY month DESC
