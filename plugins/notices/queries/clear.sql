-- Import: the file replaces all.
-- class: none
DELETE FROM notices_items WHERE insurer_id = $1
