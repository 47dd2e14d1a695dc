//! Scopes: what a client asks for and what it may have.

/// The scopes that concern a person. A client may have others of its own for its services.
pub const KNOWN: [&str; 6] =
    ["openid", "profile", "email", "membership", "staff", "offline_access"];

/// The right to manage the clients of an insurer: asked for by name, never given along.
pub const MANAGE_CLIENTS: &str = "musubi:clients";

/// The asked scopes that the client was registered for, in the order asked, each once.
/// Others are ignored (OpenID Connect Core §3.1.2.1).
pub fn granted(asked: &str, allowed: &[String]) -> Vec<String> {
    let mut granted: Vec<String> = Vec::new();
    for scope in asked.split(' ') {
        let known = allowed.iter().any(|a| a == scope);
        if known && !granted.iter().any(|g| g == scope) {
            granted.push(scope.to_owned());
        }
    }
    granted
}

/// Whether a text can be a scope (RFC 6749 §3.3).
pub fn is_scope(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\')
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_what_was_registered() {
        let allowed = ["openid".to_owned(), "email".to_owned(), "meals:read".to_owned()];
        assert_eq!(
            super::granted("openid email openid membership x meals:read", &allowed),
            ["openid", "email", "meals:read"]
        );
        assert!(super::granted("", &allowed).is_empty());
        for (text, is) in [("a", true), ("", false), ("a b", false), ("a\"", false), ("é", false)]
        {
            assert_eq!(super::is_scope(text), is, "{text}");
        }
    }
}
