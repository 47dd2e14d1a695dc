//! Where a network address is, in words that its owner recognises: an operator's own table, since no list of
//! such places comes with the program.

use std::collections::{BTreeSet, HashMap};
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use web::{Error, Text};

/// The table; empty without a file.
#[derive(Default)]
pub struct Places {
    words: HashMap<(u32, u128), Arc<Text>>,
    /// Lengths of the networks, the narrowest first.
    bits: Vec<u32>,
}

/// An address as 128 bits, IPv4 as in `::ffff:0:0/96`.
fn number(address: IpAddr) -> u128 {
    match address.to_canonical() {
        IpAddr::V4(four) => four.to_ipv6_mapped().to_bits(),
        IpAddr::V6(six) => six.to_bits(),
    }
}

fn network(bits: u32, number: u128) -> u128 {
    number & u128::MAX.checked_shl(128 - bits).unwrap_or(0)
}

impl Places {
    /// Reads a table: CSV in UTF-8 with the columns `network` (`203.0.113.0/24`), `ja` and `en`.
    ///
    /// # Errors
    /// A fault that names the file, the line and what to write.
    pub fn read(file: Option<&Path>) -> Result<Self, Error> {
        let Some(file) = file else { return Ok(Self::default()) };
        let said = |why: String| Error::fault(format!("places_file {}: {why}", file.display()));
        let mut rows = csv::Reader::from_path(file).map_err(|why| said(why.to_string()))?;
        let names = rows.headers().map_err(|why| said(why.to_string()))?;
        if names.iter().ne(["network", "ja", "en"]) {
            return Err(said("the first line must be network,ja,en".to_owned()));
        }
        let (mut words, mut lengths) = (HashMap::new(), BTreeSet::new());
        let mut known: HashMap<(String, String), Arc<Text>> = HashMap::new();
        for row in rows.records() {
            let row = row.map_err(|why| said(why.to_string()))?;
            let line = row.position().map_or(0, csv::Position::line);
            let Some((bits, at)) = parsed(&row[0]) else {
                let why =
                    format!("line {line}: {:?} is no network, such as 203.0.113.0/24", &row[0]);
                return Err(said(why));
            };
            let (ja, en) = (row[1].to_owned(), row[2].to_owned());
            let text = known.entry((ja.clone(), en.clone())).or_insert(Arc::new(Text { ja, en }));
            lengths.insert(bits);
            words.insert((bits, at), text.clone());
        }
        Ok(Self { words, bits: lengths.into_iter().rev().collect() })
    }

    /// The words for an address: those of the narrowest network that has it.
    pub fn of(&self, address: IpAddr) -> Option<Text> {
        let number = number(address);
        let found = |bits: &u32| self.words.get(&(*bits, network(*bits, number)));
        self.bits.iter().find_map(found).map(|text| Text::clone(text))
    }
}

fn parsed(text: &str) -> Option<(u32, u128)> {
    let (address, bits) = text.trim().split_once('/')?;
    let (address, bits): (IpAddr, u32) = (address.parse().ok()?, bits.parse().ok()?);
    let bits = match address.is_ipv4() {
        true if bits <= 32 => bits + 96,
        false if bits <= 128 => bits,
        _ => return None,
    };
    Some((bits, network(bits, number(address))))
}

#[cfg(test)]
mod tests {
    use super::Places;

    #[test]
    fn the_narrowest_network_says_where() {
        let file = tempfile::NamedTempFile::new().expect("a file");
        let table = "network,ja,en\n203.0.113.0/24,東京都,Tokyo\n203.0.113.64/26,横浜市,Yokohama\n\
                     2001:db8::/32,大阪府,Osaka\n0.0.0.0/0,海外,abroad\n";
        std::fs::write(file.path(), table).expect("written");
        let places = Places::read(Some(file.path())).unwrap_or_else(|why| panic!("{}", why.text()));
        for (address, ja) in [
            ("203.0.113.1", Some("東京都")),
            ("203.0.113.65", Some("横浜市")),
            ("::ffff:203.0.113.65", Some("横浜市")),
            ("198.51.100.1", Some("海外")),
            ("2001:db8:1::1", Some("大阪府")),
            ("2001:db9::1", None),
        ] {
            let found = places.of(address.parse().expect(address)).map(|text| text.ja);
            assert_eq!(found.as_deref(), ja, "{address}");
        }
        for (text, why) in [
            ("a,b\n", "network,ja,en"),
            ("network,ja,en\n203.0.113.0/33,a,b\n", "line 2"),
            ("network,ja,en\n203.0.113.0/24,a,b\nx,a,b\n", "line 3"),
        ] {
            std::fs::write(file.path(), text).expect("written");
            let said = Places::read(Some(file.path())).err().map(|error| error.text());
            assert!(said.as_ref().is_some_and(|said| said.contains(why)), "{text}: {said:?}");
        }
    }
}
