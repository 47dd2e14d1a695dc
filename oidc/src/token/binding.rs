//! Tokens bound to their holder: by a DPoP key or by a certificate (RFC 9449 §5, RFC 8705 §3).

use super::{Confirmation, Redemption};
use crate::Client;
use crate::error::{Code, OAuthError};

/// A code or refresh token that was bound to a key needs a proof of that key (RFC 9449 §5, §10).
pub(super) fn same_key(redemption: &Redemption) -> Result<(), OAuthError> {
    match &redemption.grant.dpop_jkt {
        Some(bound) if redemption.jkt != Some(bound) => {
            Err(Code::InvalidGrant.because("the DPoP key is not the one it was bound to"))
        }
        _ => Ok(()),
    }
}

/// What binds the new access token: the proof and the certificate of the request, as far as the
/// client uses them.
///
/// # Errors
/// When the client must bind its tokens and brought nothing to bind to.
pub fn confirmation(
    client: &Client,
    jkt: Option<&str>,
    x5t: Option<&str>,
) -> Result<Confirmation, OAuthError> {
    if client.dpop_bound_access_tokens && jkt.is_none() {
        return Err(Code::InvalidDpopProof.because("this client must send a DPoP proof"));
    }
    let by_certificate = client.tls_client_certificate_bound_access_tokens;
    // One binding is enough: a client that may use both and shows a DPoP key is bound by it.
    if by_certificate && x5t.is_none() && jkt.is_none() {
        return Err(Code::InvalidRequest.because("this client must show its TLS certificate"));
    }
    Ok(Confirmation {
        jkt: jkt.map(str::to_owned),
        x5t: x5t.filter(|_| by_certificate).map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::confirmation;
    use crate::client::{Client, sample};

    #[test]
    fn a_client_that_must_bind_cannot_get_bearer_tokens() {
        let dpop = Client { dpop_bound_access_tokens: true, ..sample() };
        let mtls = Client { tls_client_certificate_bound_access_tokens: true, ..sample() };
        assert!(confirmation(&sample(), None, None).unwrap().is_none());
        assert_eq!(confirmation(&sample(), None, Some("c")).unwrap().x5t, None);
        assert_eq!(confirmation(&sample(), Some("k"), None).unwrap().token_type(), "DPoP");
        assert!(confirmation(&dpop, None, Some("c")).is_err());
        assert!(confirmation(&mtls, None, None).is_err());
        assert_eq!(confirmation(&mtls, None, Some("c")).unwrap().x5t.as_deref(), Some("c"));
    }
}
