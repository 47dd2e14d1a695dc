-- Those who have rows.
SELECT DISTINCT person FROM rows ORDER BY person
