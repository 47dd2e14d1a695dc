-- Import: one row of the file.
-- class: none
INSERT INTO notices_items (insurer_id, item_id, published_on, title, body, url)
VALUES ($1, $line, $published_on, $title, $body, $url)
