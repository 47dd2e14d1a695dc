# What this theme says in its own words.

welcome-lead = See your medical fees and our notices at a glance, clear as the blue sky. Sign in to start.
login-forgotten-text = Please call us. We are glad to help.

login-helper-title = Is this your first time?
login-helper-lead = We take you through it one step at a time.
login-helper-ready = You will need:
login-helper-mail = your own email address
login-helper-certificate = your eligibility certificate, or anything else that shows your symbol and number
