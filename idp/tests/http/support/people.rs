//! Members and what they do with their browsers.

use super::{HANAKO, PASSWORD, Seen, TestIdp, Visitor};

pub const AGREED: [(&str, &str); 2] = [("agree_portal", "yes"), ("agree_privacy", "yes")];
/// What 花子 types at a login.
pub const LOGIN: [(&str, &str); 2] = [("user_id", "hanako79"), ("password", PASSWORD)];

/// A user ID with the password that all have.
pub fn chosen(user_id: &str) -> [(&str, &str); 3] {
    [("user_id", user_id), ("password", PASSWORD), ("password_again", PASSWORD)]
}

impl TestIdp {
    /// 港 花子, registered and signed in.
    pub async fn member(&self) -> Visitor {
        let visitor = self.visitor();
        let done = self.register(&visitor, ("hanako@example.jp", "hanako79", HANAKO)).await;
        done.sees("hanako79");
        self.sign_in(&visitor).await;
        visitor
    }

    /// 花子 signs in at the provider itself.
    pub async fn sign_in(&self, visitor: &Visitor) {
        let page = visitor.open(&self.at("minato/login")).await;
        visitor.submit_and_stay(&page, &LOGIN).await;
    }

    /// From the first page to an account; returns the page that says "done".
    pub async fn register(
        &self,
        visitor: &Visitor,
        (email, user_id, card): (&str, &str, &[(&str, &str)]),
    ) -> Seen {
        let page = self.to_card(visitor, email).await;
        let page = visitor.submit(&page, card).await;
        let page = visitor.submit(&page, &AGREED).await;
        visitor.submit(&page, &chosen(user_id)).await
    }

    /// From the first page to the one that asks the card.
    pub async fn to_card(&self, visitor: &Visitor, email: &str) -> Seen {
        let page = visitor.open(&self.at("minato/register")).await;
        self.prove_mailbox(visitor, &page, email).await
    }

    /// Types an address, opens the mailed link and presses its button.
    pub async fn prove_mailbox(&self, visitor: &Visitor, page: &Seen, email: &str) -> Seen {
        visitor.submit(page, &[("email", email)]).await;
        let page = visitor.open(&self.link(email).await).await;
        visitor.submit(&page, &[]).await
    }
}
