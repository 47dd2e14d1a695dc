//! Texts in Japanese and English: Fluent files, the theme's before the owner's.

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use std::collections::HashMap;
use std::sync::Arc;

/// The languages that exist. The first is the default.
pub const LANGUAGES: [(&str, &str); 2] = [("ja", "日本語"), ("en", "English")];

/// All texts of one theme in one language.
pub struct Messages {
    bundle: FluentBundle<Arc<FluentResource>>,
    /// Texts without arguments, resolved once.
    fixed: HashMap<String, String>,
}

/// A Fluent file that does not parse.
#[derive(Debug, thiserror::Error)]
#[error("messages {0}: {1}")]
pub struct MessagesError(String, String);

impl Messages {
    /// Later files override earlier ones. Each is (name for errors, text).
    pub fn new(lang: &str, files: &[(String, String)]) -> Result<Self, MessagesError> {
        let language: unic_langid::LanguageIdentifier =
            lang.parse().map_err(|_| MessagesError(lang.to_owned(), "no language".to_owned()))?;
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        bundle.set_use_isolating(false);
        let mut ids = Vec::new();
        for (name, text) in files {
            let resource = FluentResource::try_new(text.clone()).map_err(|(_, errors)| {
                let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
                MessagesError(name.clone(), words.join("; "))
            })?;
            ids.extend(text.lines().filter_map(|line| {
                let (id, _) = line.split_once('=')?;
                let id = id.trim_end();
                let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
                (!id.is_empty() && id.chars().all(word)).then(|| id.to_owned())
            }));
            bundle.add_resource_overriding(Arc::new(resource));
        }
        let mut messages = Self { bundle, fixed: HashMap::new() };
        for id in ids {
            if let Some(text) = messages.format(&id, None) {
                messages.fixed.insert(id, text);
            }
        }
        Ok(messages)
    }

    /// The text of a message, or `None` when it (or an argument) is missing. Arguments are texts.
    pub fn text(&self, id: &str, args: &[(&str, String)]) -> Option<String> {
        let args =
            args.iter().map(|(name, value)| ((*name).to_owned(), FluentValue::from(value.clone())));
        self.format_with(id, args.collect())
    }

    /// The same with typed arguments: a number chooses plural forms.
    pub(crate) fn format_with(
        &self,
        id: &str,
        args: Vec<(String, FluentValue<'_>)>,
    ) -> Option<String> {
        if args.is_empty() {
            return self.fixed.get(id).cloned();
        }
        let args: FluentArgs = args.into_iter().collect();
        self.format(id, Some(&args))
    }

    fn format(&self, id: &str, args: Option<&FluentArgs>) -> Option<String> {
        let pattern = self.bundle.get_message(id)?.value()?;
        let mut errors = Vec::new();
        let text = self.bundle.format_pattern(pattern, args, &mut errors).into_owned();
        errors.is_empty().then_some(text)
    }
}

#[cfg(test)]
mod tests {
    use super::Messages;

    #[test]
    fn a_later_file_wins_and_a_missing_argument_is_told() {
        let files = [
            ("owner".to_owned(), "login-title = A\nlogin-in = { $n } 分\n".to_owned()),
            ("theme".to_owned(), "login-title = B\n".to_owned()),
        ];
        let messages = Messages::new("ja", &files).unwrap();
        assert_eq!(messages.text("login-title", &[]).as_deref(), Some("B"));
        let args = [("n", "5".to_owned())];
        assert_eq!(messages.text("login-in", &args).as_deref(), Some("5 分"));
        assert_eq!(messages.text("login-in", &[]), None);
        assert_eq!(messages.text("nothing", &[]), None);
        assert!(Messages::new("ja", &[("x".into(), "a = {\n".into())]).is_err());
    }
}
