//! What keeps a passkey, by the AAGUID that it tells: names for its owner to know it by. Who is not
//! here stays without a name. The identifiers are public, see the community's list
//! (`passkeydeveloper/passkey-authenticator-aaguids`).

const NAMES: [(&str, &str); 20] = [
    ("08987058-cadc-4b81-b6e1-30de50dcbe96", "Windows Hello"),
    ("0ea242b4-43c4-4a1b-8b17-dd6d0b6baec6", "Keeper"),
    ("50726f74-6f6e-5061-7373-50726f746f6e", "Proton Pass"),
    ("531126d6-e717-415c-9320-3d9aa6981239", "Dashlane"),
    ("53414d53-554e-4700-0000-000000000000", "Samsung Pass"),
    ("6028b017-b1d4-4c02-b4b3-afcdafc96bb2", "Windows Hello"),
    ("771b48fd-d3d4-4f74-9232-fc157ab0507a", "Edge (Mac)"),
    ("9ddd1817-af5a-4672-a2b9-3e3dd95000a9", "Windows Hello"),
    ("adce0002-35bc-c60a-648b-0b25f1f05503", "Chrome (Mac)"),
    ("b5397666-4885-aa6b-cebf-e52262a439a2", "Chromium"),
    ("b84e4048-15dc-4dd0-8640-f4f60813c8af", "NordPass"),
    ("bada5566-a7aa-401f-bd96-45619a55120d", "1Password"),
    ("d3452668-01fd-4c12-926c-83a4204853aa", "Microsoft Password Manager"),
    ("d548826e-79b4-db40-a3d8-11116f7e8349", "Bitwarden"),
    ("dd4ec289-e01d-41c9-bb89-70fa845d4bf2", "iCloud Keychain"),
    ("de1e552d-db1d-4423-a619-566b625cdc84", "NordPass"),
    ("ea9b8d66-4d01-1d21-3ce4-b6b48cb575d4", "Google Password Manager"),
    ("f3809540-7f14-49c1-a8b3-8f813b225541", "Enpass"),
    ("fbfc3007-154e-4ecc-8c0b-6e020557d7bd", "iCloud Keychain"),
    ("fdb141b2-5d84-443e-8a35-4698c205a502", "KeePassXC"),
];

/// The name of what says to be this, in small letters.
pub fn name(aaguid: &str) -> Option<&'static str> {
    NAMES.iter().find(|(known, _)| *known == aaguid).map(|(_, name)| *name)
}

#[cfg(test)]
mod tests {
    use super::{NAMES, name};
    use webauthn_rs::prelude::Uuid;

    #[test]
    fn each_stands_once_and_as_answers_write_it() {
        assert!(NAMES.is_sorted_by(|a, b| a.0 < b.0));
        for (aaguid, known) in NAMES {
            assert_eq!(Uuid::parse_str(aaguid).expect(aaguid).to_string(), aaguid);
            assert_eq!(name(aaguid), Some(known));
        }
        assert_eq!(name("00000000-0000-0000-0000-000000000000"), None);
    }
}
