-- What the portal keeps besides the tables of plugins. Every key begins with the insurer. Times
-- are seconds since 1970; secrets are stored as SHA-256.

CREATE TABLE insurers (
    insurer_id TEXT PRIMARY KEY,
    version BIGINT NOT NULL
);

CREATE TABLE insurer_versions (
    insurer_id TEXT NOT NULL,
    version BIGINT NOT NULL,
    definition TEXT NOT NULL,
    applied_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, version)
);

-- Logins that are under way at the identity provider.
CREATE TABLE signins (
    insurer_id TEXT NOT NULL,
    state_hash BYTEA NOT NULL,
    nonce TEXT NOT NULL,
    pkce_verifier TEXT NOT NULL,
    return_to TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, state_hash)
);
CREATE INDEX signins_expiry ON signins (expires_at);

CREATE TABLE sessions (
    insurer_id TEXT NOT NULL,
    secret_hash BYTEA NOT NULL,
    sub TEXT NOT NULL,
    member TEXT NOT NULL,
    id_token TEXT NOT NULL,
    previous_login_at BIGINT,
    seen_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, secret_hash)
);
CREATE INDEX sessions_expiry ON sessions (expires_at);

CREATE TABLE members (
    insurer_id TEXT NOT NULL,
    sub TEXT NOT NULL,
    last_login_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, sub)
);

-- A dependant's own choice whether the insured person sees his rows.
CREATE TABLE household_choices (
    insurer_id TEXT NOT NULL,
    person TEXT NOT NULL,
    hidden BOOLEAN NOT NULL,
    changed_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, person)
);

-- The last file of each importer: the same file twice is no change.
CREATE TABLE imports (
    insurer_id TEXT NOT NULL,
    importer TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    rows BIGINT NOT NULL,
    imported_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, importer)
);
