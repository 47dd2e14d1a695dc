//! Ids as types of their own: an account's id cannot stand where a person's is meant.

use serde::{Deserialize, Serialize};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(String);

        impl $name {
            /// An id as it was read or received.
            pub fn new(id: impl Into<String>) -> Self {
                Self(id.into())
            }

            /// A new random id.
            pub fn random() -> Self {
                Self(secret::random::id())
            }

            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl std::ops::Deref for $name {
            type Target = str;
            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                out.write_str(&self.0)
            }
        }

        impl From<&$name> for db::Value {
            fn from(id: &$name) -> Self {
                db::Value::from(id.as_str())
            }
        }
    )*};
}

ids! {
    /// An insurer: the slug of its addresses, the first column of every key.
    InsurerId,
    /// An account: the `sub` of tokens of clients with public subjects.
    AccountId,
    /// A person of the roster.
    PersonId,
    /// A session, in whatever browser: the `sid` claim.
    Sid,
    /// A grant: what was granted to a client, and the rows' key of codes and refresh tokens.
    GrantId,
    /// One instance of a journey.
    JourneyId,
    /// A stored credential: which password, which device.
    CredentialId,
    /// A browser in which an account has signed in.
    BrowserId,
}
