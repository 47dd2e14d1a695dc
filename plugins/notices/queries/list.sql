-- What is shown today to whom it is for, newest first.
SELECT line AS id, published_on, title FROM items
WHERE published_on <= TODAY() AND (until IS NULL OR until >= TODAY())
  AND (audience IS NULL OR audience = 'all' OR audience = $who)
ORDER BY published_on DESC, line
