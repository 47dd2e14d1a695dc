-- Who noted something in a month, some at a time: for the job.
SELECT DISTINCT person FROM days WHERE MONTH(day) = $month AND person > $after
ORDER BY person LIMIT 100
