//! A page is a struct with a template's name and samples; the theme draws it.

mod chart;
pub(crate) mod filters;
pub(crate) mod foreign;
pub(crate) mod owner;

use self::filters::Speaking;
use self::foreign::{Budget, Limited};
use crate::assets::Assets;
use crate::themes::{self, Theme, ThemeError};
use serde::Serialize;
use std::collections::HashMap;
use std::path::Path;
use tera::Context;

pub use chart::fault as chart_fault;
pub(crate) use filters::Naming;
pub use filters::{Called, Opened};
pub(crate) use filters::{datetime, when, year, yen};
pub use owner::Owner;

/// A page: its fields are all that its template sees as `page`.
pub trait Page: Serialize {
    /// `owner/name.html`.
    const TEMPLATE: &'static str;
    /// States in which a test and the theme preview draw the page.
    fn samples() -> Vec<Self>
    where
        Self: Sized;
}

/// Every theme with every owner's pages.
pub struct Pages {
    themes: HashMap<String, Theme>,
    pub assets: Assets,
    /// Code runs that nobody signed: every page says so.
    pub unsigned: bool,
    /// For tests and authors: what is wrong with a theme's template is told, and no other is drawn instead.
    pub strict: bool,
    /// What themes say about plugins' pages that does not fit them any more.
    pub left_out: Vec<ThemeError>,
}

impl Pages {
    /// Loads the themes below `folder`, all of them.
    ///
    /// # Errors
    /// [`ThemeError`] names the first theme that cannot be used and what to mend.
    pub fn load(folder: &Path, owners: &[Owner]) -> Result<Self, ThemeError> {
        let (mut pages, mut refused) = Self::load_usable(folder, owners)?;
        refused.append(&mut pages.left_out);
        pages.strict = true;
        if refused.is_empty() { Ok(pages) } else { Err(refused.remove(0)) }
    }

    /// Loads the themes below `folder` that can be used, and says why the others cannot: one
    /// insurer's theme must not stop the others' pages.
    ///
    /// # Errors
    /// [`ThemeError`] when `base` or the pages of an owner cannot be used.
    pub fn load_usable(
        folder: &Path,
        owners: &[Owner],
    ) -> Result<(Self, Vec<ThemeError>), ThemeError> {
        let mut assets = Assets::default();
        let found = themes::load(folder, owners, &mut assets)?;
        let (themes, left_out) = (found.themes, found.left_out);
        Ok((Self { themes, assets, unsigned: false, strict: false, left_out }, found.refused))
    }

    /// Whether an insurer's theme can be used, before the insurer is published.
    ///
    /// # Errors
    /// [`ThemeError`] with what to mend, or with the themes that there are.
    pub fn can_draw(folder: &Path, owners: &[Owner], theme: &str) -> Result<(), ThemeError> {
        themes::exists(folder, theme)?;
        let (pages, refused) = Self::load_usable(folder, owners)?;
        if let Some(left_out) = pages.left_out.iter().find(|error| error.is_of(theme)) {
            return Err(left_out.clone());
        }
        if pages.has_theme(theme) {
            return Ok(());
        }
        let own = refused.into_iter().find(|error| error.is_of(theme));
        Err(own.unwrap_or_else(|| ThemeError::unusable(theme)))
    }

    /// Whether there is a theme with this id.
    pub fn has_theme(&self, id: &str) -> bool {
        self.themes.contains_key(id)
    }

    /// A theme by id; base when it does not exist.
    pub fn theme(&self, id: &str) -> &Theme {
        self.themes.get(id).or_else(|| self.themes.get("base")).expect("base always exists")
    }

    /// All theme ids.
    pub fn theme_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.themes.keys().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    /// Draws a template of a theme in a language.
    ///
    /// # Errors
    /// When a variable is undefined, a message is missing, or the page is over its budget.
    pub fn draw(
        &self,
        theme: &str,
        lang: &str,
        template: &str,
        site: &impl Serialize,
        page: &impl Serialize,
    ) -> Result<String, tera::Error> {
        let theme = self.theme(theme);
        let mut context = Context::new();
        context.insert("lang", lang);
        context.insert("site", site);
        context.insert("page", page);
        let _guard = Speaking::begin(theme.messages(lang).clone(), lang);
        let _budget = Budget::begin();
        let mut html = Limited::default();
        if let Err(error) = theme.tera.render_to(template, &context, &mut html) {
            // A plugin's data may have changed under the theme: its own template knows it.
            let own = format!("owner!/{template}");
            if self.strict || !theme.changes(template) {
                return Err(error);
            }
            tracing::error!(template, %error, "a theme's template fails; the owner's is drawn");
            html = Limited::default();
            theme.tera.render_to(&own, &context, &mut html)?;
        }
        String::from_utf8(html.0).map_err(|_| tera::Error::message("the page is not UTF-8"))
    }
}
