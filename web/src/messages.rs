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

/// A Fluent file, parsed once and shared by every theme that uses it.
pub struct MessagesFile {
    resource: Arc<FluentResource>,
    ids: Vec<String>,
}

impl MessagesFile {
    /// Parses the text of a file; `name` is for errors.
    ///
    /// # Errors
    /// What does not parse, with the file's name.
    pub fn parse(name: String, text: String) -> Result<Self, MessagesError> {
        let word = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        let ids = text.lines().filter_map(|line| {
            let id = line.split_once('=')?.0.trim_end();
            (!id.is_empty() && id.chars().all(word)).then(|| id.to_owned())
        });
        let ids = ids.collect();
        let resource = FluentResource::try_new(text).map_err(|(_, errors)| {
            let words: Vec<String> = errors.iter().map(ToString::to_string).collect();
            MessagesError(name, words.join("; "))
        })?;
        Ok(Self { resource: Arc::new(resource), ids })
    }
}

impl Messages {
    /// Later files override earlier ones.
    ///
    /// # Errors
    /// When `lang` is not the code of a language.
    pub fn new(lang: &str, files: &[Arc<MessagesFile>]) -> Result<Self, MessagesError> {
        let language: unic_langid::LanguageIdentifier = lang.parse().map_err(|_| {
            MessagesError(lang.to_owned(), "is not the code of a language".to_owned())
        })?;
        let mut bundle = FluentBundle::new_concurrent(vec![language]);
        bundle.set_use_isolating(false);
        for file in files {
            bundle.add_resource_overriding(file.resource.clone());
        }
        let mut messages = Self { bundle, fixed: HashMap::new() };
        for id in files.iter().flat_map(|file| &file.ids) {
            if !messages.fixed.contains_key(id)
                && let Some(text) = messages.format(id, None)
            {
                messages.fixed.insert(id.clone(), text);
            }
        }
        Ok(messages)
    }

    /// The text of a message, or `None` when it (or an argument) is missing. Arguments are texts;
    /// `count` and `month` are numbers when they are such, which choose forms.
    pub fn text(&self, id: &str, args: &[(&str, String)]) -> Option<String> {
        let arg = |(name, value): &(&str, String)| {
            let value = match (*name, value.parse::<i64>()) {
                ("count" | "month", Ok(number)) => FluentValue::from(number),
                _ => FluentValue::from(value.clone()),
            };
            ((*name).to_owned(), value)
        };
        self.format_with(id, args.iter().map(arg).collect())
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
    use super::{Messages, MessagesFile};
    use std::sync::Arc;

    #[test]
    fn a_later_file_wins_and_a_missing_argument_is_told() {
        let parse = |text: &str| MessagesFile::parse("x".into(), text.into()).map(Arc::new);
        let files = ["login-title = A\nlogin-in = { $n } 分\n", "login-title = B\n"];
        let messages = Messages::new("ja", &files.map(|text| parse(text).unwrap())).unwrap();
        assert_eq!(messages.text("login-title", &[]).as_deref(), Some("B"));
        let args = [("n", "5".to_owned())];
        assert_eq!(messages.text("login-in", &args).as_deref(), Some("5 分"));
        let plural = parse("a = { $count -> \n [one] one\n *[other] { $count }\n }\n").unwrap();
        let plural = Messages::new("en", &[plural]).unwrap();
        for (count, text) in [("1", "one"), ("12", "12")] {
            assert_eq!(plural.text("a", &[("count", count.into())]).as_deref(), Some(text));
        }
        assert_eq!(messages.text("login-in", &[]), None);
        assert_eq!(messages.text("nothing", &[]), None);
        assert!(parse("a = {\n").is_err());
    }
}
