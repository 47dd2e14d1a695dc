//! Wrong answers of many together: from one address, from its network, of everybody. A browser in which
//! the account has signed in before is not counted with them: nobody else's tries keep its owner out.

use super::verdict::Limits;
use crate::store::attempts::{Bucket, Limit};
use crate::visit::Visit;

/// A quarter of an hour.
const WINDOW: i64 = 15 * 60;

/// A household, or a small office behind one address.
const OF_ADDRESS: Limit = Limit::new(100, WINDOW).shared();

/// What one provider's customers of a neighbourhood have.
const OF_NETWORK: Limit = Limit::new(400, WINDOW).shared();

/// What no insurer's members do, and only an attack from everywhere.
const OF_EVERYBODY: Limit = Limit::new(20_000, WINDOW).shared();

/// What the insurer's own office has; as many failures end the favour (F276).
const OF_SPARED: Limit = Limit::new(1000, WINDOW).shared();

/// The limits of this request.
pub fn limits(visit: &Visit) -> Limits {
    if visit.realm.spared.contain(visit.address) {
        return vec![(Bucket::network(visit.address), OF_SPARED)];
    }
    vec![
        (Bucket::network(visit.address), OF_ADDRESS),
        (Bucket::wide_network(visit.address), OF_NETWORK),
        (Bucket::everybody(), OF_EVERYBODY),
    ]
}
