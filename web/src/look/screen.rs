//! Draws a page and answers with it, in one step or in two.

use super::{Look, Policy};
use crate::forms::CSRF;
use crate::{Error, Page, cookies};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use serde::Serialize;

/// A page that was drawn and not yet sent, for code that knows nothing of HTTP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Screen {
    pub status: u16,
    pub html: String,
    pub policy: Policy,
}

impl Look {
    /// Draws a page, with status 200 and the policy of this request.
    pub fn screen<P: Page>(&self, page: &P) -> Result<Screen, Error> {
        self.drawn(StatusCode::OK, P::TEMPLATE, page)
    }

    /// A page with status 200.
    pub fn page<P: Page>(&self, page: &P) -> Result<Response, Error> {
        Ok(self.answer(self.screen(page)?))
    }

    /// A page with status 200 and a policy of its own instead of this request's.
    pub fn page_allowing<P: Page>(&self, page: &P, policy: &Policy) -> Result<Response, Error> {
        Ok(self.answer(Screen { policy: policy.clone(), ..self.screen(page)? }))
    }

    /// A plugin's page: the template and its data are named at run time.
    pub fn draw(
        &self,
        status: StatusCode,
        template: &str,
        page: &impl Serialize,
    ) -> Result<Response, Error> {
        Ok(self.answer(self.drawn(status, template, page)?))
    }

    fn drawn(
        &self,
        status: StatusCode,
        template: &str,
        page: &impl Serialize,
    ) -> Result<Screen, Error> {
        let html = self.html(template, page)?;
        Ok(Screen { status: status.as_u16(), html, policy: self.policy.clone() })
    }

    /// Answers with a page that was drawn: not kept by caches, with the CSRF cookie when it is
    /// new. A number that is no HTTP status becomes 500.
    pub fn answer(&self, screen: Screen) -> Response {
        let fault = StatusCode::INTERNAL_SERVER_ERROR;
        let status = StatusCode::from_u16(screen.status).unwrap_or(fault);
        let mut response = (status, Html(screen.html)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(policy) = HeaderValue::from_str(&self.policy_line(&screen.policy)) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        if self.csrf_is_new {
            headers.append(header::SET_COOKIE, cookies::set(CSRF, &self.csrf, None, self.secure));
        }
        response
    }
}

#[cfg(test)]
mod tests {
    use super::{Policy, Screen};
    use crate::look::Notice;
    use crate::{Page as _, Pages, testing};
    use axum::http::{HeaderMap, header};
    use std::path::Path;
    use std::sync::Arc;

    fn policy(headers: &HeaderMap) -> &str {
        headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap()
    }

    #[test]
    fn a_page_has_its_own_policy_or_the_one_of_the_request() {
        let themes = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../themes"));
        let pages = Arc::new(Pages::load(themes, &[]).unwrap());
        let mut look = testing::look(&pages, "base", "ja", false);
        look.policy.form = Some("https://request.example".into());
        let notice = &Notice::samples()[0];
        let Ok(usual) = look.page(notice) else { panic!("the notice is drawn") };
        assert!(policy(usual.headers()).contains("form-action 'self' https://request.example"));
        let frames = vec!["https://page.example".into()];
        let own = Policy { frames, ..Policy::default() };
        let Ok(own) = look.page_allowing(notice, &own) else { panic!("the notice is drawn") };
        assert!(policy(own.headers()).ends_with("; frame-src https://page.example"));
        assert!(!policy(own.headers()).contains("request.example"));

        let Ok(screen) = look.screen(notice) else { panic!("the notice is drawn") };
        assert!(screen.html.contains("お知らせ") && screen.status == 200);
        let gone = look.answer(Screen { status: 410, ..screen.clone() });
        assert_eq!(
            (gone.status().as_u16(), policy(gone.headers())),
            (410, policy(usual.headers()))
        );
        assert_eq!(gone.headers()[header::CACHE_CONTROL], "no-store");
        assert!(gone.headers().contains_key(header::SET_COOKIE), "the CSRF cookie is new");
        assert_eq!(look.answer(Screen { status: 7, ..screen }).status().as_u16(), 500);
    }

    /// S4: a plugin's page has no token with which it could post for the member, nor has its frame;
    /// and no page may run a script that presses buttons but its own two.
    #[test]
    fn a_plugins_page_can_post_nothing_for_the_member() {
        let themes = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../themes"));
        let pages = Arc::new(Pages::load(themes, &[]).unwrap());
        let look = testing::look(&pages, "base", "ja", true);
        let notice = &Notice::samples()[0];
        let Ok(plugin) = look.for_plugin(None).screen(notice) else { panic!("drawn") };
        assert!(plugin.html.contains("/minato/signout") && !plugin.html.contains(&look.csrf));
        let policy = |policy: &Policy| look.policy_line(policy);
        let usual = policy(&Policy::default());
        for script in ["once-", "password-", "keep-"] {
            assert!(usual.contains(&format!("http://localhost:8500/assets/base/{script}")));
        }
        assert!(!usual.contains("/send-") && !usual.contains("/next-"), "{usual}");
        let own = policy(&Policy { scripts: vec!["send"], ..Policy::default() });
        assert!(own.contains("/send-") && !own.contains("/next-"), "{own}");
    }
}
