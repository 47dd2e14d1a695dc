//! Why a package is refused: a code that stays the same, and what to do.

/// Why a package is refused. The word in front is the code that scripts look for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("ARCHIVE: is no package: {0}; ask its publisher for the file again")]
    Archive(String),
    #[error("CONTENTS: package.toml: {0}; ask its publisher for another package")]
    Contents(String),
    #[error("HASH: {0} is not the file that was packed; ask its publisher for the package again")]
    Hash(String),
    #[error(
        "EXTRA_FILE: {0:?} was added after it was packed; ask its publisher for the package again"
    )]
    ExtraFile(String),
    #[error("MISSING_FILE: {0} is not there; ask its publisher for the package again")]
    MissingFile(String),
    #[error("SIGNATURE: the signature of its {0} is of something else; ask for the package again")]
    Signature(Role),
    #[error(
        "PUBLISHER: nobody in the trust file has the key {0}; when you trust whoever packed it, add \
         [publisher.NAME] with this key and its plugins"
    )]
    Publisher(String),
    #[error(
        "SCOPE: {publisher} may not publish {plugin}; add it to `plugins` of [publisher.{publisher}]"
    )]
    Scope { publisher: String, plugin: String },
    #[error(
        "EXPIRED: packages of {publisher} are taken until {until}; agree with them and write a later day"
    )]
    Expired { publisher: String, until: String },
    #[error(
        "REVOKED: {0} is in the list `revoked` of the trust file; take another version, or `portal plugin remove`"
    )]
    Revoked(String),
    #[error(
        "OPERATOR: no operator of the trust file has signed it; look at what it is and run `portal plugin \
         sign` with an operator's key"
    )]
    Operator,
}

/// Who signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    Publisher,
    Operator,
}

impl std::fmt::Display for Role {
    fn fmt(&self, to: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        to.write_str(match self {
            Role::Publisher => "publisher",
            Role::Operator => "operator",
        })
    }
}
