//! What a client may ask for: scopes that can be written (RFC 6749 §3.3), and the card only by those
//! whom the insurer named.

use super::{Fault, fault};
use crate::client::Client;

pub(super) fn check(client: &Client) -> Option<Fault> {
    if let Some(scope) = client.scopes.iter().find(|scope| !crate::scope::is_scope(scope)) {
        return fault(format!("{scope:?} cannot be a scope"));
    }
    // The card goes to whom the insurer named; asking for it without that is a mistake.
    if client.scopes.iter().any(|scope| scope == "membership") && !client.learns_card() {
        return fault(
            "scope membership has card symbol and number: third parties need card = true",
        );
    }
    if client.scopes.iter().any(|scope| scope == "staff") && !client.first_party {
        return fault("scope staff has roles: it is for the insurer's own services, first_party");
    }
    None
}

#[cfg(test)]
mod tests {
    use crate::client::Client;
    use crate::registration::tests::client;
    use serde_json::json;

    #[test]
    fn scopes_can_be_written_and_the_card_is_for_whom_the_insurer_named() {
        assert_eq!(super::check(&client(&json!({"scope": "openid email"}))), None);
        assert!(super::check(&client(&json!({"scope": "a\\b"}))).is_some());
        let card = client(&json!({"scope": "openid membership"}));
        assert!(super::check(&card).is_some());
        assert_eq!(super::check(&Client { card: true, ..card }), None);
        let roles = client(&json!({"scope": "openid staff"}));
        assert!(super::check(&roles).is_some());
        assert_eq!(super::check(&Client { first_party: true, ..roles }), None);
    }
}
