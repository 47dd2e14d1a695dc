//! What the pages about files share: with whose files a colleague works.

use crate::insurers::offer::{self, Offer};
use crate::insurers::staff::May;
use crate::plugins::package::manifest::Importer;
use crate::staff::{Colleague, StaffVisit};
use crate::store::staff_files::Of;
use handover::Layout;
use web::Look;

/// Files that a plugin takes, for somebody who may bring them or publish them.
pub(super) struct Taking<'a> {
    pub offer: Offer<'a>,
    pub importer: &'a Importer,
}

impl<'a> Taking<'a> {
    /// What the files are: the plugin's name, and what the importer is called where there are several.
    pub fn name(&self, look: &Look) -> String {
        let plugin = self.offer.name(&look.lang).to_owned();
        match &self.importer.label {
            Some(label) => {
                look.t("staff-files-of", &[("plugin", plugin), ("files", look.t(label, &[]))])
            }
            None => plugin,
        }
    }

    /// How the insurer lays them out.
    pub fn layout(&self) -> Option<&'a Layout> {
        self.offer.layout(self.importer)
    }

    /// How they are told apart in the store: what was written before there were several is the first's.
    pub fn of<'s>(&'s self, visit: &'s StaffVisit) -> Of<'s> {
        let id = self.importer.id.as_str();
        let first = self.offer.plugin.manifest.importer("");
        let before = if first.is_some_and(|first| first.id == id) { "" } else { id };
        Of { insurer: visit.slug(), plugin: self.offer.id(), importer: [id, before] }
    }

    /// Their pages.
    pub fn path(&self, visit: &StaffVisit, below: &str) -> String {
        visit.path(&format!("files/{}/{}{below}", self.offer.id(), self.importer.id))
    }
}

/// All files that this colleague works with.
pub(super) fn all<'a>(visit: &'a StaffVisit, colleague: &Colleague<'_>) -> Vec<Taking<'a>> {
    let mut all = Vec::new();
    for offer in offer::all(&visit.insurer.definition, &visit.in_force.plugins) {
        let may = |what| colleague.rights.may(what, offer.id());
        if may(May::Import) || may(May::Publish) {
            let importers = offer.plugin.manifest.importer.iter();
            all.extend(importers.map(|importer| Taking { offer, importer }));
        }
    }
    all
}

/// The files of a path, when this colleague works with them.
pub(super) fn taking<'a>(
    visit: &'a StaffVisit,
    colleague: &Colleague<'_>,
    (plugin, importer): (&str, &str),
) -> Option<Taking<'a>> {
    let mut all = all(visit, colleague).into_iter();
    all.find(|taking| taking.offer.id() == plugin && taking.importer.id == importer)
}
