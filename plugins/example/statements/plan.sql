-- A walk that the member plans.
INSERT INTO walks (course, day, together, photo, note) VALUES ($course, $day, $together, $photo, $note)
