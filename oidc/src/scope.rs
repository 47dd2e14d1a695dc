//! Scopes: what a client asks for and what it may have.

/// The scopes that the provider knows.
pub const KNOWN: [&str; 4] = ["openid", "profile", "email", "membership"];

/// The asked scopes that the client was registered for, in the order asked, each once.
/// Unknown scopes are ignored (OpenID Connect Core §3.1.2.1).
pub fn granted(asked: &str, allowed: &[String]) -> Vec<String> {
    let mut granted: Vec<String> = Vec::new();
    for scope in asked.split(' ') {
        let known = KNOWN.contains(&scope) && allowed.iter().any(|a| a == scope);
        if known && !granted.iter().any(|g| g == scope) {
            granted.push(scope.to_owned());
        }
    }
    granted
}

#[cfg(test)]
mod tests {
    #[test]
    fn only_what_was_registered() {
        let allowed = ["openid".to_owned(), "email".to_owned(), "unheard".to_owned()];
        assert_eq!(
            super::granted("openid email openid membership x", &allowed),
            ["openid", "email"]
        );
        assert!(super::granted("", &allowed).is_empty());
        assert!(super::granted("unheard", &allowed).is_empty());
    }
}
