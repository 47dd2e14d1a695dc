-- The member's days of a month, newest first.
SELECT day, steps, how, note, photo FROM days WHERE MONTH(day) = $month ORDER BY day DESC
