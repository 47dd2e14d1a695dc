-- One notice that has been published.
-- class: none
SELECT published_on, title, body, url FROM notices_items
WHERE insurer_id = $1 AND item_id = $item AND published_on <= $today
