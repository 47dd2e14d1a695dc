-- Something harmless.
-- class: none
SELECT thing FROM misbehaving_things WHERE insurer_id = $1
