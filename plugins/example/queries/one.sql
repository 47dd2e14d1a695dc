-- A day as it is now.
SELECT day, steps, how, note, photo, version FROM days WHERE day = $day
