-- Where people give up: counts, and nothing of anybody. `step` is empty for the journey as a whole;
-- `what` is `begun`, `right`, `wrong`, …, and `done-60` for one that was done within 60 seconds.
CREATE TABLE journey_counts (
    insurer_id TEXT NOT NULL,
    month TEXT NOT NULL,
    goal TEXT NOT NULL,
    version BIGINT NOT NULL,
    device TEXT NOT NULL,
    step TEXT NOT NULL,
    what TEXT NOT NULL,
    count BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, month, goal, version, device, step, what)
);
