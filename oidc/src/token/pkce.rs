//! The verifier must match the challenge, and none may come without one (RFC 9700 §2.1.1).

use super::Redemption;
use crate::error::{Code, OAuthError};
use secret::hash;

pub(super) fn check(redemption: &Redemption) -> Result<(), OAuthError> {
    let verifier = redemption.params.value("code_verifier");
    let refused = || Code::InvalidGrant.because("code_verifier does not match");
    match (&redemption.grant.code_challenge, verifier) {
        (None, None) if !redemption.params.has("code_verifier") => Ok(()),
        (Some(challenge), Some(verifier)) if (43..=128).contains(&verifier.len()) => {
            let given = hash::s256(verifier);
            if hash::equal(given.as_bytes(), challenge.as_bytes()) {
                Ok(())
            } else {
                Err(refused())
            }
        }
        _ => Err(refused()),
    }
}

#[cfg(test)]
mod tests {
    use crate::client::sample;
    use crate::token::Grant;
    use crate::token::tests::{VERIFIER, grant, outcome};

    #[test]
    fn verifier_and_challenge_come_together_or_not_at_all() {
        let uri = "https://portal.example/callback";
        let without = Grant { code_challenge: None, ..grant() };
        let wrong = "x".repeat(43);
        for (grant, verifier, good) in [
            (&grant(), VERIFIER, true),
            (&grant(), "", false),
            (&grant(), wrong.as_str(), false),
            (&without, VERIFIER, false),
            (&without, "", false),
        ] {
            assert_eq!(outcome(grant, &sample(), uri, verifier, 1000).is_ok(), good, "{verifier}");
        }
    }
}
