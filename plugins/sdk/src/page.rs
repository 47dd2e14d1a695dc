//! A page of a plugin: a struct with its template.

use crate::{Fault, PageReply};
use serde::Serialize;

impl PageReply {
    /// Data for `templates/NAME`.
    ///
    /// # Errors
    /// When `data` cannot be written as JSON.
    pub fn show(template: impl Into<String>, data: impl Serialize) -> Result<Self, Fault> {
        let data = serde_json::to_value(data).map_err(|error| Fault::Plugin(error.to_string()))?;
        Ok(PageReply::Show { template: template.into(), data })
    }
}
