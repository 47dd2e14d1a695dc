//! How old the last login may be, in seconds (OpenID Connect Core §3.1.2.1); without the
//! parameter the client's `default_max_age` holds.

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    accepted.max_age = match request.params.value("max_age") {
        None => request.client.default_max_age,
        Some(text) => match text.parse::<u32>() {
            Ok(seconds) => Some(i64::from(seconds)),
            Err(_) => return Err(Code::InvalidRequest.because("max_age is not a whole number")),
        },
    };
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Client;
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn whole_seconds_only() {
        let client = Client { default_max_age: Some(60), ..sample() };
        assert_eq!(outcome(&client, &[]).unwrap().max_age, Some(60));
        assert_eq!(outcome(&client, &[("max_age", Some("0"))]).unwrap().max_age, Some(0));
        for bad in ["-1", "1.5", "x", "99999999999"] {
            assert!(outcome(&client, &[("max_age", Some(bad))]).is_err(), "{bad}");
        }
    }
}
