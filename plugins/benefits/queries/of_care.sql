-- What was paid for the care of some months.
SELECT person, kind, care_month, paid_month, amount FROM payments
WHERE care_month BETWEEN $from AND $until
ORDER BY paid_month, person, line
