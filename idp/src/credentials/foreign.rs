//! Password hashes of other systems, which an insurer's members bring along: argon2, bcrypt, PBKDF2 and
//! scrypt, as PHC strings or in bcrypt's own form. They are only compared, and made anew at the first
//! login.

use pbkdf2::Pbkdf2;
use pbkdf2::password_hash::PasswordVerifier;
use pbkdf2::password_hash::phc::PasswordHash;
use scrypt::Scrypt;

/// What one comparison may cost: a file must not bring hashes that stop the workers.
const MOST_BCRYPT: u32 = 14;
const MOST_ITERATIONS: u32 = 2_000_000;
const MOST_SCRYPT_LOG_N: u32 = 18;
const MOST_ARGON2_KIB: u32 = 262_144;
const MOST_ARGON2_PASSES: u32 = 16;

/// Whether it is a hash that can be compared.
///
/// # Errors
/// Why not, in words for the operator. The hash is not told.
pub fn check(hash: &str) -> Result<(), String> {
    if let Some(cost) = bcrypt_cost(hash) {
        return match cost {
            4..=MOST_BCRYPT if hash.len() == 60 => Ok(()),
            _ => Err(format!("bcrypt: 60 characters and a cost of 4 to {MOST_BCRYPT}")),
        };
    }
    let Ok(parsed) = PasswordHash::new(hash) else {
        return Err("no PHC string and not bcrypt's form ($2b$…)".to_owned());
    };
    if parsed.hash.is_none() || parsed.salt.is_none() {
        return Err("salt or hash is missing".to_owned());
    }
    let param = |name: &str| parsed.params.get_decimal(name).unwrap_or(0);
    let most = match parsed.algorithm.as_str() {
        "argon2id" | "argon2i" | "argon2d" => {
            param("m") <= MOST_ARGON2_KIB && param("t") <= MOST_ARGON2_PASSES
        }
        "pbkdf2-sha256" | "pbkdf2-sha512" => param("i") <= MOST_ITERATIONS,
        "scrypt" => param("ln") <= MOST_SCRYPT_LOG_N && param("r") <= 16 && param("p") <= 4,
        other => {
            return Err(format!("{other} is not known: argon2, bcrypt, PBKDF2 and scrypt are"));
        }
    };
    match most {
        true => Ok(()),
        false => Err("its cost is beyond what a login may take".to_owned()),
    }
}

/// Whether a password has a hash of another system. Not in the form in which ours are made: as it was
/// typed.
pub fn matches(password: &str, hash: &str) -> bool {
    if check(hash).is_err() {
        return false;
    }
    if bcrypt_cost(hash).is_some() {
        return bcrypt::verify(password, hash).unwrap_or(false);
    }
    let Ok(parsed) = PasswordHash::new(hash) else { return false };
    let password = password.as_bytes();
    match parsed.algorithm.as_str() {
        "scrypt" => Scrypt::default().verify_password(password, &parsed).is_ok(),
        "pbkdf2-sha256" | "pbkdf2-sha512" => {
            Pbkdf2::default().verify_password(password, &parsed).is_ok()
        }
        _ => {
            use argon2::password_hash::PasswordVerifier as _;
            argon2::Argon2::default().verify_password(password, hash).is_ok()
        }
    }
}

/// The cost of a hash in bcrypt's own form: `$2b$12$…`.
fn bcrypt_cost(hash: &str) -> Option<u32> {
    let rest = ["$2a$", "$2b$", "$2y$"].iter().find_map(|form| hash.strip_prefix(form))?;
    rest.split_once('$')?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{check, matches};

    const PASSWORD: &str = "しおかぜ と かもめ 17";

    /// Made by other implementations: libargon2, the bcrypt of OpenBSD, OpenSSL.
    const KNOWN: [&str; 7] = [
        "$2b$04$NX.LP1ZGUKEzjNr6EYLtrOG0rOvqJSbUWZVFVZkzSMpE7KWH4RxOq",
        "$2a$04$jBjdcOgcIFy3RRFF3tzXBOZ/bG4oG3x508nBtWbdtZUtJlHV3XT2a",
        "$argon2id$v=19$m=64,t=1,p=2$W/asy7GfZ9YSrWGENkkP9w$mzkne7IO6454UglAO4Nvog",
        "$argon2i$v=19$m=64,t=1,p=1$FxzLSRMmuhg9ySS+184WOw\
         $9/t64XkH+gd19pH324LZFCN8Sbjnt757oN1XmgXU5rg",
        "$pbkdf2-sha256$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg\
         $q5gJJ24UebQi7Jomd/YxJC0G7TfBTkf6xQZ9BbNaGGc",
        "$pbkdf2-sha512$i=1000,l=32$MDEyMzQ1Njc4OWFiY2RlZg\
         $At1aZT5WgvPx3jUhKD++02W8iXH8KQNKSRkVsWslGQ4",
        "$scrypt$ln=4,r=8,p=1$MDEyMzQ1Njc4OWFiY2RlZg$ekr7VfDhDqoCeSEgfWhkOE1BArT/W1Rh8AqOpaA+wwI",
    ];

    #[test]
    fn hashes_of_other_systems_are_compared() {
        for hash in KNOWN {
            assert_eq!(check(hash), Ok(()), "{hash}");
            assert!(matches(PASSWORD, hash), "{hash}");
            assert!(!matches("another", hash), "{hash}");
        }
    }

    #[test]
    fn what_cannot_be_compared_is_refused() {
        for hash in [
            "",
            "hunter2",
            "$2b$31$NX.LP1ZGUKEzjNr6EYLtrOG0rOvqJSbUWZVFVZkzSMpE7KWH4RxOq",
            "$pbkdf2-sha256$i=900000000,l=32$MDEyMzQ1Njc4OWFiY2RlZg\
             $q5gJJ24UebQi7Jomd/YxJC0G7TfBTkf6xQZ9BbNaGGc",
            "$1$md5$x",
            "$argon2id$v=19$m=19456,t=2,p=1$c2FsdHNhbHQ",
        ] {
            assert!(check(hash).is_err(), "{hash}");
            assert!(!matches("hunter2", hash));
        }
    }
}
