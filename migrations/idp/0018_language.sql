-- The language that a member chose for their account; null: that of the browser at hand.
ALTER TABLE accounts ADD COLUMN language TEXT;
