-- A day that is not there yet.
INSERT INTO days (day, steps, how, note, photo, version)
VALUES ($day, $steps, $how, $note, $photo, $version)
