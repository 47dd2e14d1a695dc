//! The client made it: `iss`, and `client_id` if it is inside (RFC 9101 §4, RFC 9126 §3).

use super::{Signed, refused};
use crate::error::OAuthError;

pub(super) fn check(signed: &Signed) -> Result<(), OAuthError> {
    let own = signed.client.client_id.as_str();
    let issuer = signed.token.text("iss");
    let missing = issuer.is_none() && signed.client.is_fapi();
    if missing || issuer.is_some_and(|issuer| issuer != own) {
        return Err(refused("iss is not the client"));
    }
    if signed.token.claims.get("client_id").is_some_and(|id| id != own) {
        return Err(refused("client_id is not the client"));
    }
    Ok(())
}
