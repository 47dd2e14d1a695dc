-- The sums of each month, newest first.
-- class: medical
SELECT month,
       CAST(SUM(total) AS BIGINT) AS total,
       CAST(SUM(insurer_paid) AS BIGINT) AS insurer_paid,
       CAST(SUM(public_paid) AS BIGINT) AS public_paid,
       CAST(SUM(own_paid) AS BIGINT) AS own_paid
FROM medical_fees_rows
WHERE insurer_id = $1 AND person IN ($subjects)
GROUP BY month
ORDER BY month DESC
