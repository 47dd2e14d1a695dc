-- One notice that is shown today to whom it is for.
SELECT published_on, title, body, url FROM items
WHERE line = $item AND published_on <= TODAY() AND (until IS NULL OR until >= TODAY())
  AND (audience IS NULL OR audience = 'all' OR audience = $who)
