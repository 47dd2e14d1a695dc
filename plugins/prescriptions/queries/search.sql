-- Medicines by a part of their name, or of the generic's.
SELECT DISTINCT month, person, name FROM drugs
WHERE CONTAINS(name, $word) OR CONTAINS(COALESCE(generic_name, ''), $word)
ORDER BY month DESC, person, name LIMIT 20
