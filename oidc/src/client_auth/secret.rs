//! A secret must be one of those in force: during a rotation there are two (RFC 6749 §2.3.1).

use super::{Attempt, Credential, refused};
use crate::error::OAuthError;
use crate::jose::jwt::Unverified;
use secret::hash::{equal, s256};

pub(super) fn check(attempt: &Attempt, _: Option<&Unverified>) -> Result<(), OAuthError> {
    let (Credential::Basic(secret) | Credential::Post(secret)) = &attempt.claimed.credential else {
        return Ok(());
    };
    let given = s256(secret);
    let in_force = attempt
        .client
        .secrets
        .iter()
        .filter(|secret| secret.expires_at.is_none_or(|until| until > attempt.now));
    // All are compared, so that the time does not tell which one.
    let matching = in_force.filter(|known| equal(given.as_bytes(), known.hash.as_bytes())).count();
    if matching > 0 && !secret.is_empty() { Ok(()) } else { Err(refused()) }
}

#[cfg(test)]
mod tests {
    use crate::client::{Client, Secret, sample};
    use crate::client_auth::tests::run;
    use secret::hash;

    #[test]
    fn any_secret_in_force_and_no_other() {
        let with = |secrets| Client { secrets, ..sample() };
        let secret =
            |text: &str, expires_at| Secret { hash: hash::s256(text), sealed: None, expires_at };
        let one = with(vec![secret("correct", None)]);
        let expired = with(vec![secret("correct", Some(1000))]);
        let overlap = with(vec![secret("new", None), secret("correct", Some(1001))]);
        for (client, given, expected) in [
            (&one, "portal:correct", true),
            (&one, "portal:wrong", false),
            (&one, "portal:", false),
            (&with(vec![]), "portal:correct", false),
            (&with(vec![]), "portal:", false),
            (&with(vec![secret("", None)]), "portal:", false),
            (&expired, "portal:correct", false),
            (&overlap, "portal:correct", true),
            (&overlap, "portal:new", true),
        ] {
            assert_eq!(run(client, Some(given), ""), expected, "{given}");
        }
    }
}
