-- The rows of some months, newest first.
SELECT month, person, facility, kind, kind_text, days,
       total, insurer_paid, public_paid, COALESCE(other_paid, 0) AS other_paid, own_paid,
       COALESCE(meal_total, 0) AS meal_total, COALESCE(meal_own, 0) AS meal_own, claimed_month, note
FROM rows
WHERE month BETWEEN $from AND $until
ORDER BY month DESC, person, line
