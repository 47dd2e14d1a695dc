//! Codes of authenticator apps (RFC 6238): six digits, a new one each half minute, SHA-1, as every app
//! has them. One step before and one after are taken: clocks differ.

use crate::ids::{AccountId, InsurerId};
use qrcode::{Color, QrCode};
use serde::Serialize;
use totp_rs::{Builder, Secret, Totp, TotpError};

/// Bytes of a secret: 160 bits (RFC 4226 §4).
pub const SECRET_BYTES: usize = 20;

/// Modules of white around a QR code (ISO/IEC 18004 §6.3.8).
const QUIET: usize = 4;

/// A QR code for the page to draw.
#[derive(Debug, Serialize)]
pub struct Picture {
    /// Modules on a side, the white around it among them.
    pub side: usize,
    /// The dark modules: the `d` of an SVG path.
    pub path: String,
}

/// An app's secret, and how the app is to call it.
pub struct App {
    totp: Totp,
    base32: String,
}

impl App {
    /// `issuer` and `account` are what the app shows (F092); a colon in them would end them there.
    ///
    /// # Errors
    /// When the secret is too short.
    pub fn new(secret: &[u8], issuer: &str, account: &str) -> Result<Self, TotpError> {
        let plain = |text: &str| text.replace(':', " ");
        let base32 = Secret::from(secret).to_base32();
        let totp = Builder::new()
            .with_secret(secret)
            .with_issuer(Some(plain(issuer)))
            .with_account_name(plain(account))
            .build()?;
        Ok(Self { totp, base32 })
    }

    /// The secret as it is typed (F090), in groups of four.
    pub fn key(&self) -> String {
        let letters: Vec<char> = self.base32.trim_end_matches('=').chars().collect();
        letters.chunks(4).map(String::from_iter).collect::<Vec<_>>().join(" ")
    }

    /// The address that an app on the same device opens.
    pub fn url(&self) -> Option<String> {
        self.totp.to_url().ok()
    }

    /// The picture that apps read.
    pub fn picture(&self) -> Option<Picture> {
        let code = QrCode::new(self.url()?).ok()?;
        let width = code.width();
        let modules = code.to_colors().into_iter().enumerate();
        let path = modules
            .filter(|(_, color)| *color == Color::Dark)
            .map(|(at, _)| format!("M{} {}h1v1h-1z", at % width + QUIET, at / width + QUIET))
            .collect();
        Some(Picture { side: width + 2 * QUIET, path })
    }

    /// The time step of a code that is good now.
    pub fn step(&self, code: &str, now: i64) -> Option<i64> {
        let now = u64::try_from(now).ok()?;
        self.totp.check(code, now).and_then(|step| i64::try_from(step).ok())
    }

    /// The code of a time, for tests that stand for an app.
    pub fn code(&self, at: i64) -> String {
        self.totp.generate(u64::try_from(at).unwrap_or_default()).to_string()
    }
}

/// A code as people type it: full-width digits and spaces are fine. `None` when it is none.
pub fn typed(text: &str) -> Option<String> {
    let digits: String = text
        .chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '０'..='９' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
            c => c,
        })
        .collect();
    (digits.len() == 6 && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// What a secret is sealed for.
pub fn purpose(insurer: &InsurerId, account: &AccountId) -> String {
    format!("totp:{insurer}:{account}")
}

#[cfg(test)]
mod tests {
    use super::{App, typed};
    use std::collections::HashSet;

    /// F088, F091: the vectors of RFC 6238, appendix B, in six digits.
    #[test]
    fn codes_are_those_of_the_rfc() {
        let app = App::new(b"12345678901234567890", "組合", "hanako79").unwrap();
        for (at, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
        ] {
            assert_eq!(app.code(at), code);
            assert_eq!(app.step(code, at), Some(at / 30));
            assert_eq!(app.step(code, at + 30), Some(at / 30), "a slow clock");
            assert_eq!(app.step(code, at - 30), Some(at / 30), "a fast clock");
            assert_eq!(app.step(code, at + 90), None);
        }
        assert_eq!(app.key(), "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
    }

    /// F089: another library reads in the picture what the link says.
    #[test]
    fn the_picture_says_what_the_link_says() {
        let app = App::new(b"12345678901234567890", "みなと健康保険組合", "hanako79").unwrap();
        let picture = app.picture().unwrap();
        let dark: HashSet<(usize, usize)> = picture
            .path
            .split('M')
            .skip(1)
            .map(|module| {
                let (x, y) = module.strip_suffix("h1v1h-1z").unwrap().split_once(' ').unwrap();
                (x.parse().unwrap(), y.parse().unwrap())
            })
            .collect();
        let pixels = picture.side * 4;
        let mut image = rqrr::PreparedImage::prepare_from_bitmap(pixels, pixels, |x, y| {
            dark.contains(&(x / 4, y / 4))
        });
        let grids = image.detect_grids();
        assert_eq!(grids.len(), 1);
        assert_eq!(grids[0].decode().unwrap().1, app.url().unwrap());
    }

    #[test]
    fn codes_as_people_type_them() {
        assert_eq!(typed(" 287 082 ").as_deref(), Some("287082"));
        assert_eq!(typed("２８７０８２").as_deref(), Some("287082"));
        for none in ["", "28708", "2870822", "28708a", "-28708"] {
            assert_eq!(typed(none), None, "{none}");
        }
    }
}
