-- What the society announces to everybody.
CREATE TABLE notices_items (
    insurer_id TEXT NOT NULL,
    item_id BIGINT NOT NULL,
    published_on TEXT NOT NULL,
    title TEXT NOT NULL,
    body TEXT NOT NULL,
    url TEXT NOT NULL,
    PRIMARY KEY (insurer_id, item_id)
);
