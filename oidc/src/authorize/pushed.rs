//! Clients that must push or sign their requests cannot do without (RFC 9126 §6, RFC 9101 §10.5).

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};

pub(super) fn check(request: &Request, _: &mut Authorize) -> Result<(), OAuthError> {
    if request.client.must_push() && !request.pushed {
        return Err(Code::InvalidRequest.because("this client must use the PAR endpoint"));
    }
    if request.client.must_sign_requests() && !request.signed {
        return Err(Code::InvalidRequest.because("this client must send a signed request object"));
    }
    if request.params.has("registration") {
        return Err(Code::RegistrationNotSupported.because("registration is not offered"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::authorize::{Request, Rules, check, tests::request};
    use crate::client::{Client, sample};

    #[test]
    fn a_client_that_must_push_or_sign_does() {
        let (params, rules) = (request(&[]), Rules::default());
        let push = Client { require_pushed_authorization_requests: true, ..sample() };
        let sign = Client { require_signed_request_object: true, ..sample() };
        for (client, pushed, signed, good) in [
            (&sample(), false, false, true),
            (&push, false, true, false),
            (&push, true, false, true),
            (&sign, true, false, false),
            (&sign, false, true, true),
        ] {
            let request = Request { params: &params, client, rules: &rules, pushed, signed };
            assert_eq!(check(&request, None).is_ok(), good);
        }
        let registration = request(&[("registration", Some("x"))]);
        let request = Request {
            params: &registration,
            client: &sample(),
            rules: &rules,
            pushed: false,
            signed: false,
        };
        assert!(check(&request, None).is_err());
    }
}
