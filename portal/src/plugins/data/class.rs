//! How sensitive data is. A query says what it reads, a page what it can carry, and no page may
//! use a query above it: a plugin cannot lower a rule.

use serde::Deserialize;

/// The class of a query's rows and of a page or card; the level that it needs follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DataClass {
    /// Nothing of a person.
    None,
    /// Personal data (個人情報).
    Pii,
    /// Sensitive personal data (要配慮個人情報): whoever looks is recorded.
    Medical,
}

impl DataClass {
    /// The word in manifests and queries.
    pub fn as_str(self) -> &'static str {
        match self {
            DataClass::None => "none",
            DataClass::Pii => "pii",
            DataClass::Medical => "medical",
        }
    }

    /// The class of a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::None, Self::Pii, Self::Medical].into_iter().find(|class| class.as_str() == word)
    }
}
