# The member pages around the plugins.

nav-home = Home
nav-inbox = Inbox
nav-household = Family sharing
nav-views = Who saw my records
nav-own = My details

welcome-title = Member pages
welcome-lead = These pages are for members of { $insurer }. Sign in to use them.
welcome-signed-out = You have signed out.
welcome-sign-in = Sign in
sign-out-title = Sign out?
sign-out-text = You stop using these pages in this browser. To go on later you need to sign in again.
sign-out-submit = Sign out
sign-out-stay = Go back without signing out
welcome-plugins-title = What you can use
welcome-register-title = Is this your first time?
welcome-register-text = Register first. You will need:
welcome-register-card = your eligibility certificate, or anything else that shows your symbol and number
welcome-register-mail = your own email address (each member of a family needs a different one)
welcome-register = Register

home-title = Home
home-greeting = Welcome, { $name }
home-first-login = This is the first time you have signed in. Thank you for registering.
home-last-login = Last signed in: { $when }
home-last-login-unknown = If this was not you, call us.
home-card-fault = Something is wrong with our system. Wait a moment, then try again.
home-card-incident = Reference number:{" "}
home-unread = { $count ->
    [one] There is a message in your inbox that you have not read.
   *[other] There are { $count } messages in your inbox that you have not read.
}
home-unread-open = Open the inbox
paper-for = For { $name }
paper-made = Made on { $day }
paper-yen = { $sum } yen
inbox-title = Inbox
inbox-new = New
inbox-something = A message from { $name }
inbox-mail-title = Email about new messages
inbox-mail-on = When there is a new message in your inbox, we tell you by email at { $email }. The email does not say what is in it.
inbox-mail-off = We do not email you when there is a new message in your inbox.
inbox-mail-turn-on = Email me
inbox-mail-turn-off = Do not email me
mail-notification-subject = { $insurer }: you have a new message
mail-notification-lead = There is a new message from “{ $plugin }” in your inbox.
mail-notification-open = Open your inbox to read it.
mail-notification-off = To stop these emails, choose “Do not email me” in your inbox.
inbox-none = There are no messages yet.
home-empty = There is nothing new.

household-title = Family sharing
household-never = This health insurance society does not show the records of one family member to another. Each of them can register and see their own.
household-insured-lead = The medical fees and other records of your family (your dependants) are shown to you, too. Each of them can choose whether they are.
household-dependant-lead = You can choose whether the insured person also sees your medical fees and other records.
household-choice = Your records
household-show = Show them to the insured person
household-show-hint = The insured person can see them together with their own.
household-hide = Do not show them to the insured person
household-hide-hint = Your records are shown to you only. We do not tell the insured person that you chose this.
household-submit = Save changes
household-saved = Saved.
household-people = Your family
household-me = (you)
household-note = You can change this at any time. Changes take effect at once.

household-relation-self = insured person
household-relation-husband = husband
household-relation-wife = wife
household-relation-eldest-son = eldest son
household-relation-second-son = second son
household-relation-third-son = third son
household-relation-eldest-daughter = eldest daughter
household-relation-second-daughter = second daughter
household-relation-third-daughter = third daughter
household-relation-father = father
household-relation-mother = mother

plugin-fault-title = “{ $name }” cannot be shown
plugin-fault-error = Something is wrong with our system. Wait a moment, then try again.
plugin-fault-slow = This is taking too long. Wait a moment, then try again.
plugin-fault-quarantined = Something went wrong several times, so we have stopped this for now. Please wait until it is repaired.
plugin-fault-others = All other pages work as usual.
plugin-fault-retry = Try again

signin-failed-title = You could not sign in
signin-failed-text = The connection was lost, or the page was open for too long. Sign in again. If it still does not work, call us.
signin-cancelled-title = You stopped signing in
signin-cancelled-text = To continue, sign in again.

level-unmet-title = One more proof is needed
level-unmet-text = To see medical information, a second proof besides the password is needed: an authenticator app, a passkey, or your mail address. Set one up under “Your account and login”, then try again.
level-unmet-own = Your account and login
card-step-up = To see this, confirm once more that it is you.
left-closed-title = Your access has ended
left-closed-text = Your membership of the society ended some time ago, so your records are no longer shown here. If you need them, call us.
left-reads-title = You cannot change this
left-reads-text = Your membership has ended. You can still look at your records, but you cannot change anything.
plugin-not-offered-title = There is no such page
plugin-not-offered-text = Your health insurance society does not offer this.

# Who saw the member's rows
access-record-title = Who looked at my records
access-record-lead = When your family looked at your medical fees and other records. The newest come first, up to 100.
access-record-services-title = Services that use your records
access-record-services-text = Services that you have agreed to receive what you agreed to.
access-record-services = See the services, or withdraw your consent
access-record-none = Nobody in your family has looked at your records.
