DELETE FROM days WHERE day = $day
