-- What has been published until today, newest first.
SELECT line AS id, published_on, title FROM items
WHERE published_on <= TODAY()
ORDER BY published_on DESC, line
