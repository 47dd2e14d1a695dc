# The member pages around the plugins.

nav-home = Home
nav-household = Family view

welcome-title = Member pages
welcome-lead = These pages are for members of { $insurer }. Please sign in.
welcome-signed-out = You are signed out.
welcome-sign-in = Sign in
welcome-plugins-title = What you can use
welcome-register-title = Is this your first time?
welcome-register-text = Please register first. You will need:
welcome-register-card = your eligibility certificate, or whatever shows your symbol and number
welcome-register-mail = your own mail address
welcome-register = Register

home-title = Home
home-greeting = Welcome, { $name }
home-first-login = This is your first visit. Thank you for registering.
home-last-login = Last signed in: { $when }
home-last-login-unknown = If that was not you, please phone us.
home-card-fault = This cannot be shown now. Please look again in a while.
home-card-incident = Number to quote
home-empty = There is nothing new for you now.

household-title = Family view
household-never = This society shows nobody the records of others in the family. Each member of the family can register and see their own.
household-insured-lead = You see the records of your family too, except of those who chose not to show theirs.
household-dependant-lead = You can choose whether the insured person sees your medical fees and other records.
household-choice = Your records
household-show = Show them to the insured person
household-show-hint = The insured person sees your records together with their own.
household-hide = Do not show them
household-hide-hint = Your records appear on your own pages only.
household-submit = Save this choice
household-people = Your family
household-me = (you)
household-visible-self = Your own records
household-visible = Shown
household-not-visible = Not shown
household-note = You can change this at any time. A change takes effect at once.

plugin-fault-title = “{ $name }” cannot be shown
plugin-fault-error = The fault is on our side. Please wait a moment and try again.
plugin-fault-slow = It is taking too long. Please wait a moment and try again.
plugin-fault-quarantined = It failed several times, so we have stopped it for now. Please wait until it is mended.
plugin-fault-others = All other pages work as usual.
plugin-fault-retry = Try again

signin-failed-title = You could not be signed in
signin-failed-text = Please sign in again. If it goes on, please phone us.
signin-cancelled-title = You stopped signing in
signin-cancelled-text = To continue, please sign in again.
plugin-not-offered-title = There is no such page
plugin-not-offered-text = Your health insurance society does not offer this.
session-ended-title = Please sign in again
session-ended-text = You were signed out for safety because nothing happened for a while.

# Who saw the member's rows
access-record-title = Who saw my records
access-record-lead = When family members looked at your medical fees and other records, the newest first, up to 100.
access-record-none = No family member has looked at your records.
access-record-back = Back to family view
household-consents = See or withdraw what I allowed other services
household-access-record = See who looked at my records
