//! How an insurer is shown: name, contact, theme, languages. Read from `insurer.toml`.

use serde::{Deserialize, Serialize};

/// A text in each language.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Text {
    pub ja: String,
    #[serde(default)]
    pub en: String,
}

impl Text {
    /// The text in a language; Japanese when there is no other.
    pub fn in_language(&self, lang: &str) -> &str {
        if lang == "en" && !self.en.is_empty() { &self.en } else { &self.ja }
    }
}

/// Whom a person can ask.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    pub phone: String,
    pub hours: Text,
    pub mail: String,
}

/// `insurer.toml`: what every page and mail of an insurer needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Brand {
    /// The path segment that names the insurer; also its id in both databases.
    pub slug: String,
    /// Eight digits with a check digit (保険者番号).
    pub insurer_number: String,
    pub theme: String,
    pub languages: Vec<String>,
    pub name: Text,
    pub contact: Contact,
}

impl Brand {
    /// Shown where an address names no insurer: nobody's logo and nobody's phone number.
    pub fn nobody() -> Self {
        Self {
            slug: String::new(),
            insurer_number: "00000000".into(),
            theme: "base".into(),
            languages: vec!["ja".into(), "en".into()],
            name: Text {
                ja: "健康保険組合の加入者ページ".into(), en: "Member pages".into()
            },
            contact: Contact::default(),
        }
    }

    /// Whether it is nobody's.
    pub fn is_nobody(&self) -> bool {
        self.slug.is_empty()
    }

    /// Why this brand cannot be used, in words for the operator.
    pub fn fault(&self) -> Option<String> {
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
        if self.slug.is_empty() || self.slug.len() > 40 || !self.slug.chars().all(plain) {
            return Some(format!("slug {:?}: use a-z, 0-9 and -", self.slug));
        }
        if ["assets", "display", "health", "metrics"].contains(&self.slug.as_str()) {
            return Some(format!("slug {:?} is taken by the program itself", self.slug));
        }
        if !handover::insurer_number::is_valid(&self.insurer_number) {
            return Some(format!(
                "insurer_number {:?}: eight digits with a right check digit are needed",
                self.insurer_number
            ));
        }
        let known = |lang: &String| ["ja", "en"].contains(&lang.as_str());
        if self.languages.is_empty() || !self.languages.iter().all(known) {
            return Some("languages: \"ja\" and \"en\" exist".to_owned());
        }
        None
    }
}
