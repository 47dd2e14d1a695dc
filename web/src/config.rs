//! Settings from TOML and environment, the insurers' folders, and the generated reference.

use figment::Figment;
use figment::providers::{Env, Format, Toml};
use schemars::JsonSchema;
use serde::de::DeserializeOwned;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

/// A setting or an insurer's file that cannot be used. The text says what to do.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct ConfigError(pub String);

/// Reads `file` (when given) and then the environment: `PREFIX_A__B` overrides `[a] b`.
///
/// # Errors
/// When the file is missing, a key is unknown or a value has the wrong type; the key is named.
pub fn load<T: DeserializeOwned>(file: Option<&Path>, prefix: &str) -> Result<T, ConfigError> {
    let mut figment = Figment::new();
    if let Some(file) = file {
        if !file.is_file() {
            return Err(ConfigError(format!("{}: there is no such file", file.display())));
        }
        figment = figment.merge(Toml::file_exact(file));
    }
    figment.merge(Env::prefixed(prefix).split("__")).extract().map_err(|error| {
        let lines: Vec<String> = error.into_iter().map(|error| told(&error, prefix)).collect();
        ConfigError(lines.join("\n"))
    })
}

/// Where a wrong setting stands and what is wrong with it.
fn told(error: &figment::Error, prefix: &str) -> String {
    let key = error.path.join(".");
    let place = match error.metadata.as_ref().and_then(|about| about.source.as_ref()) {
        Some(figment::Source::File(file)) => format!("{}: ", file.display()),
        _ if key.is_empty() => String::new(),
        _ => format!("environment {prefix}{}: ", key.replace('.', "__").to_uppercase()),
    };
    match &error.kind {
        figment::error::Kind::UnknownField(name, known) => {
            let table: Vec<&str> =
                error.path.iter().map(String::as_str).filter(|part| part != name).collect();
            let table = table.join(".");
            let within = if table.is_empty() { String::new() } else { format!(" in [{table}]") };
            format!("{place}there is no setting `{name}`{within}; there are {}", known.join(", "))
        }
        kind if key.is_empty() => format!("{place}{kind}"),
        kind => format!("{place}`{key}`: {kind}"),
    }
}

/// Whether a setting is an address that links can be made from.
///
/// # Errors
/// Names the setting and says what to write.
pub fn public_url(setting: &str, url: &str) -> Result<(), ConfigError> {
    let say = |why: &str| Err(ConfigError(format!("{setting} = \"{url}\": {why}")));
    let Ok(parsed) = url::Url::parse(url) else {
        return say("is no address; write one such as https://id.example");
    };
    match parsed.scheme() {
        _ if url.ends_with('/') => say("write it without the slash at its end"),
        "https" | "http" if parsed.query().is_none() && parsed.fragment().is_none() => Ok(()),
        "https" | "http" => say("must have no query and no fragment"),
        _ => say("must begin with https:// (or http:// on this machine)"),
    }
}

/// Reads one TOML file of an insurer's folder. `${NAME}` is replaced from the environment.
///
/// # Errors
/// When the file cannot be read or parsed, or a variable is not set.
pub fn insurer_file<T: DeserializeOwned>(path: &Path) -> Result<T, ConfigError> {
    let say = |error: &dyn std::fmt::Display| ConfigError(format!("{}: {error}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| say(&error))?;
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads settings")]
    let text = expand(&text, |name| std::env::var(name).ok()).map_err(|name| {
        say(&format_args!("the environment variable {name} is used but not set"))
    })?;
    toml::from_str(&text).map_err(|error| say(&toml_fault(&text, &error)))
}

/// Where a TOML text cannot be read and why, in one line.
pub fn toml_fault(text: &str, error: &toml::de::Error) -> String {
    let why = error.message().trim_end().replace('\n', ", ");
    match error.span() {
        None => why,
        Some(span) => {
            let before = text.get(..span.start).unwrap_or(text);
            let line = before.matches('\n').count() + 1;
            format!("line {line}: {why}")
        }
    }
}

/// The `*.toml` files below `folder`, sorted by name; none when the folder is missing.
pub fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .map(|entries| entries.flatten().map(|entry| entry.path()).collect())
        .unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    files.sort();
    files
}

fn expand(text: &str, value: impl Fn(&str) -> Option<String>) -> Result<String, String> {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let (before, after) = rest.split_at(at);
        let Some(end) = after.find('}') else { break };
        let name = &after[2..end];
        out.push_str(before);
        let value = value(name).ok_or_else(|| name.to_owned())?;
        // The value lands inside a TOML string: it must not be able to end it.
        out.push_str(&value.replace('\\', "\\\\").replace('"', "\\\""));
        rest = &after[end + 1..];
    }
    out.push_str(rest);
    Ok(out)
}

/// The reference page of a settings type, from its doc comments.
pub fn reference<T: JsonSchema>(title: &str, prefix: &str) -> String {
    let schema = schemars::schema_for!(T).to_value();
    let mut out = format!(
        "# {title}\n\nMade from the code by `cargo xtask settings`; do not edit.\n\n\
         | key | environment | default | meaning |\n|---|---|---|---|\n"
    );
    rows(&schema, &schema, "", prefix, &mut out);
    out
}

fn rows(
    root: &serde_json::Value,
    schema: &serde_json::Value,
    path: &str,
    prefix: &str,
    out: &mut String,
) {
    let Some(properties) = schema["properties"].as_object() else { return };
    for (name, field) in properties {
        let key = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        let target = field["$ref"].as_str().or_else(|| field["allOf"][0]["$ref"].as_str());
        let inner = target.and_then(|target| root.pointer(target.trim_start_matches('#')));
        if let Some(inner) = inner.filter(|inner| inner["properties"].is_object()) {
            rows(root, inner, &key, prefix, out);
            continue;
        }
        let environment = format!("{prefix}{}", key.replace('.', "__").to_uppercase());
        let default = match &field["default"] {
            serde_json::Value::Null => "–".to_owned(),
            value => format!("`{value}`"),
        };
        let meaning = field["description"].as_str().unwrap_or("").replace('\n', " ");
        writeln!(out, "| `{key}` | `{environment}` | {default} | {meaning} |")
            .expect("writing to a String cannot fail");
    }
}

#[cfg(test)]
mod tests {
    use super::{expand, load};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Sample {
        listen: String,
    }

    /// Attack 33: a misspelt setting is not lost in silence.
    #[test]
    fn an_unknown_key_is_refused_by_name() {
        let file = std::env::temp_dir().join(format!("musubi-config-{}.toml", std::process::id()));
        std::fs::write(&file, "listen = \"a\"\nlisten_adress = \"b\"\n").unwrap();
        let error = load::<Sample>(Some(&file), "MUSUBI_NOTHING_").unwrap_err();
        assert!(error.to_string().contains("listen_adress"), "{error}");
        std::fs::write(&file, "listen = \"a\"\n").unwrap();
        assert_eq!(load::<Sample>(Some(&file), "MUSUBI_NOTHING_").unwrap().listen, "a");
    }

    #[test]
    fn a_fault_is_one_line_with_its_place() {
        for (text, expected) in [
            ("listen = \"a\"\nlisten_adress = \"b\"\n", "line 2: unknown field `listen_adress`"),
            ("\nlisten = 3\n", "line 2: invalid type: integer `3`"),
            ("listen = \"a\n", "line 1: "),
            ("", "missing field `listen`"),
        ] {
            let error = toml::from_str::<Sample>(text).unwrap_err();
            let said = super::toml_fault(text, &error);
            assert!(said.contains(expected) && !said.contains('\n'), "{said}");
        }
    }

    #[test]
    fn variables_are_replaced_and_missing_ones_named() {
        let value = |name: &str| (name == "A").then(|| "x\"y".to_owned());
        assert_eq!(expand("u = \"${A}/b\" # $ {", value).unwrap(), "u = \"x\\\"y/b\" # $ {");
        assert_eq!(expand("${B}", value).unwrap_err(), "B");
    }
}
