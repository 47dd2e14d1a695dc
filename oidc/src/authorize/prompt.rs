//! Whether and what the person is asked (OpenID Connect Core §3.1.2.1, Initiating User
//! Registration §4). Unknown values are ignored.

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};

/// What `prompt` asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub struct Prompt {
    /// Answer at once or with an error.
    pub none: bool,
    /// Sign in again, even with a session.
    pub login: bool,
    /// Ask for consent, even when it was given.
    pub consent: bool,
    /// Let the person say as whom to go on.
    pub select_account: bool,
    /// Register a new account.
    pub create: bool,
}

/// The values that discovery lists.
pub const VALUES: [&str; 5] = ["none", "login", "consent", "select_account", "create"];

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let text = request.params.value("prompt").unwrap_or("");
    let mut words = 0;
    for word in text.split_ascii_whitespace() {
        words += 1;
        match word {
            "none" => accepted.prompt.none = true,
            "login" => accepted.prompt.login = true,
            "consent" => accepted.prompt.consent = true,
            "select_account" => accepted.prompt.select_account = true,
            "create" => accepted.prompt.create = true,
            _ => {}
        }
    }
    if accepted.prompt.none && words > 1 {
        return Err(Code::InvalidRequest.because("prompt=none allows no other value"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Prompt;
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn none_stands_alone() {
        let any = Prompt::default();
        for (value, expected) in [
            (None, any),
            (Some("none"), Prompt { none: true, ..any }),
            (Some("login"), Prompt { login: true, ..any }),
            (Some("consent login"), Prompt { login: true, consent: true, ..any }),
            (Some("select_account"), Prompt { select_account: true, ..any }),
            (Some("create"), Prompt { create: true, ..any }),
            (Some("unheard"), any),
        ] {
            assert_eq!(outcome(&sample(), &[("prompt", value)]).unwrap().prompt, expected);
        }
        for bad in ["none login", "none unheard"] {
            assert!(outcome(&sample(), &[("prompt", Some(bad))]).is_err(), "{bad}");
        }
    }
}
