//! Which levels of login the client wants: `acr_values` by preference, or `acr` in `claims`, which
//! can be essential (OpenID Connect Core §5.5.1.1, RFC 9470 §4).

use super::{Authorize, Request};
use crate::error::{Code, OAuthError};
use serde_json::Value;

pub(super) fn check(request: &Request, accepted: &mut Authorize) -> Result<(), OAuthError> {
    let words = |text: &str| text.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>();
    let asked = accepted.claims.id_token.get("acr").cloned().unwrap_or_default();
    let by_name = match (asked.get("value"), asked.get("values")) {
        (Some(Value::String(one)), _) => vec![one.clone()],
        (_, Some(Value::Array(many))) => {
            many.iter().filter_map(Value::as_str).map(str::to_owned).collect()
        }
        _ => Vec::new(),
    };
    let essential = asked["essential"] == true && !by_name.is_empty();
    accepted.acr_values = match (by_name.is_empty(), request.params.value("acr_values")) {
        (false, _) => by_name,
        (true, Some(text)) => words(text),
        (true, None) => request.client.default_acr_values.clone(),
    };
    accepted.acr_essential = essential;
    let known = |level: &String| request.rules.levels.contains(level);
    if essential && !accepted.acr_values.iter().any(known) {
        let why = "none of the asked acr values can be reached here";
        return Err(Code::UnmetAuthenticationRequirements.because(why));
    }
    // Others can never be reached, so they are no reason to ask anybody anything.
    accepted.acr_values.retain(known);
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::authorize::Rules;
    use crate::authorize::tests::outcome_with;
    use crate::client::sample;
    use crate::error::Code;

    /// Attack 30: a level that was asked for does not get lost on the way.
    #[test]
    fn known_levels_are_kept_and_an_essential_unknown_one_is_refused() {
        let rules =
            Rules { levels: vec!["password".into(), "identity".into()], ..Rules::default() };
        let run = |name, value| outcome_with(&sample(), &rules, &[(name, Some(value))]);
        assert_eq!(run("acr_values", "gold identity").unwrap().acr_values, ["identity"]);
        let essential = r#"{"id_token":{"acr":{"essential":true,"values":["identity"]}}}"#;
        let accepted = run("claims", essential).unwrap();
        assert!(accepted.acr_essential && accepted.acr_values == ["identity"]);
        let gold = essential.replace("identity", "gold");
        assert_eq!(run("claims", &gold), Err(Code::UnmetAuthenticationRequirements));
        let voluntary = gold.replace("true", "false");
        assert!(run("claims", &voluntary).unwrap().acr_values.is_empty());
    }
}
