//! A nonce is echoed uncut, so one that is too long to keep is refused cleanly (FAPI 2.0 tests
//! 384 characters); an ID token in the front channel must have one (OpenID Connect Core §3.2.2.1,
//! §3.3.2.11).

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};

/// The longest nonce in bytes.
const MAX: usize = 512;

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    accepted.nonce = request.params.own("nonce");
    match &accepted.nonce {
        Some(nonce) if nonce.len() > MAX => {
            Err(Code::InvalidRequest.because("nonce is longer than 512 bytes"))
        }
        None if accepted.response_type.id_token => {
            Err(Code::InvalidRequest.because("nonce is missing"))
        }
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn long_is_kept_uncut_and_too_long_is_refused() {
        let (long, too_long) = ("n".repeat(384), "n".repeat(513));
        let kept = outcome(&sample(), &[("nonce", Some(&long))]).unwrap();
        assert_eq!(kept.nonce.as_deref(), Some(long.as_str()));
        assert!(outcome(&sample(), &[("nonce", Some(&too_long))]).is_err());
        assert_eq!(outcome(&sample(), &[]).unwrap().nonce, None);
    }
}
