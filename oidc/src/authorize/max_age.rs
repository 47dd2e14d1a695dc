//! How old the last login may be, in seconds (OpenID Connect Core §3.1.2.1).

use super::Authorize;
use crate::error::{Code, OAuthError};
use crate::{Client, Params};

pub(super) fn check(
    params: &Params,
    _: &Client,
    accepted: &mut Authorize,
) -> Result<(), OAuthError> {
    accepted.max_age = match params.value("max_age") {
        None => None,
        Some(text) => match text.parse::<u32>() {
            Ok(seconds) => Some(i64::from(seconds)),
            Err(_) => return Err(Code::InvalidRequest.because("max_age is not a whole number")),
        },
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn whole_seconds_only() {
        assert_eq!(outcome(&sample(), &[("max_age", Some("0"))]).unwrap().max_age, Some(0));
        for bad in ["-1", "1.5", "x", "99999999999"] {
            assert!(outcome(&sample(), &[("max_age", Some(bad))]).is_err(), "{bad}");
        }
    }
}
