-- The member's days whose note has a word.
SELECT day, note FROM days WHERE CONTAINS(note, $word) ORDER BY day DESC LIMIT 20
