//! Whether the person may, must or must not be asked (OpenID Connect Core §3.1.2.1).

use super::Authorize;
use crate::error::{Code, OAuthError};
use crate::{Client, Params};

/// What `prompt` asks for. Other values of the specification change nothing yet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub enum Prompt {
    #[default]
    Any,
    /// Answer at once or with an error.
    None,
    /// Sign in again, even with a session.
    Login,
}

pub(super) fn check(
    params: &Params,
    _: &Client,
    accepted: &mut Authorize,
) -> Result<(), OAuthError> {
    let values: Vec<_> = params.value("prompt").unwrap_or("").split_ascii_whitespace().collect();
    accepted.prompt = match values.as_slice() {
        ["none"] => Prompt::None,
        values if values.contains(&"none") => {
            return Err(Code::InvalidRequest.because("prompt=none allows no other value"));
        }
        values if values.contains(&"login") || values.contains(&"select_account") => Prompt::Login,
        _ => Prompt::Any,
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::Prompt;
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn none_stands_alone() {
        for (value, expected) in [
            (None, Prompt::Any),
            (Some("none"), Prompt::None),
            (Some("login"), Prompt::Login),
            (Some("consent login"), Prompt::Login),
            (Some("select_account"), Prompt::Login),
            (Some("unheard"), Prompt::Any),
        ] {
            assert_eq!(outcome(&sample(), &[("prompt", value)]).unwrap().prompt, expected);
        }
        assert!(outcome(&sample(), &[("prompt", Some("none login"))]).is_err());
    }
}
