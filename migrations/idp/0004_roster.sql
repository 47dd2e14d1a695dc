-- A roster is written beside the one that holds, in batches, and takes its place by one statement:
-- `insurers.roster` names the one that holds. A crash leaves the one before; what it left half
-- written is removed a day later. `people` and `memberships` are what the release before reads;
-- they go in the next one.
ALTER TABLE insurers ADD COLUMN roster BIGINT NOT NULL DEFAULT 1;

CREATE TABLE rosters (
    insurer_id TEXT NOT NULL,
    roster BIGINT NOT NULL,
    begun_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, roster)
);
INSERT INTO rosters (insurer_id, roster, begun_at) SELECT insurer_id, 1, 0 FROM insurers;

-- `updated_at`: when name, birth date or sex last changed.
CREATE TABLE roster_people (
    insurer_id TEXT NOT NULL,
    roster BIGINT NOT NULL,
    person_id TEXT NOT NULL,
    person_key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_kana TEXT NOT NULL,
    kana_match TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, roster, person_id),
    UNIQUE (insurer_id, roster, person_key)
);
INSERT INTO roster_people (insurer_id, roster, person_id, person_key, name, name_kana, kana_match,
    birth_date, sex, updated_at)
SELECT insurer_id, 1, person_id, person_key, name, name_kana, kana_match, birth_date, sex, 0
FROM people;

-- `household_bare`: `household` without hyphens, for keypads that have none.
CREATE TABLE roster_members (
    insurer_id TEXT NOT NULL,
    roster BIGINT NOT NULL,
    card_key TEXT NOT NULL,
    household TEXT NOT NULL,
    household_bare TEXT NOT NULL,
    person_id TEXT NOT NULL,
    symbol TEXT NOT NULL,
    number TEXT NOT NULL,
    branch TEXT NOT NULL,
    relation TEXT NOT NULL,
    insured BOOLEAN NOT NULL,
    acquired_on TEXT NOT NULL,
    lost_on TEXT,
    row_hash TEXT NOT NULL,
    PRIMARY KEY (insurer_id, roster, card_key)
);
INSERT INTO roster_members (insurer_id, roster, card_key, household, household_bare, person_id,
    symbol, number, branch, relation, insured, acquired_on, lost_on, row_hash)
SELECT insurer_id, 1, card_key, household, replace(household, '-', ''), person_id, symbol, number,
    branch, relation, insured, acquired_on, lost_on, row_hash
FROM memberships;
CREATE INDEX roster_members_household ON roster_members (insurer_id, roster, household);
CREATE INDEX roster_members_bare ON roster_members (insurer_id, roster, household_bare);
CREATE INDEX roster_members_person ON roster_members (insurer_id, roster, person_id);
