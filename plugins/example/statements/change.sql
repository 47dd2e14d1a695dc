-- A day, as long as it is what the member saw.
UPDATE days SET steps = $steps, how = $how, note = $note, photo = $photo, version = $version
WHERE day = $day AND version = $seen
