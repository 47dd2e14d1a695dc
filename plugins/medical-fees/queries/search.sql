-- Where somebody was, by a part of the facility's name.
SELECT DISTINCT month, person, facility FROM rows
WHERE CONTAINS(COALESCE(facility, ''), $word)
ORDER BY month DESC, person, facility LIMIT 20
