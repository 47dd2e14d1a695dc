//! A theme says only what differs from its parent: tokens, logo, texts, template overrides.

use crate::assets::Assets;
use crate::messages::{LANGUAGES, Messages};
use crate::pages::{self, Owner};
use serde::Deserialize;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use tera::Tera;

/// `theme.toml` as an author writes it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    theme: Head,
    #[serde(default)]
    tokens: BTreeMap<String, Token>,
    #[serde(default)]
    assets: BTreeMap<String, String>,
    /// Pairs of colours that are used together, checked for contrast.
    #[serde(default)]
    contrast: Vec<Contrast>,
}

/// A colour or a length is a text, a plain number may be a number.
#[derive(Debug, Clone, Deserialize)]
#[serde(untagged)]
enum Token {
    Text(String),
    Number(f64),
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    id: String,
    name: crate::Text,
    parent: Option<String>,
}

/// `text` on `on` needs a ratio of at least `min` (WCAG 2.2: 4.5 for text, 3 for shapes).
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Contrast {
    text: String,
    on: String,
    min: f64,
}

/// A theme, ready to draw with.
pub struct Theme {
    pub(crate) tera: Tera,
    messages: HashMap<&'static str, Messages>,
    pub css: Vec<String>,
    pub js: Vec<String>,
    pub logo: String,
    pub icon: String,
}

/// A theme that cannot be used; the text names it and says what to mend.
#[derive(Debug, thiserror::Error)]
#[error("theme {0}: {1}")]
pub struct ThemeError(String, String);

impl Theme {
    /// The texts in a language.
    pub fn messages(&self, lang: &str) -> &Messages {
        self.messages.get(lang).or_else(|| self.messages.get("ja")).expect("ja always exists")
    }
}

/// Whether an insurer's theme is there, before the insurer is published.
///
/// # Errors
/// [`ThemeError`] with the themes that there are.
pub fn exists(folder: &Path, theme: &str) -> Result<(), ThemeError> {
    if folder.join(theme).join("theme.toml").is_file() {
        return Ok(());
    }
    let there = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let names: Vec<String> =
        there.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    let why = format!("does not exist in {}; there are: {}", folder.display(), names.join(", "));
    Err(ThemeError(theme.to_owned(), why))
}

/// Loads every folder below `folder` that has a `theme.toml`, with the templates and messages of
/// `owners` underneath.
pub fn load(
    folder: &Path,
    owners: &[Owner],
    assets: &mut Assets,
) -> Result<HashMap<String, Theme>, ThemeError> {
    let mut files = BTreeMap::new();
    let entries = std::fs::read_dir(folder)
        .map_err(|error| ThemeError(folder.display().to_string(), error.to_string()))?;
    for path in entries.flatten().map(|entry| entry.path()) {
        let toml = path.join("theme.toml");
        if toml.is_file() {
            let file: File = crate::config::insurer_file(&toml)
                .map_err(|error| ThemeError(path.display().to_string(), error.to_string()))?;
            if file.theme.name.ja.is_empty() {
                return Err(ThemeError(file.theme.id, "name.ja is empty".into()));
            }
            files.insert(file.theme.id.clone(), (file, path));
        }
    }
    if !files.contains_key("base") {
        return Err(ThemeError("base".into(), format!("is missing in {}", folder.display())));
    }
    let mut shared: HashMap<(String, String), String> = HashMap::new();
    files
        .keys()
        .map(|id| {
            let chain = chain(&files, id)?;
            let theme = build(id, &chain, owners, assets, &mut shared)
                .map_err(|why| ThemeError(id.clone(), why))?;
            Ok((id.clone(), theme))
        })
        .collect()
}

type Files = BTreeMap<String, (File, PathBuf)>;

/// The theme, its parent, …, base.
fn chain<'f>(files: &'f Files, id: &str) -> Result<Vec<&'f (File, PathBuf)>, ThemeError> {
    let mut chain = Vec::new();
    let mut next = Some(id.to_owned());
    while let Some(id) = next {
        let found =
            files.get(&id).ok_or_else(|| ThemeError(id.clone(), "does not exist".into()))?;
        if chain.len() >= 3 {
            return Err(ThemeError(id, "has more than two ancestors or is its own".into()));
        }
        next = found.0.theme.parent.clone();
        chain.push(found);
    }
    Ok(chain)
}

fn build(
    id: &str,
    chain: &[&(File, PathBuf)],
    owners: &[Owner],
    assets: &mut Assets,
    shared: &mut HashMap<(String, String), String>,
) -> Result<Theme, String> {
    let mut css = Vec::new();
    let mut js = Vec::new();
    let (mut logo, mut icon) = (String::new(), String::new());
    let mut tokens = BTreeMap::new();
    let mut pairs = Vec::new();
    for (file, path) in chain.iter().rev() {
        let theme = &file.theme.id;
        for name in file_names(&path.join("assets"))? {
            let key = (theme.clone(), name.clone());
            let url = match shared.get(&key) {
                Some(url) => url.clone(),
                None => {
                    let file = path.join("assets").join(&name);
                    let bytes = std::fs::read(&file).map_err(|error| error.to_string())?;
                    let url = assets.add(theme, &name, bytes);
                    shared.insert(key, url.clone());
                    url
                }
            };
            let asset = format!("assets/{name}");
            if name.ends_with(".css") {
                css.push(url);
            } else if name.ends_with(".js") {
                js.push(url);
            } else if file.assets.get("logo") == Some(&asset) {
                logo = url;
            } else if file.assets.get("icon") == Some(&asset) {
                icon = url;
            }
        }
        tokens.extend(file.tokens.iter().map(|(name, token)| {
            let value = match token {
                Token::Text(text) => text.clone(),
                Token::Number(number) => number.to_string(),
            };
            (name.clone(), value)
        }));
        pairs.extend(file.contrast.clone());
    }
    check_contrast(&tokens, &pairs)?;
    css.push(assets.add(id, "tokens.css", tokens_css(&tokens)?.into_bytes()));
    Ok(Theme {
        tera: tera(chain, owners)?,
        messages: messages(chain, owners)?,
        css,
        js,
        logo,
        icon,
    })
}

/// Tokens as CSS custom properties. Every value is parsed and written anew, so that a value such
/// as `red;}body{display:none` cannot get through.
fn tokens_css(tokens: &BTreeMap<String, String>) -> Result<String, String> {
    let mut out = String::from(":root{");
    for (name, value) in tokens {
        let good = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '.' || c == '-';
        if !name.chars().all(good) {
            return Err(format!("token {name:?}: use a-z, 0-9, . and -"));
        }
        let value = typed(value).ok_or_else(|| {
            format!("token {name} = {value:?}: use #rrggbb, a number, or a number with px, rem, em, % or ms")
        })?;
        out.push_str(&format!("--mu-{}:{value};", name.replace('.', "-")));
    }
    out.push('}');
    Ok(out)
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

fn check_contrast(tokens: &BTreeMap<String, String>, pairs: &[Contrast]) -> Result<(), String> {
    for pair in pairs {
        let of = |name: &String| {
            tokens
                .get(name)
                .and_then(|value| colour(value))
                .ok_or_else(|| format!("contrast: {name} is not a colour token"))
        };
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

/// Templates: `theme!/name` for each theme of the chain, `owner!/owner/name` underneath.
fn tera(chain: &[&(File, PathBuf)], owners: &[Owner]) -> Result<Tera, String> {
    let mut tera = Tera::new();
    let prefixes = chain.iter().map(|(file, _)| format!("{}!/", file.theme.id));
    let prefixes: Vec<String> = prefixes.chain(["owner!/".to_owned()]).collect();
    tera.set_fallback_prefixes(prefixes).map_err(|error| error.to_string())?;
    tera.autoescape_on([".html"]);
    pages::register(&mut tera);
    let mut templates = Vec::new();
    for (file, path) in chain {
        let folder = path.join("templates");
        for name in walk(&folder, "")? {
            // One theme serves both programs: overrides of the other's pages are not drawn here.
            let owner = name.split_once('/').map(|(owner, _)| owner);
            if owner.is_some_and(|owner| owners.iter().all(|known| known.id != owner)) {
                continue;
            }
            let text = std::fs::read_to_string(folder.join(&name)).map_err(|e| e.to_string())?;
            templates.push((format!("{}!/{name}", file.theme.id), text));
        }
    }
    for owner in owners {
        for (name, text) in &owner.templates {
            templates.push((format!("owner!/{}/{name}", owner.id), text.clone()));
        }
    }
    tera.add_raw_templates(templates).map_err(|error| error.to_string())?;
    Ok(tera)
}

fn messages(
    chain: &[&(File, PathBuf)],
    owners: &[Owner],
) -> Result<HashMap<&'static str, Messages>, String> {
    LANGUAGES
        .iter()
        .map(|(lang, _)| {
            let mut files: Vec<(String, String)> = owners
                .iter()
                .filter_map(|owner| {
                    let text = owner.messages.get(*lang)?;
                    Some((format!("{}/{lang}.ftl", owner.id), text.clone()))
                })
                .collect();
            for (_, path) in chain.iter().rev() {
                let file = path.join("messages").join(format!("{lang}.ftl"));
                if let Ok(text) = std::fs::read_to_string(&file) {
                    files.push((file.display().to_string(), text));
                }
            }
            Ok((*lang, Messages::new(lang, &files).map_err(|error| error.to_string())?))
        })
        .collect()
}

fn file_names(folder: &Path) -> Result<Vec<String>, String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(Vec::new()) };
    let mut names: Vec<String> = entries
        .flatten()
        .filter(|entry| entry.path().is_file())
        .map(|entry| entry.file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    Ok(names)
}

/// All files below a folder, as `a/b.html`.
fn walk(folder: &Path, below: &str) -> Result<Vec<String>, String> {
    let Ok(entries) = std::fs::read_dir(folder.join(below)) else { return Ok(Vec::new()) };
    let mut names = Vec::new();
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let name = if below.is_empty() { name } else { format!("{below}/{name}") };
        if entry.path().is_dir() {
            names.extend(walk(folder, &name)?);
        } else {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
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
