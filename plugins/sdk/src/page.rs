//! A page of a plugin: a struct with its template and samples.

use crate::{Fault, PageReply};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::collections::BTreeMap;

/// A page: its fields are all that its template sees as `page`.
///
/// ```
/// # use serde::{Deserialize, Serialize};
/// #[derive(Serialize, Deserialize)]
/// struct List {
///     checkups: Vec<String>,
/// }
///
/// impl sdk::Page for List {
///     const TEMPLATE: &'static str = "list.html";
///     // In a plugin: include_str!("../samples/list.json")
///     const SAMPLES: &'static str = r#"[{"checkups": ["2026-04-01"]}, {"checkups": []}]"#;
/// }
/// # use sdk::Page;
/// assert_eq!(List::samples().unwrap().len(), 2);
/// ```
pub trait Page: Serialize + DeserializeOwned {
    /// A file of the plugin's `templates/`.
    const TEMPLATE: &'static str;

    /// The file `samples/NAME.json` beside `templates/NAME.html`: a list of states of this page.
    /// The portal's tests draw each in every theme and language.
    const SAMPLES: &'static str;

    /// The page as a reply.
    ///
    /// # Errors
    /// When a field cannot be written as JSON.
    fn show(&self) -> Result<PageReply, Fault> {
        PageReply::show(Self::TEMPLATE, self)
    }

    /// The pages of [`Self::SAMPLES`], for a plugin's own tests.
    ///
    /// # Errors
    /// When there is none, or when one is not exactly this struct: a field too few or too many.
    fn samples() -> Result<Vec<Self>, String> {
        let file = Self::TEMPLATE.replace(".html", ".json");
        let samples: Vec<Value> =
            serde_json::from_str(Self::SAMPLES).map_err(|error| format!("{file}: {error}"))?;
        if samples.is_empty() {
            return Err(format!("{file}: write at least one state of the page"));
        }
        let page = |(at, sample): (usize, Value)| {
            let wrong = |why: String| format!("{file}, sample {}: {why}", at + 1);
            let page: Self =
                serde_json::from_value(sample.clone()).map_err(|error| wrong(error.to_string()))?;
            let written = serde_json::to_value(&page).map_err(|error| wrong(error.to_string()))?;
            if written == sample {
                return Ok(page);
            }
            Err(wrong(format!("write it as the page is: {written}")))
        };
        samples.into_iter().enumerate().map(page).collect()
    }
}

impl PageReply {
    /// Data for `templates/NAME`.
    ///
    /// # Errors
    /// When `data` cannot be written as JSON.
    pub fn show(template: impl Into<String>, data: impl Serialize) -> Result<Self, Fault> {
        let data = serde_json::to_value(data).map_err(|error| Fault::Plugin(error.to_string()))?;
        let (template, forms) = (template.into(), BTreeMap::new());
        Ok(PageReply::Show { template, data, forms, opened: None })
    }

    /// The page shows this, as the plugin calls it: the member has seen it from now on, and a template asks
    /// `{% if item | unseen %}`. For a route with `seen = true`; the plugin never hears what was opened.
    #[must_use]
    pub fn opens(mut self, item: impl Into<String>) -> Self {
        if let PageReply::Show { opened, .. } = &mut self {
            *opened = Some(item.into());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::Page;
    use serde::{Deserialize, Serialize};

    #[derive(Serialize, Deserialize)]
    struct Sums<const N: usize> {
        total: i64,
    }

    impl<const N: usize> Page for Sums<N> {
        const TEMPLATE: &'static str = "sums.html";
        const SAMPLES: &'static str = [
            r#"[{"total": 1}]"#,
            r#"[{"total": 1}, {"total": 2, "more": 3}]"#,
            r#"[{"totals": 1}]"#,
            "[]",
            "total",
        ][N];
    }

    #[test]
    fn a_sample_is_exactly_the_page() {
        assert_eq!(Sums::<0>::samples().map(|pages| pages[0].total), Ok(1));
        for (samples, word) in [
            (Sums::<1>::samples().err(), "sample 2"),
            (Sums::<2>::samples().err(), "total"),
            (Sums::<3>::samples().err(), "at least one"),
            (Sums::<4>::samples().err(), "sums.json"),
        ] {
            assert!(samples.as_ref().is_some_and(|why| why.contains(word)), "{samples:?}");
        }
    }
}
