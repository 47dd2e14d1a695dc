//! The other addresses of a client: what is fetched is https, what browsers open has no surprises
//! (OpenID Connect Dynamic Client Registration §2, Front-Channel Logout §2, RFC 8707 §2).

use super::redirect_uris::{names_its_host, redirect_uri_fault};
use super::{Fault, fault};
use crate::client::{ApplicationType, Client, SubjectType};

pub(super) fn check(client: &Client) -> Option<Fault> {
    let https = [
        ("jwks_uri", &client.jwks_uri),
        ("sector_identifier_uri", &client.sector_identifier_uri),
        ("initiate_login_uri", &client.initiate_login_uri),
    ];
    for (name, uri) in https {
        if uri.as_deref().is_some_and(|uri| !is_https(uri)) {
            return fault(format!("{name} must be an https address"));
        }
    }
    for (name, uri) in [
        ("backchannel_logout_uri", &client.backchannel_logout_uri),
        ("frontchannel_logout_uri", &client.frontchannel_logout_uri),
        ("client_uri", &client.client_uri),
        ("logo_uri", &client.logo_uri),
        ("policy_uri", &client.policy_uri),
        ("tos_uri", &client.tos_uri),
    ] {
        if uri.as_deref().is_some_and(|uri| redirect_uri_fault(uri, ApplicationType::Web).is_some())
        {
            return fault(format!("{name} must be an https address without a fragment"));
        }
    }
    // Front-Channel Logout §2: scheme, host and port of a redirect URI.
    let origin = |uri: &String| url::Url::parse(uri).ok().map(|url| url.origin());
    if let Some(front) = client.frontchannel_logout_uri.as_ref().map(origin)
        && !client.redirect_uris.iter().any(|uri| origin(uri) == front)
    {
        return fault("frontchannel_logout_uri must have the origin of a redirect URI");
    }
    if client.request_uris.iter().any(|uri| !is_https(uri)) {
        return fault("request_uris must be https addresses");
    }
    for origin in &client.allowed_origins {
        let same = url::Url::parse(origin).ok().map(|url| url.origin().ascii_serialization());
        if same.as_deref() != Some(origin) || origin == "null" {
            return fault(format!("{origin} is not an origin such as https://app.example"));
        }
    }
    for resource in client.resources.iter().chain(&client.serves) {
        if resource.contains('#') || url::Url::parse(resource).is_err() {
            return fault(format!("resource {resource} must be absolute and without a fragment"));
        }
    }
    // OpenID Connect Core §8.1: several hosts have no common sector unless they name one.
    let host = |uri: &String| url::Url::parse(uri).ok()?.host_str().map(str::to_owned);
    let mut hosts = client.redirect_uris.iter().map(host);
    let first = hosts.next();
    let pairwise = client.subject_type == SubjectType::Pairwise;
    if pairwise && client.sector_identifier_uri.is_none() && hosts.any(|h| Some(h) != first) {
        return fault("pairwise subjects for several hosts need a sector_identifier_uri");
    }
    None
}

fn is_https(uri: &str) -> bool {
    let plain = |url: url::Url| url.scheme() == "https" && url.username().is_empty();
    names_its_host(uri) && url::Url::parse(uri).is_ok_and(plain)
}

#[cfg(test)]
mod tests {
    use crate::registration::tests::client;
    use serde_json::json;

    #[test]
    fn addresses_are_https_and_belong_together() {
        let hosts = ["https://a.example/cb", "https://b.example/cb"];
        for (metadata, good) in [
            (json!({"jwks_uri": "https://a.example/jwks"}), true),
            (json!({"jwks_uri": "http://a.example/jwks"}), false),
            (json!({"jwks_uri": "https:///jwks"}), false),
            (json!({"initiate_login_uri": "http://a.example/login"}), false),
            (json!({"sector_identifier_uri": "http://a.example/x"}), false),
            (json!({"logo_uri": "javascript:alert(1)"}), false),
            (json!({"request_uris": ["http://a.example/r"]}), false),
            (json!({"allowed_origins": ["https://a.example"]}), true),
            (json!({"allowed_origins": ["https://a.example/path"]}), false),
            (json!({"frontchannel_logout_uri": "https://a.example/out"}), true),
            (json!({"frontchannel_logout_uri": "https://b.example/out"}), false),
            (json!({"redirect_uris": hosts}), true),
            (json!({"redirect_uris": hosts, "subject_type": "pairwise"}), false),
        ] {
            assert_eq!(super::check(&client(&metadata)).is_none(), good, "{metadata}");
        }
    }
}
