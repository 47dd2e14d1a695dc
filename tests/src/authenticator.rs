//! A passkey's device in this process, for what no browser would do: another origin, no unlocking, a
//! counter that stands still. It makes ES256 keys and says nothing of itself (`fmt: none`).

use crate::relying::{Key, base64url};
use crate::visitor::{Seen, Visitor};
use aws_lc_rs::digest::{SHA256, digest};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

/// Somebody was there (WebAuthn §6.1, flags).
pub const PRESENT: u8 = 0x01;
/// And unlocked it.
pub const VERIFIED: u8 = 0x04;
/// A key was made.
const MADE: u8 = 0x40;

/// One device with one key. Its fields say what it will tell.
pub struct Authenticator {
    key: Key,
    id: [u8; 16],
    user: String,
    pub origin: String,
    pub rp_id: String,
    pub flags: u8,
    pub count: u32,
    /// What it says it is.
    pub aaguid: [u8; 16],
    /// The challenge that it answers instead of the one that it was given.
    pub challenge: Option<String>,
}

impl Authenticator {
    /// A new device at an origin.
    pub fn at(origin: &str) -> Self {
        let url = url::Url::parse(origin).expect("an origin");
        let mut id = [0; 16];
        aws_lc_rs::rand::fill(&mut id).expect("the system has randomness");
        Self {
            key: Key::new(),
            id,
            user: String::new(),
            origin: url.origin().ascii_serialization(),
            rp_id: url.host_str().expect("a host").to_owned(),
            flags: PRESENT | VERIFIED,
            count: 0,
            aaguid: [0; 16],
            challenge: None,
        }
    }

    /// The id of its key, as pages have it.
    pub fn id(&self) -> String {
        base64url(&self.id)
    }

    /// Answers a page that makes a passkey, called so.
    pub async fn make(&mut self, visitor: &Visitor, page: &Seen, name: &str) -> Seen {
        let (form, options) = asked(page);
        self.user = options["publicKey"]["user"]["id"].as_str().unwrap_or_default().to_owned();
        let client = self.client_data("webauthn.create", &options);
        let mut data = self.data(self.flags | MADE);
        data.extend(self.aaguid);
        data.extend([0, 16]);
        data.extend(self.id);
        let jwk = self.key.jwk();
        // A COSE key: EC2, ES256, P-256, x, y (RFC 9053 §7.1).
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(coordinate(&jwk["x"]));
        data.extend([0x22, 0x58, 0x20]);
        data.extend(coordinate(&jwk["y"]));
        let mut object = vec![0xa3, 0x63];
        object.extend(b"fmt");
        object.push(0x64);
        object.extend(b"none");
        object.push(0x67);
        object.extend(b"attStmt");
        object.push(0xa0);
        object.push(0x68);
        object.extend(b"authData");
        object.extend([0x58, u8::try_from(data.len()).expect("short")]);
        object.extend(data);
        let response = json!({
            "clientDataJSON": base64url(client.as_bytes()),
            "attestationObject": base64url(&object),
        });
        let answer = self.answer(response);
        visitor.submit(&form, &[("credential", &answer), ("name", name)]).await
    }

    /// Answers a page that asks for a passkey; `url` of the result is where it leads.
    pub async fn sign_in(&self, visitor: &Visitor, page: &Seen) -> Seen {
        let (form, options) = asked(page);
        let answer = self.assertion(&options);
        visitor.submit_without_following(&form, &[("credential", &answer)]).await
    }

    /// What it says to a challenge, as the page's script posts it.
    pub fn assertion(&self, options: &Value) -> String {
        let client = self.client_data("webauthn.get", options);
        let data = self.data(self.flags);
        let mut signed = data.clone();
        signed.extend(digest(&SHA256, client.as_bytes()).as_ref());
        let response = json!({
            "clientDataJSON": base64url(client.as_bytes()),
            "authenticatorData": base64url(&data),
            "signature": base64url(&self.key.signature(&signed)),
            "userHandle": self.user,
        });
        self.answer(response)
    }

    fn client_data(&self, kind: &str, options: &Value) -> String {
        let given = options["publicKey"]["challenge"].as_str().unwrap_or_default();
        let challenge = self.challenge.as_deref().unwrap_or(given);
        json!({
            "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false,
        })
        .to_string()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = digest(&SHA256, self.rp_id.as_bytes()).as_ref().to_vec();
        data.push(flags);
        data.extend(self.count.to_be_bytes());
        data
    }

    fn answer(&self, response: Value) -> String {
        let id = self.id();
        json!({
            "id": id, "rawId": id, "type": "public-key", "extensions": {}, "response": response,
        })
        .to_string()
    }
}

/// The form of a page that its script fills, alone, and what the script is handed.
fn asked(page: &Seen) -> (Seen, Value) {
    let start = page.html.find("<form class=\"passkey\"").expect("the page asks for a passkey");
    let form = &page.html[start..];
    let form = &form[..form.find("</form>").expect("it ends") + "</form>".len()];
    let options = crate::visitor::attribute(form, "data-passkey").expect("a challenge");
    let alone = Seen { html: format!("<main>{form}"), ..page.clone() };
    (alone, serde_json::from_str(&options).expect("JSON"))
}

fn coordinate(text: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(text.as_str().unwrap_or_default()).expect("base64url")
}
