//! The key to which the code is bound from the start (RFC 9449 §10).

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let asked = request.params.value("dpop_jkt");
    match (asked, &accepted.dpop_jkt) {
        (Some(asked), Some(proved)) if asked != proved => {
            Err(Code::InvalidDpopProof.because("dpop_jkt is not the key of the DPoP proof"))
        }
        (Some(asked), _) => {
            accepted.dpop_jkt = Some(asked.to_owned());
            Ok(())
        }
        (None, _) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use crate::authorize::tests::outcome;
    use crate::client::sample;

    #[test]
    fn the_thumbprint_is_kept() {
        let accepted = outcome(&sample(), &[("dpop_jkt", Some("abc"))]).unwrap();
        assert_eq!(accepted.dpop_jkt.as_deref(), Some("abc"));
        assert_eq!(outcome(&sample(), &[]).unwrap().dpop_jkt, None);
    }
}
