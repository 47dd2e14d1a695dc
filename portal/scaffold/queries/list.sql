-- The member's lines, newest first.
SELECT text, at FROM lines ORDER BY at DESC
