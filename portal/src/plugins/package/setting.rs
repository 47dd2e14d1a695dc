//! `[setting.NAME]`: what an insurer can decide about a plugin. Checked when the insurer is applied, so
//! that a slip is told to whoever made it, and not to members.

use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// A setting of a plugin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    #[serde(rename = "type")]
    pub kind: SettingKind,
    /// Whoever switches the plugin on has to say it.
    #[serde(default)]
    pub required: bool,
    /// Of a `word`: every value that it can have.
    #[serde(default)]
    pub words: Vec<String>,
    /// Of a `list`: what each of its entries has.
    #[serde(default)]
    pub of: BTreeMap<String, Setting>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SettingKind {
    /// A text, the same in every language.
    Text,
    /// A text in each language: `{ ja = "…", en = "…" }`; Japanese must be there.
    Words,
    Int,
    Bool,
    /// One of the words of the manifest.
    Word,
    /// A list of tables.
    List,
}

/// What a plugin can be told, by name.
pub type Declared = BTreeMap<String, Setting>;

/// Checks the manifest's own words.
///
/// # Errors
/// The setting, what is wrong with it, and what to write.
pub fn declared(settings: &Declared) -> Result<(), String> {
    for (name, setting) in settings {
        let at = |why: String| format!("setting {name}: {why}");
        if (setting.kind == SettingKind::Word) == setting.words.is_empty() {
            let why = "a word lists its values: words = [\"…\"], and nothing else does";
            return Err(at(why.to_owned()));
        }
        if (setting.kind == SettingKind::List) == setting.of.is_empty() {
            let why =
                "a list says what its entries have: of.NAME.type = \"…\", and nothing else does";
            return Err(at(why.to_owned()));
        }
        declared(&setting.of).map_err(at)?;
    }
    Ok(())
}

/// Checks what an insurer says.
///
/// # Errors
/// The setting, what is wrong with it, and what to write.
pub fn check(declared: &Declared, said: &Value) -> Result<(), String> {
    let none = serde_json::Map::new();
    let said = match said {
        Value::Null => &none,
        Value::Object(said) => said,
        _ => return Err("write a table of settings".to_owned()),
    };
    if let Some(unknown) = said.keys().find(|name| !declared.contains_key(*name)) {
        let known: Vec<&str> = declared.keys().map(String::as_str).collect();
        return Err(match known.is_empty() {
            true => format!("{unknown}: this plugin has no settings"),
            false => format!("{unknown}: there is no such setting; there are {}", known.join(", ")),
        });
    }
    for (name, setting) in declared {
        match said.get(name) {
            None if setting.required => return Err(format!("{name}: is missing")),
            None => {}
            Some(value) => setting.check(value).map_err(|why| format!("{name}: {why}"))?,
        }
    }
    Ok(())
}

impl Setting {
    fn check(&self, value: &Value) -> Result<(), String> {
        let fits = match (self.kind, value) {
            (SettingKind::Text, Value::String(_)) | (SettingKind::Bool, Value::Bool(_)) => true,
            (SettingKind::Int, Value::Number(number)) => number.is_i64(),
            (SettingKind::Word, Value::String(word)) => self.words.contains(word),
            (SettingKind::Words, Value::Object(texts)) => {
                let languages = texts.iter();
                texts.contains_key("ja")
                    && languages.into_iter().all(|(lang, text)| {
                        let known = web::messages::LANGUAGES.iter().any(|(code, _)| code == lang);
                        known && text.is_string()
                    })
            }
            (SettingKind::List, Value::Array(entries)) => {
                for (at, entry) in entries.iter().enumerate() {
                    let one = check(&self.of, entry);
                    one.map_err(|why| format!("entry {}: {why}", at + 1))?;
                }
                true
            }
            _ => false,
        };
        match fits {
            true => Ok(()),
            false => Err(format!("write {}", self.shape())),
        }
    }

    fn shape(&self) -> String {
        match self.kind {
            SettingKind::Text => "a text".to_owned(),
            SettingKind::Words => "a text in each language: { ja = \"…\", en = \"…\" }".to_owned(),
            SettingKind::Int => "a whole number".to_owned(),
            SettingKind::Bool => "true or false".to_owned(),
            SettingKind::Word => format!("one of {:?}", self.words),
            SettingKind::List => "a list of tables".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Declared, check, declared};
    use serde_json::json;

    #[test]
    fn a_slip_of_an_insurer_says_what_to_write() {
        let text = "note.type = \"words\"\nmost.type = \"int\"\nask = { type = \"word\", words = \
                    [\"a\", \"b\"] }\nmail = { type = \"text\", required = true }\n\
                    [list]\ntype = \"list\"\nof.q = { type = \"words\", required = true }\n";
        let settings: Declared = toml::from_str(text).unwrap();
        assert_eq!(declared(&settings), Ok(()));
        let good = json!({"mail": "x", "note": {"ja": "あ", "en": "a"}, "most": 3, "ask": "a",
                          "list": [{"q": {"ja": "問"}}]});
        assert_eq!(check(&settings, &good), Ok(()));
        for (said, word) in [
            (json!({}), "mail: is missing"),
            (json!({"mail": 5}), "mail: write a text"),
            (json!({"mail": "x", "not": 1}), "not: there is no such setting; there are ask, list"),
            (json!({"mail": "x", "note": "あ"}), "{ ja ="),
            (json!({"mail": "x", "note": {"en": "a"}}), "{ ja ="),
            (json!({"mail": "x", "note": {"ja": "a", "fr": "a"}}), "{ ja ="),
            (json!({"mail": "x", "most": "3"}), "a whole number"),
            (json!({"mail": "x", "ask": "c"}), "one of [\"a\", \"b\"]"),
            (
                json!({"mail": "x", "list": [{"q": {"ja": "a"}}, {}]}),
                "list: entry 2: q: is missing",
            ),
            (json!({"mail": "x", "list": {}}), "a list of tables"),
            (json!([]), "a table of settings"),
        ] {
            let why = check(&settings, &said).unwrap_err();
            assert!(why.contains(word), "{said}: {why}");
        }
        assert!(check(&Declared::new(), &json!({"a": 1})).unwrap_err().contains("no settings"));
        for bad in
            ["a.type = \"word\"", "a.type = \"list\"", "a = { type = \"int\", words = [\"x\"] }"]
        {
            assert!(declared(&toml::from_str(bad).unwrap()).is_err(), "{bad}");
        }
    }
}
