# What this theme says in its own words.

welcome-lead = Your medical fees and our notices at one glance, clear as the blue sky. Please sign in.
login-forgotten-text = Please do not hesitate to phone us. We are glad to help.

login-helper-title = Is this your first time?
login-helper-lead = We take you through it one step at a time.
login-helper-ready = Please have at hand:
login-helper-mail = your own mail address
login-helper-certificate = your eligibility certificate, or whatever shows your symbol and number
