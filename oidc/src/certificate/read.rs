//! Reads a certificate: DER becomes names and the thumbprint of its key (RFC 5280, RFC 4514).

use super::Certificate;
use crate::jose::jwk::VerifyingKey;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secret::hash::{base64url, s256};
use serde_json::{Value, json};
use std::net::IpAddr;
use x509_parser::objects::{oid_registry, oid2abbrev};
use x509_parser::prelude::{FromDer, GeneralName, X509Certificate};
use x509_parser::public_key::PublicKey;
use x509_parser::x509::{SubjectPublicKeyInfo, X509Name};

impl Certificate {
    /// Reads a certificate, DER; `None` when it is none. It is not trusted: whoever knows the
    /// authorities says so.
    pub fn parse(der: &[u8]) -> Option<Self> {
        let (_, read) = X509Certificate::from_der(der).ok()?;
        let key = public_jwk(read.public_key());
        let mut certificate = Self {
            thumbprint: s256(der),
            subject_dn: distinguished_name(read.subject()),
            key_thumbprint: key.as_ref().and_then(VerifyingKey::parse).map(|key| key.thumbprint),
            der_base64: STANDARD.encode(der),
            ..Self::default()
        };
        let alternative = read.subject_alternative_name().ok().flatten();
        for name in alternative.iter().flat_map(|extension| &extension.value.general_names) {
            match name {
                GeneralName::DNSName(text) => certificate.san_dns.push((*text).to_owned()),
                GeneralName::URI(text) => certificate.san_uri.push((*text).to_owned()),
                GeneralName::RFC822Name(text) => certificate.san_email.push((*text).to_owned()),
                GeneralName::IPAddress(bytes) => {
                    let v4 = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
                    let v6 = <[u8; 16]>::try_from(*bytes).map(IpAddr::from);
                    certificate.san_ip.extend(v4.or(v6).map(|address| address.to_string()));
                }
                _ => {}
            }
        }
        Some(certificate)
    }
}

/// The public key as a JWK (RFC 7518 §6, RFC 8037), when it is RSA, P-256 or Ed25519.
fn public_jwk(key: &SubjectPublicKeyInfo<'_>) -> Option<Value> {
    // DER puts a zero before a number whose first bit is set; JWK has none (RFC 7518 §6.3.1.1).
    let number = |bytes: &[u8]| {
        let at = bytes.iter().position(|b| *b != 0).unwrap_or(bytes.len());
        base64url(&bytes[at..])
    };
    match key.parsed() {
        Ok(PublicKey::RSA(rsa)) => {
            Some(json!({"kty": "RSA", "n": number(rsa.modulus), "e": number(rsa.exponent)}))
        }
        Ok(PublicKey::EC(point)) => match point.data() {
            [4, xy @ ..] if xy.len() == 64 => {
                let (x, y) = (base64url(&xy[..32]), base64url(&xy[32..]));
                Some(json!({"kty": "EC", "crv": "P-256", "x": x, "y": y}))
            }
            _ => None,
        },
        _ => {
            let raw = &key.subject_public_key.data;
            let ed25519 = key.algorithm.algorithm.to_id_string() == "1.3.101.112";
            (ed25519 && raw.len() == 32)
                .then(|| json!({"kty": "OKP", "crv": "Ed25519", "x": base64url(raw)}))
        }
    }
}

/// RFC 4514 §2.4: each value escaped, so that a comma inside one never looks like two parts. The
/// parts stand in the order in which they are encoded.
fn distinguished_name(name: &X509Name<'_>) -> String {
    let mut parts = Vec::new();
    for part in name.iter_rdn() {
        let attributes = part.iter().map(|attribute| {
            let oid = attribute.attr_type();
            let kind =
                oid2abbrev(oid, oid_registry()).map_or_else(|_| oid.to_id_string(), str::to_owned);
            let mut value = String::new();
            for c in attribute.as_str().unwrap_or("?").chars() {
                if ",+=\"\\<>;#".contains(c) {
                    value.push('\\');
                }
                value.push(c);
            }
            format!("{kind}={value}")
        });
        parts.push(attributes.collect::<Vec<_>>().join("+"));
    }
    parts.join(",")
}

#[cfg(test)]
mod tests {
    use super::Certificate;
    use crate::jose::jwk::VerifyingKey;
    use rcgen::{CertificateParams, DnType, KeyPair, SanType, SignatureAlgorithm};
    use secret::hash::base64url;
    use serde_json::{Value, json};

    fn certificate(kind: &'static SignatureAlgorithm) -> (Certificate, KeyPair) {
        let key = KeyPair::generate_for(kind).unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name.remove(DnType::CommonName);
        params.distinguished_name.push(DnType::OrganizationName, "Example, Inc.");
        params.distinguished_name.push(DnType::CommonName, "app");
        params.subject_alt_names = vec![
            SanType::DnsName("app.example".try_into().unwrap()),
            SanType::URI("https://app.example/".try_into().unwrap()),
            SanType::Rfc822Name("ops@app.example".try_into().unwrap()),
            SanType::IpAddress("192.0.2.7".parse().unwrap()),
            SanType::IpAddress("2001:db8::7".parse().unwrap()),
        ];
        let signed = params.self_signed(&key).unwrap();
        (Certificate::parse(signed.der()).unwrap(), key)
    }

    #[test]
    fn names_are_read_and_escaped() {
        let (found, _) = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
        assert_eq!(found.subject_dn, "O=Example\\, Inc.,CN=app");
        assert_eq!(found.san_dns, ["app.example"]);
        assert_eq!(found.san_uri, ["https://app.example/"]);
        assert_eq!(found.san_email, ["ops@app.example"]);
        assert_eq!(found.san_ip, ["192.0.2.7", "2001:db8::7"]);
        assert!(!found.trusted, "nobody looked at who issued it");
        assert_eq!(Certificate::parse(b"nonsense"), None);
    }

    /// RFC 8705 §2.2: the key is compared with the registered one by its JWK.
    #[test]
    fn the_key_has_the_thumbprint_of_its_jwk() {
        let thumbprint = |jwk: Value| VerifyingKey::parse(&jwk).unwrap().thumbprint;
        let (found, key) = certificate(&rcgen::PKCS_ECDSA_P256_SHA256);
        let (x, y) = key.public_key_raw()[1..].split_at(32);
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": base64url(x), "y": base64url(y)});
        assert_eq!(found.key_thumbprint, Some(thumbprint(jwk)));
        let (found, key) = certificate(&rcgen::PKCS_ED25519);
        let x = base64url(key.public_key_raw());
        let jwk = json!({"kty": "OKP", "crv": "Ed25519", "x": x});
        assert_eq!(found.key_thumbprint, Some(thumbprint(jwk)));
        let (found, _) = certificate(&rcgen::PKCS_ECDSA_P384_SHA384);
        assert_eq!(found.key_thumbprint, None, "a curve that is not offered");
    }
}
