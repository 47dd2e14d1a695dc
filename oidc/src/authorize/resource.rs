//! Which resource servers the tokens are for (RFC 8707 §2): only those registered.

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};
use crate::{Client, Params};

/// The resources of a request, each registered for this client.
///
/// # Errors
/// `invalid_target`.
pub fn resources(params: &Params, client: &Client) -> Result<Vec<String>, OAuthError> {
    let mut resources: Vec<String> = Vec::new();
    for resource in params.values("resource") {
        if !client.resources.iter().any(|registered| registered == resource) {
            return Err(Code::InvalidTarget.because("resource is not registered for this client"));
        }
        if !resources.iter().any(|known| known == resource) {
            resources.push(resource.to_owned());
        }
    }
    Ok(resources)
}

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    accepted.resources = resources(request.params, request.client)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::Client;
    use crate::authorize::tests::outcome;
    use crate::client::sample;
    use crate::error::Code;

    #[test]
    fn only_registered_resources() {
        let client = Client { resources: vec!["https://api.example/".into()], ..sample() };
        let run = |value| outcome(&client, &[("resource", Some(value))]);
        assert_eq!(run("https://api.example/").unwrap().resources, ["https://api.example/"]);
        for bad in ["https://api.example", "https://api.example/#f", "x"] {
            assert_eq!(run(bad), Err(Code::InvalidTarget), "{bad}");
        }
    }
}
