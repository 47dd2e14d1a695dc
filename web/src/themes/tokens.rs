//! Design tokens: colours and lengths that become CSS custom properties, checked before they do.

use serde::Deserialize;
use std::collections::BTreeMap;

/// Tokens by name: what a theme's own `theme.toml` says.
pub type Tokens = BTreeMap<String, Token>;

/// A colour or a length is a text, a plain number may be a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
pub enum Token {
    Text(String),
    Number(f64),
}

/// `text` on `on` needs a ratio of at least `min` (WCAG 2.2: 4.5 for text, 3 for shapes).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contrast {
    text: String,
    on: String,
    min: f64,
}

/// The tokens of a theme, and those that differ on a dark screen (never on paper).
///
/// # Errors
/// As [`css`].
pub fn style(tokens: &Tokens, dark: &Tokens) -> Result<String, String> {
    let mut out = if tokens.is_empty() { String::new() } else { css(":root", tokens)? };
    if !dark.is_empty() {
        // Before what a child says for a bright one.
        let dark = css("html:root", dark)?;
        out.push_str(&format!("@media screen and (prefers-color-scheme:dark){{{dark}}}"));
    }
    Ok(out)
}

/// Tokens as CSS custom properties. Every value is parsed and written anew, so that a value such
/// as `red;}body{display:none` cannot get through.
///
/// # Errors
/// Names the token and what may stand there.
fn css(of: &str, tokens: &Tokens) -> Result<String, String> {
    let mut out = format!("{of}{{");
    for (name, token) in tokens {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if !name.chars().all(good) {
            return Err(format!("token {name:?}: use a-z, 0-9, . and -"));
        }
        let value = match token {
            Token::Text(text) => text.clone(),
            Token::Number(number) => number.to_string(),
        };
        let value = typed(&value).ok_or_else(|| {
            format!("token {name} = {value:?}: use #rrggbb, a number, or a number with px, rem, em, % or ms")
        })?;
        out.push_str(&format!("--mu-{}:{value};", name.replace('.', "-")));
    }
    out.push('}');
    Ok(out)
}

/// Checks pairs of colours; `token` finds the token that is in force.
///
/// # Errors
/// The first pair that is too close, or that names no colour.
pub fn check_contrast<'t>(
    pairs: impl Iterator<Item = &'t Contrast>,
    token: impl Fn(&str) -> Option<&'t Token>,
) -> Result<(), String> {
    let of = |name: &str| match token(name) {
        Some(Token::Text(text)) => {
            colour(text).ok_or_else(|| format!("contrast: {name} is not a colour token"))
        }
        _ => Err(format!("contrast: {name} is not a colour token")),
    };
    for pair in pairs {
        let ratio = ratio(of(&pair.text)?, of(&pair.on)?);
        if ratio < pair.min {
            return Err(format!(
                "contrast of {} on {} is {ratio:.2}, at least {} is needed",
                pair.text, pair.on, pair.min
            ));
        }
    }
    Ok(())
}

fn typed(value: &str) -> Option<String> {
    if let Some((r, g, b)) = colour(value) {
        return Some(format!("#{r:02x}{g:02x}{b:02x}"));
    }
    let at =
        value.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '-').unwrap_or(value.len());
    let (number, unit) = value.split_at(at);
    let number: f64 = number.parse().ok()?;
    ["", "px", "rem", "em", "%", "ms"].contains(&unit).then(|| format!("{number}{unit}"))
}

fn colour(value: &str) -> Option<(u8, u8, u8)> {
    let hex = value.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii())?;
    let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
    Some((part(0)?, part(2)?, part(4)?))
}

/// WCAG 2.2 contrast ratio of two sRGB colours.
fn ratio(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.04045 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    let light = |(r, g, b)| 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    let (a, b) = (light(a), light(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

#[cfg(test)]
mod tests {
    use super::{ratio, typed};

    #[test]
    fn a_token_is_parsed_and_written_anew() {
        assert_eq!(typed("#0017C1").as_deref(), Some("#0017c1"));
        assert_eq!(typed("1.5rem").as_deref(), Some("1.5rem"));
        for bad in ["red;}body{display:none", "url(x)", "#fff;", "1px;", "", "calc(1px)", "#ggg000"]
        {
            assert_eq!(typed(bad), None, "{bad}");
        }
    }

    #[test]
    fn contrast_is_that_of_the_guideline() {
        assert!((ratio((0, 0, 0), (255, 255, 255)) - 21.0).abs() < 0.01);
        assert!((ratio((0x76, 0x76, 0x76), (255, 255, 255)) - 4.54).abs() < 0.01);
    }
}
