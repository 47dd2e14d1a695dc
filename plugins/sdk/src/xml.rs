//! A file of elements: what authorities and other systems read. The host writes it down.

use crate::{Fault, PageReply};
use serde::{Deserialize, Serialize};

/// An element, with its attributes in their order and what stands in it.
///
/// ```
/// # use sdk::xml::Element;
/// let walks = Element::new("walks").attribute("month", "202604").child(Element::new("day").text("7200"));
/// assert_eq!(walks.content.len(), 1);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Element {
    /// With its prefix, where it has one; its namespace is an attribute like others.
    pub name: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub attributes: Vec<(String, String)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub content: Vec<Content>,
}

/// What stands in an element.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    Element(Element),
    Text(String),
}

impl Element {
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), ..Self::default() }
    }

    #[must_use]
    pub fn attribute(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.attributes.push((name.into(), value.into()));
        self
    }

    #[must_use]
    pub fn child(mut self, element: Element) -> Self {
        self.content.push(Content::Element(element));
        self
    }

    #[must_use]
    pub fn children(mut self, elements: impl IntoIterator<Item = Element>) -> Self {
        self.content.extend(elements.into_iter().map(Content::Element));
        self
    }

    #[must_use]
    pub fn text(mut self, text: impl Into<String>) -> Self {
        self.content.push(Content::Text(text.into()));
        self
    }

    /// The file as the reply of a route that answers with `xml`. `name` is what the file is called, without its end.
    ///
    /// # Errors
    /// None today.
    pub fn show(self, name: impl Into<String>) -> Result<PageReply, Fault> {
        Ok(PageReply::Xml { name: name.into(), root: self })
    }
}
