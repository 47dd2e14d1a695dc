-- Packages of plugins that an operator installed, as they came: every node checks the signatures itself.
CREATE TABLE plugin_packages (
    plugin TEXT NOT NULL,
    hash TEXT NOT NULL,
    version TEXT NOT NULL,
    package BYTEA NOT NULL,
    installed_at BIGINT NOT NULL,
    PRIMARY KEY (plugin, hash)
);

-- The package of each plugin that answers.
CREATE TABLE plugins_in_force (
    plugin TEXT NOT NULL PRIMARY KEY,
    hash TEXT NOT NULL,
    changed_at BIGINT NOT NULL
);
