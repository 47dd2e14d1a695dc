//! What a consent covers, and how it reads.

use oidc::Client;
use oidc::authorize::Authorize;
use serde_json::Value;
use web::Look;

/// All that a consent must cover: scopes, what named claims imply, and each rich request in full.
pub fn required(client: &Client, request: &Authorize) -> Vec<String> {
    let mut required = oidc::claims::needed(&request.scopes, &request.claims, client);
    required.extend(request.authorization_details.iter().map(|detail| format!("detail:{detail}")));
    required
}

/// Whether what was allowed before covers what is required.
pub fn covers(allowed: &[String], required: &[String]) -> bool {
    required.iter().all(|scope| allowed.contains(scope))
}

/// What scopes mean, in words. A scope without words is a permission of the partner's own service
/// and stands as it is.
pub fn learns(look: &Look, scopes: &[String]) -> Vec<String> {
    let mut learns = Vec::new();
    for scope in scopes.iter().filter(|scope| !scope.starts_with("detail:")) {
        let id = format!("consent-scope-{scope}");
        let text = look.t_or(&id);
        learns.push(if text == id { scope.clone() } else { text });
    }
    learns
}

/// A rich authorization request in one line: its type, and all that it says.
pub fn detail(detail: &Value) -> String {
    let mut rest = detail.clone();
    let kind = rest.as_object_mut().and_then(|members| members.remove("type"));
    let kind = kind.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned();
    match rest.as_object().is_none_or(serde_json::Map::is_empty) {
        true => kind,
        false => format!("{kind} {rest}"),
    }
}
