-- Evidence, credentials and agreements are three things and three tables; an account may lack a
-- person and an address; journeys are sealed. This once the file is not expand-only: the program
-- before it cannot go on beside it (migrations/README.md says what holds from here on).

-- What was proved: in which step, with which credential, by which means, when, until when. The
-- holder is a journey or, for proofs that last, an account.
ALTER TABLE evidence RENAME TO evidence_before;
CREATE TABLE evidence (
    insurer_id TEXT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    step TEXT NOT NULL,
    kind TEXT NOT NULL,
    act TEXT NOT NULL,
    credential TEXT,
    means TEXT NOT NULL,
    at BIGINT NOT NULL,
    until BIGINT,
    PRIMARY KEY (insurer_id, holder_kind, holder, step, kind, act)
);
-- An authenticator's evidence never outlives its session: `password` rows are not carried over.
INSERT INTO evidence (insurer_id, holder_kind, holder, step, kind, act, means, at)
SELECT insurer_id, 'account', substr(holder, 9), kind, kind, 'verify', means, at
FROM evidence_before
WHERE substr(holder, 1, 8) = 'account:' AND kind IN ('mailbox', 'roster');

-- What was agreed to: which version of which document, by whom, when.
CREATE TABLE agreements (
    insurer_id TEXT NOT NULL,
    holder_kind TEXT NOT NULL,
    holder TEXT NOT NULL,
    document TEXT NOT NULL,
    version TEXT NOT NULL,
    means TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, holder_kind, holder, document, version)
);
-- `terms:DOCUMENT:VERSION`; what rtrim leaves is all up to the last colon.
INSERT INTO agreements (insurer_id, holder_kind, holder, document, version, means, at)
SELECT insurer_id, 'account', substr(holder, 9),
       substr(kind, 7, length(rtrim(kind, replace(kind, ':', ''))) - 7),
       substr(kind, length(rtrim(kind, replace(kind, ':', ''))) + 1),
       means, at
FROM evidence_before
WHERE substr(holder, 1, 8) = 'account:' AND substr(kind, 1, 6) = 'terms:';
DROP TABLE evidence_before;

-- For the purge: what journeys proved that nobody finished.
CREATE INDEX evidence_of_journeys ON evidence (at) WHERE holder_kind = 'journey';
CREATE INDEX agreements_of_journeys ON agreements (at) WHERE holder_kind = 'journey';

-- An account is `issued` (somebody may take it over by a letter), `active` or `closed`. It is
-- made before its person, its user ID or its address is known, when a procedure wants it so.
ALTER TABLE accounts RENAME TO accounts_before;
CREATE TABLE accounts (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    state TEXT NOT NULL,
    person_id TEXT,
    user_id TEXT,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, account_id)
);
INSERT INTO accounts (insurer_id, account_id, state, person_id, user_id, created_at)
SELECT insurer_id, account_id, 'active', person_id, user_id, created_at FROM accounts_before;

-- Mail addresses of accounts by role; `login` is the one that also signs in.
CREATE TABLE addresses (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    role TEXT NOT NULL,
    address TEXT NOT NULL,
    address_match TEXT NOT NULL,
    proved_at BIGINT,
    PRIMARY KEY (insurer_id, account_id, role)
);
INSERT INTO addresses (insurer_id, account_id, role, address, address_match, proved_at)
SELECT insurer_id, account_id, 'login', email, email_match, created_at FROM accounts_before;
DROP TABLE accounts_before;
CREATE UNIQUE INDEX accounts_person ON accounts (insurer_id, person_id) WHERE state <> 'closed';
CREATE UNIQUE INDEX accounts_user_id ON accounts (insurer_id, user_id);
CREATE UNIQUE INDEX addresses_match ON addresses (insurer_id, role, address_match);

-- Replaced passwords stay for a while, so that they cannot be chosen again.
ALTER TABLE passwords RENAME TO passwords_before;
CREATE TABLE passwords (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    credential_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    replaced_at BIGINT,
    PRIMARY KEY (insurer_id, account_id, credential_id)
);
INSERT INTO passwords (insurer_id, account_id, credential_id, hash, created_at)
SELECT insurer_id, account_id, 'first', hash, created_at FROM passwords_before;
DROP TABLE passwords_before;
CREATE UNIQUE INDEX passwords_active ON passwords (insurer_id, account_id)
WHERE replaced_at IS NULL;

-- A session carries its evidence with its times, and remembers the journey that it came from: a
-- journey ends in one session at most.
ALTER TABLE sessions ADD COLUMN evidence TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sessions ADD COLUMN agreed TEXT NOT NULL DEFAULT '[]';
ALTER TABLE sessions ADD COLUMN journey_id TEXT;
UPDATE sessions SET evidence =
    '[{"step":"password","kind":"password","act":"verify","means":"argon2id","at":'
    || CAST(auth_time AS TEXT) || '}]'
WHERE ' ' || proofs || ' ' LIKE '% password %';
UPDATE sessions SET evidence = substr(evidence, 1, length(evidence) - 1) || COALESCE((
    SELECT ',{"step":"roster","kind":"roster","act":"verify","means":"card","at":'
           || CAST(e.at AS TEXT) || '}'
    FROM evidence e
    WHERE e.insurer_id = sessions.insurer_id AND e.holder_kind = 'account'
    AND e.holder = sessions.account_id AND e.kind = 'roster'), '') || ']'
WHERE evidence <> '[]';
ALTER TABLE sessions DROP COLUMN proofs;
CREATE UNIQUE INDEX sessions_journey ON sessions (insurer_id, journey_id);

-- A journey's row is a sealed whole. Those that were under way, a day old at the most, begin again.
DROP TABLE links;
DROP TABLE journeys;
CREATE TABLE journeys (
    insurer_id TEXT NOT NULL,
    journey_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    -- Counts answers: one that another overtook is not kept.
    revision BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, journey_id)
);
CREATE INDEX journeys_expiry ON journeys (expires_at);
CREATE TABLE links (
    insurer_id TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    journey_id TEXT NOT NULL,
    -- What the link's POST proves.
    step TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (insurer_id, token_hash)
);
CREATE INDEX links_journey ON links (insurer_id, journey_id);
CREATE INDEX links_expiry ON links (expires_at);
