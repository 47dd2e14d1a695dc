//! Where a value stands in XML: elements, and perhaps an attribute of the last.

/// Where something stands, from the root on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    pub elements: Vec<String>,
    pub attribute: Option<String>,
}

impl Path {
    /// The element that is a row.
    pub fn row(text: &str) -> Option<Self> {
        Self::read(text.strip_prefix('/').unwrap_or(text)).filter(|path| path.attribute.is_none())
    }

    /// A column: from the root when it begins with `/`, else from the row; `.` is the row itself.
    pub fn column(text: &str, row: &Path) -> Option<Self> {
        if let Some(rest) = text.strip_prefix('/') {
            return Self::read(rest).filter(|path| !path.elements.is_empty());
        }
        let within = match text {
            "." => Self { elements: Vec::new(), attribute: None },
            _ => Self::read(text)?,
        };
        let elements = row.elements.iter().cloned().chain(within.elements).collect();
        Some(Self { elements, ..within })
    }

    fn read(path: &str) -> Option<Self> {
        let mut elements: Vec<String> = path.split('/').map(ToOwned::to_owned).collect();
        let attribute = elements.pop_if(|last| last.starts_with('@'));
        let attribute = attribute.map(|name| name[1..].to_owned());
        let odd = |sign: char| sign.is_whitespace() || "@:.[]()<>&\"'=*".contains(sign);
        let name = |name: &String| !name.is_empty() && !name.contains(odd);
        elements.iter().chain(&attribute).all(name).then_some(Self { elements, attribute })
    }

    /// Whether it is this element, or an attribute of it.
    pub fn is_at(&self, open: &[String]) -> bool {
        self.elements == open
    }
}
