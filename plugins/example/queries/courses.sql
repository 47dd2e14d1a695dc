-- Where one can walk, the shortest first.
SELECT name, place, km FROM courses ORDER BY km, name
