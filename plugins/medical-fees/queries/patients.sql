-- The names of those who have rows.
-- class: medical
SELECT DISTINCT patient FROM medical_fees_rows
WHERE insurer_id = $1 AND person IN ($subjects)
ORDER BY patient
