//! Every page of the provider.

use idp::authorization::answer::FormPost;
use idp::endpoints::people::documents::Documents;
use idp::endpoints::people::help::Help;
use idp::endpoints::people::own::Own;
use idp::endpoints::people::registered::Done;
use idp::endpoints::people::user_id::Forgotten;
use idp::endpoints::people::{agreed, consents, device, history, logout, not_me};
use idp::journeys::choose::{Choose, GoOn};
use idp::journeys::link::MailboxOpen;
use idp::journeys::steps::password::{enrol, replace, verify};
use idp::journeys::steps::{
    account, code_by_mail, consent, mailbox, passkey, recovery_code, roster, terms, totp, user_id,
};
use web::look::{ErrorPage, Notice};
use web::testing::Drawer;

/// Draws every page in every sample, theme and language.
pub fn pages(to: &mut Drawer) {
    to.page::<Documents>();
    to.page::<Help>();
    to.page::<Own>();
    to.page::<Forgotten>();
    to.page::<mailbox::Mailbox>();
    to.page::<mailbox::MailboxSent>();
    to.page::<MailboxOpen>();
    to.page::<roster::Roster>();
    to.page::<terms::Terms>();
    to.page::<enrol::Choose>();
    to.page::<replace::NewPassword>();
    to.page::<not_me::Ask>();
    to.page::<history::History>();
    to.page::<agreed::Agreed>();
    to.page::<code_by_mail::Code>();
    to.page::<user_id::NewUserId>();
    to.page::<recovery_code::verify::Code>();
    to.page::<recovery_code::enrol::WriteDown>();
    to.page::<totp::verify::Code>();
    to.page::<passkey::verify::Unlock>();
    to.page::<passkey::enrol::Make>();
    to.page::<totp::enrol::SetUp>();
    to.page::<verify::Login>();
    to.page::<Done>();
    to.page::<Choose>();
    to.page::<GoOn>();
    to.page::<account::Account>();
    to.page::<consent::Consent>();
    to.page::<consents::Consents>();
    to.page::<device::DeviceCode>();
    to.page::<device::DeviceConfirm>();
    to.page::<FormPost>();
    to.page::<logout::Logout>();
    to.page::<logout::SignedOut>();
    to.page::<ErrorPage>();
    to.page::<Notice>();
}
