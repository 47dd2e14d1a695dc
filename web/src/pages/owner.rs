//! Whose pages: the templates and texts of a program or a plugin.

use super::foreign;
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

/// The templates and texts of a program or a plugin.
#[derive(Debug, Clone, Default)]
pub struct Owner {
    pub id: String,
    /// (file name, text)
    pub templates: Vec<(String, String)>,
    /// language → Fluent text
    pub messages: HashMap<String, String>,
    /// Templates that no theme may change: what they ask must not be said otherwise.
    locked: &'static [&'static str],
    /// A plugin's: its templates are checked and counted.
    foreign: bool,
}

impl Owner {
    /// The same, with templates that no theme may change.
    pub fn locked(self, locked: &'static [&'static str]) -> Self {
        Self { locked, ..self }
    }

    /// Whether it is a plugin's.
    pub(crate) fn is_foreign(&self) -> bool {
        self.foreign
    }

    /// Whether a theme's `owner/name.html` is one that it may not change.
    pub(crate) fn locks(&self, template: &str) -> bool {
        let name = template.strip_prefix(&self.id).and_then(|rest| rest.strip_prefix('/'));
        name.is_some_and(|name| self.locked.contains(&name))
    }

    /// From folders that were embedded into the program.
    pub fn embedded(
        id: &str,
        templates: &include_dir::Dir<'_>,
        messages: &include_dir::Dir<'_>,
    ) -> Self {
        let text = |file: &include_dir::File<'_>| {
            let name = file.path().to_string_lossy().replace('\\', "/");
            Some((name, file.contents_utf8()?.to_owned()))
        };
        Self {
            id: id.to_owned(),
            templates: all_files(templates).into_iter().filter_map(text).collect(),
            messages: all_files(messages)
                .into_iter()
                .filter_map(text)
                .filter_map(|(name, text)| Some((name.strip_suffix(".ftl")?.to_owned(), text)))
                .collect(),
            locked: &[],
            foreign: false,
        }
    }

    /// The template as Tera gets it.
    pub(crate) fn drawn<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.foreign { foreign::counted(text).into() } else { text.into() }
    }

    /// Checks the templates of a plugin: a page is content, and drawing it has an end.
    ///
    /// # Errors
    /// The file, the line, what stands there, and what to write.
    pub fn check(&self) -> Result<(), String> {
        for (name, text) in &self.templates {
            foreign::check(text).map_err(|why| format!("templates/{name}: {why}"))?;
        }
        Ok(())
    }

    /// From a plugin's folder with `templates/` and `messages/`.
    pub fn from_folder(id: &str, folder: &Path) -> Self {
        let read = |below: &str| -> Vec<(String, String)> {
            let Ok(entries) = std::fs::read_dir(folder.join(below)) else { return Vec::new() };
            entries
                .flatten()
                .filter_map(|entry| {
                    let text = std::fs::read_to_string(entry.path()).ok()?;
                    Some((entry.file_name().to_string_lossy().into_owned(), text))
                })
                .collect()
        };
        Self {
            id: id.to_owned(),
            templates: read("templates"),
            messages: read("messages")
                .into_iter()
                .filter_map(|(name, text)| Some((name.strip_suffix(".ftl")?.to_owned(), text)))
                .collect(),
            locked: &[],
            foreign: true,
        }
    }
}

fn all_files<'d>(dir: &'d include_dir::Dir<'d>) -> Vec<&'d include_dir::File<'d>> {
    let below = dir.dirs().flat_map(|dir| all_files(dir));
    dir.files().chain(below).collect()
}
