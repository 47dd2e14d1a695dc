//! Later tokens may have less than was granted, never more (RFC 6749 §6, RFC 8707 §2.2).

use crate::error::OAuthError;

/// The asked part of what was granted; nothing asked means all.
///
/// # Errors
/// `widening` when something is asked that was not granted.
pub fn narrowed<'a>(
    granted: &[String],
    asked: impl IntoIterator<Item = &'a str>,
    widening: OAuthError,
) -> Result<Vec<String>, OAuthError> {
    let mut narrowed: Vec<String> = Vec::new();
    for one in asked {
        if !granted.iter().any(|known| known == one) {
            return Err(widening);
        }
        if !narrowed.iter().any(|known| known == one) {
            narrowed.push(one.to_owned());
        }
    }
    Ok(if narrowed.is_empty() { granted.to_vec() } else { narrowed })
}

#[cfg(test)]
mod tests {
    use super::narrowed;
    use crate::error::Code;

    /// Attack 9: scope and audience widening.
    #[test]
    fn less_but_never_more() {
        let granted = ["openid", "email"].map(str::to_owned);
        let run = |asked: &[&str]| {
            narrowed(&granted, asked.iter().copied(), Code::InvalidScope.because("no"))
        };
        assert_eq!(run(&[]).unwrap(), granted);
        assert_eq!(run(&["email", "email"]).unwrap(), ["email"]);
        assert!(run(&["openid", "profile"]).is_err());
    }
}
