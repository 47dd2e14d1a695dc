//! The one way out: fetches what clients registered, behind an allow-list, with private addresses
//! refused after resolution, and with limits (attack 5).

use crate::settings::{Outbound as Limits, Settings};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use serde::de::IgnoredAny;
use serde_json::Value;
use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::Semaphore;
use web::config::ConfigError;

/// Fetches, and remembers documents for a while.
pub struct Outbound {
    client: reqwest::Client,
    limits: Limits,
    kept: Mutex<Kept>,
    /// Fetches at the same time, for all clients together.
    slots: Semaphore,
    /// Of them for one host: a silent one holds up nobody else.
    hosts: Mutex<HashMap<String, Arc<Semaphore>>>,
}

/// What was fetched, and what could not be.
#[derive(Default)]
struct Kept {
    documents: HashMap<String, (i64, Arc<Vec<u8>>)>,
    failures: HashMap<String, i64>,
    bytes: usize,
}

impl Kept {
    fn remove(&mut self, url: &str) {
        if let Some((_, document)) = self.documents.remove(url) {
            self.bytes = self.bytes.saturating_sub(document.len());
        }
    }

    /// What was fetched a while ago, for when the other side does not answer now.
    fn still_good(&self, url: &str, now: i64) -> Option<Arc<Vec<u8>>> {
        let (_, document) = self.documents.get(url).filter(|(at, _)| now - at < STILL_GOOD)?;
        Some(document.clone())
    }
}

/// Why nothing was fetched. The reason is for the log; what the other side said stays out of it.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("the address is not allowed: {0}")]
    Refused(&'static str),
    #[error("no answer")]
    Silent,
    #[error("the answer has status {0}")]
    Status(u16),
    #[error("the answer is too long")]
    Long,
    #[error("the answer is not what was asked for")]
    Useless,
}

/// Seconds for which a document is not fetched again.
const FRESH: i64 = 600;
/// Seconds between two fetches of the same document that a caller insists on.
const INSIST: i64 = 5;
/// Seconds for which an address that failed is not asked again.
const FAILED: i64 = 20;
/// Seconds for which a document stands in for one that cannot be fetched.
const STILL_GOOD: i64 = 24 * 3600;
/// Bytes of documents, and addresses that failed, remembered at once.
const KEPT_BYTES: usize = 16 * 1024 * 1024;
const KEPT_FAILURES: usize = 10_000;
/// Fetches at the same time.
const SLOTS: usize = 64;
/// Of them for one host.
const PER_HOST: usize = 4;

impl Outbound {
    /// Prepares the client.
    ///
    /// # Errors
    /// When the extra authorities cannot be read.
    pub fn new(limits: &Limits) -> Result<Self, ConfigError> {
        let say = |error: &dyn std::fmt::Display| ConfigError(format!("outbound: {error}"));
        let mut builder = reqwest::Client::builder()
            .no_proxy()
            // A redirect could lead from an allowed address to a private one.
            .redirect(Policy::none())
            .timeout(Duration::from_secs(limits.timeout_seconds))
            .connect_timeout(Duration::from_secs(limits.timeout_seconds))
            .pool_max_idle_per_host(1)
            .user_agent("musubi-idp")
            .dns_resolver(Arc::new(Guarded { loopback: limits.loopback }));
        if let Some(file) = Settings::file(&limits.authorities_file) {
            let pem = std::fs::read(file).map_err(|error| say(&error))?;
            let more = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| say(&error))?;
            builder = builder.tls_certs_merge(more);
        }
        let client = builder.build().map_err(|error| say(&error))?;
        Ok(Self {
            client,
            limits: limits.clone(),
            kept: Mutex::default(),
            slots: Semaphore::new(SLOTS),
            hosts: Mutex::default(),
        })
    }

    /// A document, from memory when it is young. `insist` fetches again, at most every few seconds:
    /// for a key that the remembered set does not have. What failed is not asked again for a
    /// while, whoever wants it; nor does a page that is not `usable` take the place of a good one.
    pub async fn document(
        &self,
        url: &str,
        insist: bool,
        now: i64,
        usable: impl Fn(&[u8]) -> bool,
    ) -> Result<Arc<Vec<u8>>, FetchError> {
        let age = if insist { INSIST } else { FRESH };
        {
            let kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
            if let Some((at, known)) = kept.documents.get(url)
                && now - at < age
            {
                return Ok(known.clone());
            }
            if kept.failures.get(url).is_some_and(|at| now - at < FAILED) {
                return kept.still_good(url, now).ok_or(FetchError::Silent);
            }
        }
        let fetched = match self.get(url).await {
            Ok(bytes) if !usable(&bytes) => Err(FetchError::Useless),
            fetched => fetched,
        };
        let mut kept = self.kept.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        match fetched {
            Ok(bytes) => {
                if kept.bytes + bytes.len() > KEPT_BYTES {
                    kept.documents.clear();
                    kept.bytes = 0;
                }
                kept.remove(url);
                kept.bytes += bytes.len();
                let bytes = Arc::new(bytes);
                kept.documents.insert(url.to_owned(), (now, bytes.clone()));
                Ok(bytes)
            }
            Err(error) => {
                if kept.failures.len() >= KEPT_FAILURES {
                    kept.failures.clear();
                }
                kept.failures.insert(url.to_owned(), now);
                // Who answers that there is no document, or another, has taken it back.
                match error {
                    FetchError::Silent | FetchError::Useless | FetchError::Status(500..) => {
                        kept.still_good(url, now).ok_or(error)
                    }
                    error => {
                        kept.remove(url);
                        Err(error)
                    }
                }
            }
        }
    }

    /// A JSON document, likewise.
    pub async fn json(&self, url: &str, insist: bool, now: i64) -> Result<Arc<Value>, FetchError> {
        let is_json = |bytes: &[u8]| serde_json::from_slice::<IgnoredAny>(bytes).is_ok();
        let bytes = self.document(url, insist, now, is_json).await?;
        let value: Value = serde_json::from_slice(&bytes).map_err(|_| FetchError::Useless)?;
        Ok(Arc::new(value))
    }

    /// The bytes of a document.
    pub async fn get(&self, url: &str) -> Result<Vec<u8>, FetchError> {
        let url = self.allowed(url)?;
        let host = self.host(&url);
        let _mine = host.acquire().await.map_err(|_| FetchError::Silent)?;
        let _slot = self.slots.acquire().await.map_err(|_| FetchError::Silent)?;
        let mut answer = self.client.get(url).send().await.map_err(|_| FetchError::Silent)?;
        if !answer.status().is_success() {
            return Err(FetchError::Status(answer.status().as_u16()));
        }
        let mut bytes = Vec::new();
        while let Some(chunk) = answer.chunk().await.map_err(|_| FetchError::Silent)? {
            if bytes.len() + chunk.len() > self.limits.max_bytes {
                return Err(FetchError::Long);
            }
            bytes.extend_from_slice(&chunk);
        }
        Ok(bytes)
    }

    /// The slots of an address's host.
    fn host(&self, url: &url::Url) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
        if hosts.len() >= KEPT_FAILURES {
            hosts.retain(|_, slots| Arc::strong_count(slots) > 1);
        }
        let name = url.host_str().unwrap_or_default().to_owned();
        hosts.entry(name).or_insert_with(|| Arc::new(Semaphore::new(PER_HOST))).clone()
    }

    /// Posts a form; the answer's text is not read.
    pub async fn post(&self, url: &str, form: String) -> Result<(), FetchError> {
        let url = self.allowed(url)?;
        let answer = self
            .client
            .post(url)
            .header("content-type", "application/x-www-form-urlencoded")
            .body(form)
            .send()
            .await
            .map_err(|_| FetchError::Silent)?;
        match answer.status() {
            status if status.is_success() => Ok(()),
            status => Err(FetchError::Status(status.as_u16())),
        }
    }

    /// The address, when the settings allow it. Names are looked at again when they are resolved.
    fn allowed(&self, text: &str) -> Result<url::Url, FetchError> {
        let refused = FetchError::Refused;
        let url = url::Url::parse(text).map_err(|_| refused("not absolute"))?;
        let host = url.host().ok_or(refused("no host"))?;
        let address = match &host {
            url::Host::Ipv4(address) => Some(IpAddr::V4(*address)),
            url::Host::Ipv6(address) => Some(IpAddr::V6(*address)),
            url::Host::Domain(_) => None,
        };
        if address.is_some_and(|address| !is_allowed(address, self.limits.loopback)) {
            return Err(refused("a private address"));
        }
        let local = address.is_some_and(|address| address.is_loopback())
            || host == url::Host::Domain("localhost");
        match url.scheme() {
            "https" => {}
            "http" if local && self.limits.loopback => {}
            _ => return Err(refused("not https")),
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(refused("user information"));
        }
        let name = url.host_str().unwrap_or_default();
        if !self.limits.hosts.is_empty() && !self.limits.hosts.iter().any(|host| host == name) {
            return Err(refused("not in outbound.hosts"));
        }
        Ok(url)
    }
}

/// Resolves names and keeps only addresses that may be connected to; the connection goes to just
/// these, so a second answer of the name server changes nothing (DNS rebinding).
struct Guarded {
    loopback: bool,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let loopback = self.loopback;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> =
                found.filter(|found| is_allowed(found.ip(), loopback)).collect();
            if allowed.is_empty() {
                return Err("the name has no public address".into());
            }
            Ok(Box::new(allowed.into_iter()) as Addrs)
        })
    }
}

/// Whether an address is public, or loopback where that is allowed.
fn is_allowed(address: IpAddr, loopback: bool) -> bool {
    let address = address.to_canonical();
    if address.is_loopback() {
        return loopback;
    }
    match address {
        IpAddr::V4(v4) => {
            let [a, b, c, _] = v4.octets();
            let special = v4.is_private()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_multicast()
                || v4.is_broadcast()
                || v4.is_documentation()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0 && c == 0)
                || (a == 198 && (18..20).contains(&b));
            !special
        }
        IpAddr::V6(v6) => {
            let [a, b, ..] = v6.segments();
            // 2000::/3 is what is public; 6to4, Teredo and documentation are inside it.
            (a & 0xe000) == 0x2000 && a != 0x2002 && !(a == 0x2001 && (b == 0 || b == 0xdb8))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{FetchError, Outbound, is_allowed};
    use crate::settings::Outbound as Limits;

    /// Attack 5: also by other spellings of an address.
    #[test]
    fn private_addresses_are_none_of_our_business() {
        for bad in [
            "10.0.0.1",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "127.0.0.1",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "::ffff:10.0.0.1",
            "::ffff:169.254.169.254",
            "2002:a00:1::",
            "2001:db8::1",
            "64:ff9b::a00:1",
            "ff02::1",
        ] {
            assert!(!is_allowed(bad.parse().unwrap(), false), "{bad}");
        }
        for good in ["8.8.8.8", "203.104.1.1", "2400:4000::1"] {
            assert!(is_allowed(good.parse().unwrap(), false), "{good}");
        }
        assert!(is_allowed("127.0.0.1".parse().unwrap(), true));
        assert!(!is_allowed("10.0.0.1".parse().unwrap(), true));
    }

    #[tokio::test]
    async fn only_allowed_hosts_by_https() {
        let outbound = |limits: Limits| Outbound::new(&limits).unwrap();
        let strict = outbound(Limits::default());
        for bad in [
            "http://example.com/",
            "https://127.0.0.1/",
            "https://[::ffff:10.0.0.1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "file:///etc/passwd",
            "/x",
            "https://user@example.com/",
        ] {
            let refused = strict.get(bad).await;
            assert!(matches!(refused, Err(FetchError::Refused(_))), "{bad}");
        }
        // A name that leads to a private address is refused when it is resolved.
        let resolved = strict.get("https://localhost:1/").await;
        assert!(matches!(resolved, Err(FetchError::Silent)));
        let listed = outbound(Limits { hosts: vec!["a.example".into()], ..Limits::default() });
        let other = listed.get("https://b.example/").await;
        assert!(matches!(other, Err(FetchError::Refused("not in outbound.hosts"))));
    }
}
