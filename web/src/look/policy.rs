//! The content security policy of a page: what a browser may do on it.

/// What one page may do besides what every page may.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Policy {
    /// Where a form of the page may lead besides this host, an [`origin`](crate::origin::origin): browsers apply
    /// `form-action` to the redirects after a post, too.
    pub form: Option<String>,
    /// Whose frames the page may contain, each an origin: front-channel logout.
    pub frames: Vec<String>,
    /// Scripts of base that this page needs besides those of every page, by name.
    pub scripts: Vec<&'static str>,
}

impl Policy {
    /// The header's value: nothing inline, nothing from elsewhere, never in a frame.
    pub(crate) fn header(&self, scripts: &[String]) -> String {
        let form = self.form.as_deref().unwrap_or("");
        let mut policy = format!(
            "default-src 'self'; object-src 'none'; base-uri 'none'; frame-ancestors 'none'; \
             form-action 'self' {form}"
        );
        let scripts = if scripts.is_empty() { "'none'".to_owned() } else { scripts.join(" ") };
        policy.push_str(&format!("; script-src {scripts}"));
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
        let own = Policy::default().header(&[]);
        let end = "form-action 'self' ; script-src 'none'";
        assert!(own.ends_with(end) && !own.contains("frame-src"), "{own}");
        let origins = ["https://a.example", "https://b.example:8443"].map(str::to_owned);
        let form = Some("https://c.example".into());
        let policy = Policy { form, frames: origins.into(), scripts: Vec::new() };
        let more = policy.header(&["https://id.example/a.js".to_owned()]);
        let end = "form-action 'self' https://c.example; script-src https://id.example/a.js; \
                   frame-src https://a.example https://b.example:8443";
        assert!(more.ends_with(end), "{more}");
    }
}
