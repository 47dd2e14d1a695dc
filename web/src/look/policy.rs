//! The content security policy of a page: what a browser may do on it.

/// What one page may do besides what every page may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where a form of the page may lead besides this host, an [`origin`](crate::origin::origin): browsers apply
    /// `form-action` to the redirects after a post, too.
    pub form: Option<String>,
    /// Whose frames the page may contain, each an origin: front-channel logout.
    pub frames: Vec<String>,
}

impl Policy {
    /// The header's value: nothing inline, nothing from elsewhere, never in a frame.
    pub(crate) fn header(&self) -> String {
        let form = self.form.as_deref().unwrap_or("");
        let mut policy = format!(
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
             form-action 'self' {form}"
        );
        if !self.frames.is_empty() {
            policy.push_str(&format!("; frame-src {}", self.frames.join(" ")));
        }
        policy
    }
}

#[cfg(test)]
mod tests {
    use super::Policy;

    #[test]
    fn only_what_is_named_is_allowed_besides() {
        let own = Policy::default().header();
        assert!(own.ends_with("form-action 'self' ") && !own.contains("frame-src"), "{own}");
        let origins = ["https://a.example", "https://b.example:8443"].map(str::to_owned);
        let policy = Policy { form: Some("https://c.example".into()), frames: origins.into() };
        let more = policy.header();
        let end = "form-action 'self' https://c.example; \
                   frame-src https://a.example https://b.example:8443";
        assert!(more.ends_with(end), "{more}");
    }
}
