-- The rows of some months, of one patient or of all.
-- class: medical
SELECT month, patient, facility, kind, days, total, insurer_paid, public_paid, own_paid, note
FROM medical_fees_rows
WHERE insurer_id = $1 AND person IN ($subjects)
  AND month >= $from AND month <= $until
  AND ($patient = '' OR patient = $patient)
ORDER BY month DESC, patient, row_id
