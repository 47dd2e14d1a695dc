# Texts that every page may use.

layout-skip = Skip to main content
layout-unsigned = For development. Plugins run here that nobody signed: put no real records in.
layout-size = Text size
layout-size-short = Text
layout-language = Language
layout-menu = Menu
layout-menu-close = Close
layout-bell = Inbox
layout-last-login = Last login: { $when }
layout-user = { $name }
layout-sign-out = Sign out
layout-top = Back to top
layout-help = Help
layout-terms = Terms of use
layout-privacy = Privacy
layout-cancel = Cancel and go back to { $name }

contact-title = Contact
contact-phone = Phone
contact-hours = Hours
contact-mail = Email

form-required = (required)
form-title-prefix = Error:{" "}
form-kept = This is what you had entered before. Please check it and send it again.
form-missing = Please fill this in.
form-not-chosen = Please choose one.
form-none = None
form-too-long = Please use at most { $n } characters.
form-not-a-number = Please enter a number.
form-too-low = Please enter { $n } or more.
form-too-high = Please enter { $n } or less.
form-places = Please use at most { $n } decimal places.
form-not-a-day = This is not a date. Please write it like 2026-04-01 or R8.4.1.
form-card-hint = Symbol, number and branch with spaces between, for example 1234 5678 00
form-not-a-card = This is not the symbol, number and branch of a card. Please write the three with spaces between.
form-next = Next
form-back = Back
form-discard = Start again
form-discard-gone = What you entered and the files you chose will be deleted. This cannot be undone.
form-discard-away = Delete all I entered
form-review = Check what you entered
form-step-of = Page { $n } of { $of }
form-saved = What you enter is saved with each step. You can stop and go on within { $days } days.
form-change = Change: { $step }
form-yes = Yes
form-no = No
form-nothing = (nothing)
form-not-a-month = This is not a month. Please write it like 2026-04 or R8.4.
form-full = You have as many entries as one may have. Please delete one that you no longer need, then send this again.
form-file-missing = Choose a file.
form-file-many = You can attach up to { $n } files. Take away what you do not need, and choose again.
form-file-empty = This file is empty. Choose it again.
form-file-long = This file is too large. Choose one of up to { $n } MB.
form-file-heic = Photos in the HEIC format are not taken. On an iPhone, choose "Most Compatible" under Settings, Camera, Formats and take it again, or choose a screenshot of the photo.
form-file-kind = Files of this kind are not taken. Choose a photo (JPEG, PNG or WebP) or a PDF.
form-file-broken = This file cannot be read. See whether it opens, and choose it again.
form-file-large = This picture has too many points, or this PDF too many pages. Make it smaller, or divide it.
form-file-locked = This PDF has a password. Remove it first.
form-file-active = This PDF does something by itself (scripts, files inside it). Print it "as PDF" and choose the new one.
form-file-full = There is no more room for your files. Delete what you do not need, and try again.
form-file-which = “{ $name }”: { $why }
form-file-unable = Files cannot be looked at right now. Wait a little and try again.
form-kept-files = What you had entered is shown again. Choose your files once more, look it over, and send it.
form-file-without = Take this file away
form-error-title = { $count ->
    [one] There is a problem with 1 answer
   *[other] There is a problem with { $count } answers
}
form-step = { $title }: step { $n } of { $of }
form-password-show = Show
form-password-hide = Hide

error-title-400 = We could not read what you sent
error-text-400 = Go back and try again. If it still does not work, start from the top page.
error-title-403 = Your answers were not sent
error-text-403 = The page was open for too long. Open the previous page again, then try once more.
error-title-404 = Page not found
error-text-404 = The address may have changed, or there may be a mistake in it. Start from the top page.
error-title-405 = This cannot be done here
error-text-405 = Go to the top page and try again.
error-title-408 = The connection was lost
error-text-408 = Move to a place with a better signal, then try again.
error-title-413 = What you sent is too large
error-text-413 = Shorten the text, then try again.
error-title-428 = Cookies are switched off
error-text-428 = Signing in and registering need cookies. Allow cookies in the settings of your browser, then try again.
error-title-429 = Please wait a while
error-text-429 = You tried the same thing too often in a short time. Wait a while, then try again.
error-title-500 = Sorry, there is a problem with this page
error-text-500 = Something is wrong with our system. Wait a moment, then try again. If it still does not work, call us.
error-title-503 = Sorry, the service is not available
error-text-503 = Many people are using it, or we are working on it. Wait a while, then try again.
error-incident = When you call us, give this reference number.
error-status = Type of error: { $status }
error-back-home = Go to the top page

mail-no-reply = Please do not reply to this email. We cannot answer replies. Use the contact details above instead.
mail-home = Open the member pages
mail-phone = Phone:{" "}
mail-hours = Hours:{" "}
mail-contact = Email:{" "}
mail-never-asks = We never ask for your symbol, number or password by email.

chart-table = Show as a table
chart-when = When

person-unknown = name not known yet
