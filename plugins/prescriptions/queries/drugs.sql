-- The medicines of some months, newest first, as they stand together.
SELECT month, person, facility, name, price, amount, ratio, generic_name, generic_price, saving
FROM drugs
WHERE month BETWEEN $from AND $until
ORDER BY month DESC, facility, person, line
