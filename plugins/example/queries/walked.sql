-- How far somebody walked in a month: for the event.
SELECT COALESCE(SUM(steps), 0) AS steps FROM days WHERE MONTH(day) = $month AND person = $whose
