//! Lists of addresses (`10.0.0.7`) and networks (`10.0.0.0/8`).

use crate::config::ConfigError;
use std::net::IpAddr;

/// Addresses and networks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Networks(Vec<(IpAddr, u8)>);

impl Networks {
    /// Reads a list; `setting` is what it is called.
    ///
    /// # Errors
    /// Names what is neither an address nor a network.
    pub fn read(list: &[String], setting: &str) -> Result<Self, ConfigError> {
        let mut networks = Vec::new();
        for text in list {
            let refused =
                || ConfigError(format!("{setting}: {text:?} is neither an address nor a network"));
            let (address, bits) = text.split_once('/').unwrap_or((text, ""));
            let address: IpAddr = address.parse().map_err(|_| refused())?;
            let most = if address.is_ipv4() { 32 } else { 128 };
            let bits = if bits.is_empty() { most } else { bits.parse().map_err(|_| refused())? };
            if bits > most {
                return Err(refused());
            }
            networks.push((address, bits));
        }
        Ok(Self(networks))
    }

    /// Whether an address is in one of them.
    pub fn contain(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|(network, bits)| match (network, address) {
            (IpAddr::V4(network), IpAddr::V4(address)) => {
                let mask = u32::MAX.checked_shl(32 - u32::from(*bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            (IpAddr::V6(network), IpAddr::V6(address)) => {
                let mask = u128::MAX.checked_shl(128 - u32::from(*bits)).unwrap_or(0);
                network.to_bits() & mask == address.to_bits() & mask
            }
            _ => false,
        })
    }
}
