-- A day as it is now.
SELECT day, steps, how, note, version FROM days WHERE day = $day
