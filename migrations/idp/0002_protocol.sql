-- The whole protocol: what was granted to clients, registered clients, consents, single-use
-- values, pushed requests, devices, logouts to tell, key rotation.

-- A grant is its authorization code, its refresh token and what every access token of it refers
-- to: removing the row ends all of them.
DROP TABLE access_tokens;
DROP TABLE codes;
CREATE TABLE grants (
    insurer_id TEXT NOT NULL,
    grant_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    -- It outlives its session (offline_access).
    offline BOOLEAN NOT NULL,
    detail TEXT NOT NULL,
    code_hash BYTEA,
    code_used_at BIGINT,
    -- Which refresh token of the family is in force; 0: none was given. Their texts are computed.
    generation BIGINT NOT NULL,
    rotated_at BIGINT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, grant_id)
);
CREATE INDEX grants_sid ON grants (insurer_id, sid);
CREATE INDEX grants_account ON grants (insurer_id, account_id);
CREATE INDEX grants_expiry ON grants (expires_at);

-- Clients that are not in an insurer's folder. The insurer `*` means all insurers.
CREATE TABLE clients (
    insurer_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    document TEXT NOT NULL,
    -- operator, admin or dynamic
    origin TEXT NOT NULL,
    registration_hash BYTEA,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, client_id)
);

-- Counts every change of a client, so that each node knows when to look again.
CREATE TABLE client_changes (
    id BIGINT PRIMARY KEY,
    changes BIGINT NOT NULL
);
INSERT INTO client_changes (id, changes) VALUES (1, 0);

-- Browser origins of those clients, for CORS.
CREATE TABLE client_origins (
    insurer_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (insurer_id, origin, client_id)
);

CREATE TABLE registration_tokens (
    insurer_id TEXT NOT NULL,
    token_hash BYTEA NOT NULL,
    uses BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, token_hash)
);

CREATE TABLE consents (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    scopes TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, account_id, client_id)
);

-- What may be used once: ids of assertions and proofs, revoked tokens.
CREATE TABLE spent (
    insurer_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    digest BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, kind, digest)
);
CREATE INDEX spent_expiry ON spent (expires_at);

CREATE TABLE pushed (
    insurer_id TEXT NOT NULL,
    request_hash BYTEA NOT NULL,
    client_id TEXT NOT NULL,
    request TEXT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, request_hash)
);
CREATE INDEX pushed_expiry ON pushed (expires_at);

CREATE TABLE devices (
    insurer_id TEXT NOT NULL,
    device_hash BYTEA NOT NULL,
    user_code TEXT NOT NULL,
    client_id TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- waiting, allowed or denied
    state TEXT NOT NULL,
    account_id TEXT,
    polled_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, device_hash),
    UNIQUE (insurer_id, user_code)
);
CREATE INDEX devices_expiry ON devices (expires_at);

-- Clients that must still be told that a session has ended.
CREATE TABLE logouts (
    logout_id TEXT PRIMARY KEY,
    insurer_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    sid TEXT NOT NULL,
    due_at BIGINT NOT NULL,
    tries BIGINT NOT NULL
);
CREATE INDEX logouts_due ON logouts (due_at);

-- Keys that never leave: for opaque tokens, pairwise subjects and nonces. Sealed.
CREATE TABLE realm_secrets (
    insurer_id TEXT NOT NULL,
    purpose TEXT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (insurer_id, purpose)
);

-- A key is shown from its creation, signs from `active_from`, and is gone after `retires_at`.
ALTER TABLE signing_keys ADD COLUMN active_from BIGINT NOT NULL DEFAULT 0;
ALTER TABLE signing_keys ADD COLUMN retires_at BIGINT;
ALTER TABLE insurers ADD COLUMN keys_version BIGINT NOT NULL DEFAULT 0;

-- The kinds that were proved at login, with a space between them.
ALTER TABLE sessions ADD COLUMN proofs TEXT NOT NULL DEFAULT 'password';
