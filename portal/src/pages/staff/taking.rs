//! What the pages about files share: with whose files a colleague works.

use crate::insurers::offer::{self, Offer};
use crate::insurers::staff::May;
use crate::plugins::package::manifest::Importer;
use crate::staff::{Colleague, StaffVisit};

/// A plugin that takes files, for somebody who may bring them or publish them.
pub(super) struct Taking<'a> {
    pub offer: Offer<'a>,
    pub importer: &'a Importer,
}

/// The plugin of a path, when this colleague works with its files.
pub(super) fn taking<'a>(
    visit: &'a StaffVisit,
    colleague: &Colleague<'_>,
    id: &str,
) -> Option<Taking<'a>> {
    let offer = offer::one(&visit.insurer.definition, &visit.in_force.plugins, id)?;
    let importer = offer.plugin.manifest.importer.first()?;
    let may = |what| colleague.rights.may(what, id);
    (may(May::Import) || may(May::Publish)).then_some(Taking { offer, importer })
}
