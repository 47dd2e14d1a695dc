INSERT INTO lines (text, at) VALUES ($text, NOW())
