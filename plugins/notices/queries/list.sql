-- What has been published until today, newest first.
-- class: none
SELECT item_id, published_on, title FROM notices_items
WHERE insurer_id = $1 AND published_on <= $today
ORDER BY published_on DESC, item_id
