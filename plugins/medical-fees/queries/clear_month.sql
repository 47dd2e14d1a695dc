-- Import: removes a month before its new rows come.
-- class: medical
DELETE FROM medical_fees_rows WHERE insurer_id = $1 AND month = $month
