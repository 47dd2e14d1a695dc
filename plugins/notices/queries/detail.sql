-- One notice that has been published.
SELECT published_on, title, body, url FROM items
WHERE line = $item AND published_on <= TODAY()
