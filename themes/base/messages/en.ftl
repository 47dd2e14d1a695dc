# Texts that every page may use.

layout-skip = Skip to main content
layout-size = Text size
layout-size-short = Text
layout-size-m = M
layout-size-l = L
layout-size-xl = XL
layout-language = Language
layout-menu = Menu
layout-user = { $name }
layout-sign-out = Sign out
layout-top = Back to top
layout-cancel = Cancel and go back to { $name }

contact-title = Contact
contact-phone = Phone
contact-hours = Hours
contact-mail = Mail

form-required = (required)
form-optional = (optional)
form-title-prefix = Error:{" "}
form-error-title = Please check what you entered
form-step = Step { $n } of { $of }
form-password-show = Show
form-password-hide = Hide

error-title-400 = We could not read what was sent
error-text-400 = Please go back and try again.
error-title-403 = You cannot open this page
error-text-403 = You may not be allowed to see it, or the page was open for too long. Please start again from the first page.
error-title-404 = Page not found
error-text-404 = The address may have changed or may be mistyped. Please look from the first page.
error-title-405 = This cannot be done here
error-text-405 = Please go back to the first page and try again.
error-title-408 = It took too long
error-text-408 = The connection was slow. Please try again where your signal is better.
error-title-413 = What you sent is too large
error-text-413 = Please shorten the text or choose a smaller file, and try again.
error-title-429 = Too many tries in a short time
error-text-429 = Please wait a while and try again.
error-title-500 = Sorry, we could not show this page
error-text-500 = The fault is on our side. Please wait a moment and try again. If it goes on, please phone us.
error-title-503 = The service is not available now
error-text-503 = It is very busy or under maintenance. Please wait a while and try again.
error-incident = When you contact us, please give this number.
error-status = Error { $status }
error-back-home = To the first page
