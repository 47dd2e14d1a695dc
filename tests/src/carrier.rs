//! How a request of the tests reaches a program: over the network, or straight into a router.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

pub type Request = http::Request<String>;
pub type Response = http::Response<String>;

type Carry = dyn Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync;

/// Takes requests to where they are answered. It follows no redirect and keeps no cookie.
#[derive(Clone)]
pub struct Carrier {
    carry: Arc<Carry>,
    /// The only place that is reached; `None` reaches all.
    origin: Option<Arc<str>>,
}

impl Carrier {
    /// Real connections.
    pub fn network() -> Self {
        // A connection for each request: the server closes one after a body that is too long, and a
        // request that is on its way in it is lost.
        let client = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        let client = client.pool_max_idle_per_host(0).build().expect("a client");
        let carry = move |request: Request| {
            let client = client.clone();
            Box::pin(async move {
                let request = reqwest::Request::try_from(request).expect("an absolute address");
                let answer = client.execute(request).await.expect("answered");
                let mut response = Response::default();
                *response.status_mut() = answer.status();
                *response.headers_mut() = answer.headers().clone();
                *response.body_mut() = answer.text().await.unwrap_or_default();
                response
            }) as Pin<Box<dyn Future<Output = Response> + Send>>
        };
        Self { carry: Arc::new(carry), origin: None }
    }

    /// What answers in this process for the addresses of one origin.
    pub fn within<F>(origin: &str, carry: impl Fn(Request) -> F + Send + Sync + 'static) -> Self
    where
        F: Future<Output = Response> + Send + 'static,
    {
        let carry = move |request| {
            let answer: Pin<Box<dyn Future<Output = Response> + Send>> = Box::pin(carry(request));
            answer
        };
        Self { carry: Arc::new(carry), origin: Some(origin.into()) }
    }

    /// Whether an address is answered at all.
    pub fn reaches(&self, url: &str) -> bool {
        self.origin.as_deref().is_none_or(|origin| {
            url.strip_prefix(origin).is_some_and(|path| path.is_empty() || path.starts_with('/'))
        })
    }

    /// The answer to a request with an absolute address.
    pub async fn send(&self, request: Request) -> Response {
        (self.carry)(request).await
    }
}

/// A header's value, empty when absent.
pub fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// `application/x-www-form-urlencoded`.
pub fn form(pairs: &[(&str, &str)]) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}
