-- What is shown today to whom it is for, and has a word.
SELECT line AS id, published_on, title FROM items
WHERE published_on <= TODAY() AND (until IS NULL OR until >= TODAY())
  AND (audience IS NULL OR audience = 'all' OR audience = $who)
  AND (CONTAINS(title, $word) OR CONTAINS(body, $word))
ORDER BY published_on DESC, line LIMIT 20
