-- What the identity provider keeps. Every key begins with the insurer. Times are seconds since
-- 1970; secrets are stored as SHA-256.

CREATE TABLE insurers (
    insurer_id TEXT PRIMARY KEY,
    version BIGINT NOT NULL
);

-- A definition is immutable: running journeys keep the version that they began with.
CREATE TABLE insurer_versions (
    insurer_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, version)
);

CREATE TABLE signing_keys (
    insurer_id TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, algorithm, created_at)
);

-- A person outlives card numbers: `sub` belongs to the person's account.
CREATE TABLE people (
    insurer_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    person_key TEXT NOT NULL,
    name TEXT NOT NULL,
    name_kana TEXT NOT NULL,
    kana_match TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    sex TEXT NOT NULL,
    PRIMARY KEY (insurer_id, person_id),
    UNIQUE (insurer_id, person_key)
);

CREATE TABLE memberships (
    insurer_id TEXT NOT NULL,
    card_key TEXT NOT NULL,
    household TEXT NOT NULL,
    person_id TEXT NOT NULL,
    symbol TEXT NOT NULL,
    number TEXT NOT NULL,
    branch TEXT NOT NULL,
    relation TEXT NOT NULL,
    insured BOOLEAN NOT NULL,
    acquired_on TEXT NOT NULL,
    lost_on TEXT,
    row_hash TEXT NOT NULL,
    PRIMARY KEY (insurer_id, card_key),
    FOREIGN KEY (insurer_id, person_id) REFERENCES people (insurer_id, person_id)
);
CREATE INDEX memberships_household ON memberships (insurer_id, household);
CREATE INDEX memberships_person ON memberships (insurer_id, person_id);

CREATE TABLE accounts (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    person_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    email TEXT NOT NULL,
    email_match TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, account_id),
    UNIQUE (insurer_id, person_id),
    UNIQUE (insurer_id, user_id),
    UNIQUE (insurer_id, email_match)
);

CREATE TABLE passwords (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    hash TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, account_id)
);

CREATE TABLE journeys (
    insurer_id TEXT NOT NULL,
    journey_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    version BIGINT NOT NULL,
    secret_hash BYTEA NOT NULL,
    state TEXT NOT NULL,
    wrong BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, journey_id)
);
CREATE INDEX journeys_expiry ON journeys (expires_at);

-- Who proved what, by which means, when. The holder is `journey:ID` or `account:ID`.
CREATE TABLE evidence (
    insurer_id TEXT NOT NULL,
    holder TEXT NOT NULL,
    kind TEXT NOT NULL,
    means TEXT NOT NULL,
    at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, holder, kind)
);

CREATE TABLE links (
    insurer_id TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    journey_id TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (insurer_id, token_hash)
);
CREATE INDEX links_journey ON links (insurer_id, journey_id);
CREATE INDEX links_expiry ON links (expires_at);

CREATE TABLE attempts (
    insurer_id TEXT NOT NULL,
    bucket TEXT NOT NULL,
    count BIGINT NOT NULL,
    until BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, bucket)
);
CREATE INDEX attempts_until ON attempts (until);

CREATE TABLE sessions (
    insurer_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    sid TEXT NOT NULL,
    account_id TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, secret_hash)
);
CREATE INDEX sessions_expiry ON sessions (expires_at);
CREATE INDEX sessions_sid ON sessions (insurer_id, sid);

CREATE TABLE codes (
    insurer_id TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    code_challenge TEXT,
    nonce TEXT,
    scopes TEXT NOT NULL,
    account_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    auth_time BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    PRIMARY KEY (insurer_id, code_hash)
);
CREATE INDEX codes_expiry ON codes (expires_at);

CREATE TABLE access_tokens (
    insurer_id TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    client_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    code_hash BYTEA NOT NULL,
    scopes TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, token_hash)
);
CREATE INDEX access_tokens_code ON access_tokens (insurer_id, code_hash);
CREATE INDEX access_tokens_sid ON access_tokens (insurer_id, sid);
CREATE INDEX access_tokens_expiry ON access_tokens (expires_at);

-- Mail waits here, sealed, until the mail server has taken it.
CREATE TABLE outbox (
    mail_id TEXT PRIMARY KEY,
    insurer_id TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE INDEX outbox_due ON outbox (due_at);
