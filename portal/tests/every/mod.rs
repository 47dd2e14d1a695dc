//! Every page of the portal's own.

use portal::pages::access_record::AccessRecord;
use portal::pages::home::{Home, Welcome};
use portal::pages::household::Household;
use portal::pages::plugin_page::PluginFault;
use portal::pages::signin::SignOut;
use web::look::{ErrorPage, Notice};
use web::testing::Drawer;

/// Draws every page in every sample, theme and language.
pub fn pages(to: &mut Drawer) {
    to.page::<Welcome>();
    to.page::<Home>();
    to.page::<Household>();
    to.page::<SignOut>();
    to.page::<PluginFault>();
    to.page::<AccessRecord>();
    to.page::<ErrorPage>();
    to.page::<Notice>();
}
