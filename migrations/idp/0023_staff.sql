-- Who works for an insurer: what they are called, and in which role at which insurer of the portal. Their
-- accounts are of a realm of their own.
CREATE TABLE staff (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    name TEXT NOT NULL,
    added_at BIGINT NOT NULL,
    PRIMARY KEY (insurer_id, account_id)
);
CREATE TABLE staff_roles (
    insurer_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    works_at TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (insurer_id, account_id, works_at, role)
);
