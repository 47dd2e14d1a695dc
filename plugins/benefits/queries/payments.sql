-- The payments of some months, newest first.
SELECT paid_month, person, kind, care_month, first_day, last_day, days, amount, note
FROM payments
WHERE paid_month BETWEEN $from AND $until
ORDER BY paid_month DESC, person, line
