//! The verifier must match the challenge, and none may come without one (RFC 9700 §2.1.1).

use super::Redemption;
use crate::error::{Code, OAuthError};
use secret::hash;

pub(super) fn check(redemption: &Redemption) -> Result<(), OAuthError> {
    let verifier = redemption.params.value("code_verifier");
    let refused = || Code::InvalidGrant.because("code_verifier does not match");
    match (&redemption.grant.code_challenge, verifier) {
        (None, None) if !redemption.params.has("code_verifier") => Ok(()),
        (Some(challenge), Some(verifier)) if is_verifier(verifier) => {
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

/// RFC 7636 §4.1.
fn is_verifier(text: &str) -> bool {
    let unreserved = |b: u8| b.is_ascii_alphanumeric() || b"-._~".contains(&b);
    (43..=128).contains(&text.len()) && text.bytes().all(unreserved)
}

#[cfg(test)]
mod tests {
    use crate::client::sample;
    use crate::token::Grant;
    use crate::token::tests::{VERIFIER, grant, outcome};
    use secret::hash::s256;

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
        for (verifier, good) in [
            ("a".repeat(43), true),
            ("~._-".repeat(32), true),
            ("a".repeat(42), false),
            ("a".repeat(129), false),
            (format!("{}+", "a".repeat(43)), false),
            (format!("{} ", "a".repeat(43)), false),
            ("あ".repeat(20), false),
        ] {
            let own = Grant { code_challenge: Some(s256(&verifier)), ..grant() };
            let redeemed = outcome(&own, &sample(), uri, &verifier, 1000);
            assert_eq!(redeemed.is_ok(), good, "{verifier}");
        }
    }
}
