-- Which browser pressed a link's button, hashed: its second click on the same button is no late one.
ALTER TABLE links ADD COLUMN pressed_by BYTEA;
