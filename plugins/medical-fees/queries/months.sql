-- The sums of each month, newest first.
SELECT month,
       SUM(total) AS total,
       SUM(insurer_paid) AS insurer_paid,
       SUM(public_paid) AS public_paid,
       SUM(COALESCE(other_paid, 0)) AS other_paid,
       SUM(own_paid) AS own_paid,
       SUM(COALESCE(meal_total, 0)) AS meal_total,
       SUM(COALESCE(meal_own, 0)) AS meal_own
FROM rows
GROUP BY month
ORDER BY month DESC
