# Signing in and registering.

## Mail address
mailbox-title-register = Confirm your email address
mailbox-lead-register = Enter the email address that you want to register with. We will send you an email. Select the link in it to continue.
mailbox-email = Email address
mailbox-hint-register = Each person needs their own address. You cannot use one that a family member has registered with. For example, hanako@mail.example
mailbox-insured-only = Only insured persons can register. Dependants cannot.
mailbox-allow = If you filter your email, allow email from { $sender }.
mailbox-submit = Get the confirmation email
mailbox-registered = If you have registered already, sign in.
mailbox-login = Go to sign in

mailbox-sent-title = Check your email
mailbox-sent-lead = We have sent a confirmation email to this address.
mailbox-sent-again = We have sent another email. Select the link in the newest one.
mailbox-sent-to = To
mailbox-sent-from = From
mailbox-sent-next-title = What to do next
mailbox-sent-next-open = Open the email.
mailbox-sent-next-link = Select the link in it within { link-time }. You can open it on another phone or computer.
mailbox-sent-missing-title = If the email does not arrive
mailbox-sent-missing-spam = Check your spam folder.
mailbox-sent-missing-allow = If you filter your email, allow email from { $sender }.
mailbox-sent-missing-address = Check that the address above is correct.
mailbox-sent-restart = Enter the address again
mailbox-sent-missing-resend = If it has not arrived after a few minutes, use the button below to send it again. The link in the earlier email will stop working.
mailbox-sent-resend = Send the email again

mailbox-open-title = Confirm your email address
mailbox-open-lead = Select “Confirm and continue” to confirm your email address.
mailbox-open-register = You are registering with this email address. If it is not yours, do not press the button. Close this page.
mailbox-open-submit = Confirm and continue

# How long the mailed link works: hours where they are whole.
link-time = { $minutes ->
    [60] 1 hour
    [120] 2 hours
    [180] 3 hours
    [240] 4 hours
    [360] 6 hours
    [480] 8 hours
    [720] 12 hours
    [1440] 24 hours
    [2880] 48 hours
   *[other] { $minutes } minutes
}

## Identity check
roster-title = Confirm who you are
roster-address = Registering with the email address { $address }
roster-lead = Enter the following exactly as shown on your eligibility certificate or eligibility notice.
roster-where-title = Where to find your symbol and number
roster-where-certificate = Eligibility certificate (資格確認書): on the front.
roster-where-notice = Eligibility notice (資格情報のお知らせ): in the notice from your health insurance society, on paper or online.
roster-where-mynaportal = Mynaportal (マイナポータル): open 証明書 (certificates), then 健康保険証 (health insurance card).
roster-where-old-card = Former insurance card: if it is from the same society, the symbol and number may still be the same.
roster-symbol = Symbol (記号)
roster-symbol-hint = Exactly as shown under 記号. For example, { $example }
roster-number = Number (番号)
roster-number-hint = Exactly as shown under 番号. For example, { $example }
roster-branch = Branch number (枝番)
roster-branch-hint = The 2 digits shown under 枝番. For example, { $example }
roster-name-kana = Full name in kana (フリガナ)
roster-name-kana-hint = As you registered it with your health insurance society. You can leave a space between the names or not. For example, ミナト ハナコ
roster-birth-date = Date of birth
roster-birth-date-hint = You can use a Western or a Japanese year. For example, 1954, 昭和29 or S29
roster-birth-year = Year
roster-birth-month = Month
roster-birth-day = Day
roster-sex = Sex
roster-sex-male = Male
roster-sex-female = Female
roster-submit = Confirm and continue
roster-failed-title = We could not confirm who you are
roster-failed-lead = This may be because:
roster-failed-typing = Something you entered is incorrect. Check it against your certificate or notice.
roster-failed-recent = You joined only recently. It can take some days until you can register.
roster-failed-registered = You have registered already. Sign in instead.
roster-failed-login = Go to sign in
roster-failed-changed = Your symbol or number has changed, for example because you changed company, retired or continued voluntarily. Enter the new ones.
roster-failed-insured = You are a dependant. Only insured persons can register.
roster-failed-attempts = { $count ->
    [one] You can try 1 more time.
   *[other] You can try { $count } more times.
}
roster-failed-contact = If you need help, call us.

## Terms
terms-title = Terms of use and privacy
terms-new = There is something new for you to read.
terms-lead = { $count ->
    [1] Read the following document, then tick the box below it.
   *[other] Read the following { $count } documents, then tick the box below each of them.
}
terms-version = Version of { $version }
mailbox-title-recover = Set a new password
mailbox-lead-recover = Enter the email address with which you registered. We will send you an email. Select the link in it to continue.
mailbox-hint-recover = The address with which you registered. For example, hanako@mail.example
recover-mailbox-unknown = If you do not know which address it was, call us.
recover-mailbox-none = If you do not know which address it was, or cannot use it any more, call us.
mailbox-open-recover = This sets a new password for the person registered with this address. If you did not start it yourself, close this page without pressing the button.
mailbox-title-replace-app = Set up a new authenticator app
mailbox-lead-replace-app = Enter the email address with which you registered. We will send you an email. Select the link in it to continue.
mailbox-hint-replace-app = The address with which you registered. For example, hanako@mail.example
mailbox-open-replace-app = This sets up a new authenticator app in the place of the one that was lost. If you did not start it yourself, close this page without pressing the button.
recovered-app-title = The new authenticator app is set up
recovered-app-text = From now on, log in with the codes of the new app. The old one does not work any more. For safety, other devices were signed out.
recover-roster-lead = Please show that it is you. Enter what stands on your certificate of eligibility (資格確認書) or eligibility notice (資格情報のお知らせ).
recover-password-title = Choose a new password
recover-password-lead = Choose the password with which you will sign in from now on.
recover-password-user-id = Your user ID
recover-password-submit = Change the password
mailbox-lost = You cannot read mail at the address that you registered any more?
mailbox-title-replace-address = Your new email address
mailbox-lead-replace-address = Enter the email address that you want to use from now on. We will send you an email. Select the link in it to complete your request.
mailbox-hint-replace-address = Each person needs an address of their own. For example, hanako@mail.example
mailbox-open-replace-address = This asks for a new address in the place of one that cannot be used any more. If you did not start it yourself, close this page without pressing the button.
recovered-address-title = We have your request. The new email address is used in { $days } days
recovered-address-text = To protect you, the change takes { $days } days. Meanwhile we tell the old address about it.
recovered-address-until = Until then, mail such as sign-in codes goes to the old address. We will write to the new one when it has changed.
recovered-title = Your password has been changed
recovered-text = Use the new password from next time on. To keep your account safe, you have been signed out on your other devices.
recovered-home = Go to the member pages

change-password-title = Change your password
change-address-title = Change your email address
change-user-id-title = Change your user ID
new-user-id = New user ID
new-user-id-lead = Choose the user ID with which you log in from now on. The one before will not work any more.
new-user-id-submit = Change the user ID
own-user-id-change = Change the user ID
own-changed-user-id = The user ID was changed.
event-user-id-changed = User ID changed
event-closed = Account closed
own-data = Save what is registered
own-data-json = as JSON
own-data-csv = as a table (CSV)
own-close = Close the account
close-title = Close the account
close-ask = Close the account?
close-text = You will not be able to log in, and connected services are cut off. Your mail address, authenticator apps and passkeys are removed. Records of medical fees, benefits and so on stay with the society for as long as the law says. To use the pages again, register anew.
close-go = Go on to close it
closed-title = The account is closed
closed-text = Thank you. To use the pages again, register anew.
mailbox-title-change = Change your email address
mailbox-lead-change = Enter your new email address. We will send you an email. Select the link in it to complete the change.
mailbox-hint-change = Each person needs an address of their own. For example, hanako@mail.example
notice-address-title = Another address for notices
notice-address-remove-title = Remove the address for notices
mailbox-title-notices = Another address for notices
mailbox-lead-notices = Enter an address that is to get our notices about sign-ins and changes besides your own. We will send an email to confirm it.
mailbox-hint-notices = You may share it with your family. It does not sign you in. For example, family@mail.example
mailbox-open-notices = Notices about sign-ins and changes go to this address, too. If you did not start it yourself, close this page without pressing the button.
mailbox-open-change = This becomes the address with which you sign in and to which we write. If you did not start it yourself, close this page without pressing the button.
login-again-title = Confirm that it is you
login-again-submit = Continue
login-again = To keep your account safe, enter your password once more.

own-title = Your details and sign-in
own-name = Name
own-user-id = User ID
own-email = Email address
own-email-none = None registered
own-email-waiting = { $address } takes its place on{" "}
own-email-keep = Keep the present email address
own-changed-address-kept = The email address stays. The request is withdrawn.
own-notice-address = Address that gets notices, too
own-notice-address-add = Add another address for notices
own-notice-address-change = Change the address that gets notices, too
own-notice-address-remove = Remove the address that gets notices, too
own-changed-notice-address = Notices go to the address from now on, too.
own-changed-notice-address-removed = The address for notices has been removed.
own-email-change = Change the email address
own-password = Password
own-language = Language of pages and mail
own-language-ja = Japanese (日本語)
own-language-en = English
own-language-to-ja = Use Japanese (日本語にする)
own-language-to-en = Use English
own-changed-language = The language of pages and mail has been changed.
own-password-since = Chosen on { $date }
own-password-change = Change the password
own-changed-password = Your password has been changed. To keep your account safe, you have been signed out on your other devices.
own-changed-address = Your email address has been changed.
own-changed-sessions = You have been signed out on your other devices.
own-sessions-title = Where you are signed in
own-changed-elsewhere = You are still signed in on other devices. If that worries you, sign them all out here.
own-sessions-lead = If you do not recognise a device, sign out on all others and change your password.
own-session-here = This device
own-session-other = Another device
own-session-this = (this device)
own-session-end = Sign out of this device
own-changed-session = Signed out of the device.
own-history = See logins and changes
own-lock = If somebody else may be using your account: stop everything
own-session-since = Signed in at:{" "}
own-session-seen = Last used at:{" "}
own-sessions-end = Sign out on all other devices
own-more-title = More
own-agreed = See the terms that you agreed to
agreed-title = The terms that you agreed to
agreed-lead = You can read each as it was when you agreed.
agreed-none = You have not agreed to anything yet.
agreed-all = What you agreed to
agreed-at = Agreed on:{" "}
agreed-back = Back to your details and sign-in
own-consents = See or withdraw what you share with services
own-home = Back to the member pages

history-title = Logins and changes
history-lead = What happened to your account, the newest first. If you do not recognise something, stop everything at once.
history-none = Nothing yet.
history-name = “{ $name }”
history-device = Device: { $device }
history-new = (new device)
history-place = Place: { $place }
history-reason = Reason: { $reason }
history-back = Back to your account and login
event-signed-in = Logged in
event-password-changed = Password changed
event-recovered = Password reset
event-address-asked = Asked for another mail address in the place of a lost one
event-address-kept = Request for another mail address withdrawn
event-address-changed = Mail address changed
event-notice-address-put = Another address for notices added
event-notice-address-removed = Address for notices removed
event-app-added = Authenticator app added
event-app-removed = Authenticator app removed
event-passkey-added = Passkey added
event-passkey-removed = Passkey removed
event-passkey-blocked = Passkey blocked
event-signed-out-elsewhere = Signed out of all other devices
event-locked = Account stopped
event-unlocked = Account in use again

totp-title = Enter the code
totp-lead = Enter the 6 digits that your authenticator app shows.
totp-apps = Your apps:{" "}
totp-code = Code (6 digits)
totp-code-hint = The digits change every 30 seconds.
totp-submit = Continue
totp-failed-title = The code is not correct
totp-failed-text = An old code, or one that has been used, does not work. Wait until new digits are shown, then enter them.
totp-failed-attempts = Tries left: { $count }
totp-lost-title = If you cannot use your app
totp-lost-text = If you have lost the device or removed the app, call us.
totp-lost-replace = If you lost the device or deleted the app, you can set up a new one: we confirm by mail and by your symbol and number that it is you.
totp-lost-go = Set up a new authenticator app
choose-totp = A code of the authenticator app
choose-code-by-mail = A code sent by mail
choose-recovery-code = A recovery code that you wrote down
ways-title = Other ways
ways-back = Choose another way

recovery-code-title = Enter a recovery code
recovery-code-lead = Enter one of the recovery codes that you wrote down.
recovery-code-code = Recovery code
recovery-code-hint = 16 letters. Capitals or not is the same, and “-” can be left out.
recovery-code-failed-title = The recovery code is not correct
recovery-code-failed-text = A code that was used, or is from before new ones were made, does not work. Enter another.

codes-title = Make recovery codes
codes-lead = If you lose the device with your authenticator app or passkey, one of these codes lets you log in. Each works once.
codes-keep = Print this page or copy the codes to paper, and keep it in a safe place. They are shown only here.
codes-old = Recovery codes that you made before stop working.
codes-kept = I have printed them or written them down
codes-submit = Use these recovery codes
own-codes-title = Recovery codes
own-codes-none = None. Make some, in case you lose the device with your authenticator app or passkey.
own-codes-left = Codes left: { $left }
own-codes-make = Make recovery codes
own-codes-remake = Make new recovery codes
own-changed-codes = The recovery codes can be used now.
event-codes-made = Recovery codes made
event-code-used = Recovery code used

code-title = Enter the code from the mail
code-lead = To be sure that it is you, we sent 6 digits by mail. Enter them within { $minutes } minutes.
code-to = Sent to:{" "}
code-hint = The digits in the mail.
code-failed-text = The digits are different, or the code is old. If you asked for several, use the newest mail.
code-send-lead = To be sure that it is you, we will send 6 digits to your registered mail address.
code-send = Send the code
code-missing-title = If no mail arrives
code-missing-text = Look for a mail from { $sender } among junk mail. It can take a few minutes.
code-again = Send another code
factor-remember = Do not ask for a code in this browser for { $days } days
factor-remember-hint = Only for a device that you alone use. Do not tick it on shared devices, in a library or at work.
totp-enrol-title = Set up an authenticator app
totp-enrol-lead = When you sign in, you will enter a code of this app beside your password.
totp-enrol-app-title = 1. Get an app
totp-enrol-app-text = Install an authenticator app on your phone, such as Google Authenticator or Microsoft Authenticator. Any app that shows 6 digits that change with time will do.
totp-enrol-picture-title = 2. Scan the picture
totp-enrol-picture-text = In the app, choose to add an account and scan this QR code.
totp-enrol-picture-alt = QR code for the authenticator app
totp-enrol-open = Open it with an app on this phone
totp-enrol-key-title = If you cannot scan it, type it
totp-enrol-key-text = In the app, choose to enter a setup key and type these letters. Capitals make no difference. The type is “time-based”.
totp-enrol-code-title = 3. Enter the digits that it shows
totp-enrol-name = Name of this app
totp-enrol-name-hint = A name by which you know the device. For example, my phone
totp-enrol-submit = Complete the setup
add-app-title = Add an authenticator app
remove-app-title = Remove an authenticator app

own-apps-title = Authenticator apps
own-apps-none = None. With an app, nobody else can sign in even if they know your password.
own-app-since = Added on { $date }
own-app-used = Last used on { $date }
own-app-add = Add an authenticator app
own-app-remove = Remove “{ $name }”
own-app-last = Signing in needs an app here, so the last one cannot be removed.
own-changed-app-added = The app has been added. From the next sign-in on you will be asked for its code, too.
own-changed-app-removed = The app has been removed.
remove-app-ask = Do you want to remove “{ $name }”?
remove-app-text = Its codes will not work any more. To go on, you need your password and a code.
remove-app-go = Go on and remove it
ask-back = Go back and change nothing

choose-passkey = A passkey
passkey-title = Sign in with a passkey
passkey-use = Sign in with a passkey
passkey-use-hint = Use your fingerprint, face or screen lock instead of a password.
passkey-cancelled = The passkey was not used to the end. Please try again.
passkey-failed-title = The passkey did not work
passkey-failed-text = Please try again. If this passkey has been removed, sign in with your password.
passkey-none = This browser cannot use passkeys. Sign in on the device that has yours.
passkey-enrol-title = Add a passkey
passkey-enrol-lead = With a passkey you sign in with your fingerprint, face or screen lock, without a password. Nobody can trick you into using it on another site.
passkey-name = Name of this passkey
passkey-name-hint = A name by which you know the device. For example, my phone
passkey-enrol-submit = Add the passkey
passkey-enrol-failed-title = The passkey could not be added
passkey-enrol-failed-text = It took too long, or was not completed on the device. Please try again.
passkey-known = This device has a passkey for you already.
passkey-keeper = Where it is kept
passkey-keeper-refused = Your society does not take passkeys that are kept there. Please choose another place, such as the device itself.
passkey-keeper-only = Your society takes passkeys that are kept here only: { $names }. Please choose one of them.
passkey-unable = This browser cannot make passkeys. Allow JavaScript, or try a recent browser or a phone with a screen lock. You can go on signing in with your password.
add-passkey-title = Add a passkey
remove-passkey-title = Remove a passkey
own-keys-title = Passkeys
own-keys-none = None. With a passkey you sign in with your fingerprint, face or screen lock, without a password.
own-key-keeper = Kept by { $name }
own-key-add = Add a passkey
own-key-blocked = To keep your account safe, it no longer works. Remove it and add it again.
own-password-none = Not used (you log in with passkeys only)
own-password-choose = Choose a password
own-password-remove = Stop using the password
own-key-last = The last one cannot be removed, because you do not use a password.
own-changed-password-removed = The password is not used any more. Log in with your passkey from now on.
remove-password-go = Go on
passkey-enrol-back = Back, without setting it up
remove-password-title = Stop using the password
remove-password-ask = Stop using the password?
remove-password-text = The password becomes void, and you log in with passkeys only. If you lose the device with the passkey, set a new password by the recovery. A passkey on another device helps, too.
event-password-removed = Stopped using the password
own-changed-passkey-added = The passkey has been added. You can use it from the next sign-in on.
own-changed-passkey-removed = The passkey has been removed.
remove-passkey-text = You cannot sign in with it any more then. To go on, show that it is you.

user-id-title = Your user ID
user-id-lead = Enter the email address with which you registered, and your date of birth. We will send you your user ID.
user-id-submit = Send me my user ID
user-id-sent-title = We have sent you an email
user-id-sent-text = We have written to the address that you entered. Sign in with the user ID in that email. If it has not come after a few minutes, look in your spam folder, and check the address.
login-forgotten-user-id = Have your user ID sent by email

help-question-first = What do I need to register?
help-answer-first = An email address of your own, and something that shows your symbol and number, such as the certificate of eligibility (資格確認書) or the eligibility notice (資格情報のお知らせ). Select “Register” and follow the pages. It takes a few minutes.
help-question-mail = The confirmation email does not arrive
help-answer-mail = Look in your spam folder. If you filter your email, allow email from { $sender }. If the address was wrong, select “Enter the address again” on the registration page. If nothing has come after a few minutes, select “Send the email again”.
help-question-card = I entered my symbol and number, but cannot go on
help-answer-card = Compare symbol, number, branch number, date of birth and name in kana with your certificate. If you joined only recently, it can take some days until you can register. If your symbol or number has changed, because you changed companies or left yours, enter the new one.
help-question-family = Can I register with the same email address as my family?
help-answer-family = No. Each person needs an address of their own.
help-question-forgotten = I forgot my user ID or password
help-answer-forgotten = Please call us. You can also sign in with your email address in place of your user ID.
help-answer-forgotten-recover = Select “Set a new password” on the sign-in page. You need the email address that you registered, and your symbol and number. You can also sign in with your email address in place of your user ID.
help-question-locked = The page says that I cannot enter anything for a while
help-answer-locked = After several wrong answers we stop for a while, so that nobody else gets in. Try again after the time on the page.
help-question-phone = I have a new phone or computer
help-answer-phone = You need not do anything. Sign in on the new device with the same user ID and password.
help-answer-phone-factors = Sign in on the new device with the same user ID and password. If you use an authenticator app or a passkey, add one for the new device under “My details” before you give the old one away.
help-question-cookies = The page says “Cookies are switched off”
help-answer-cookies = We need cookies to keep you signed in. Allow cookies in the settings of your browser, then start again.
help-ask-title = If you are not sure
help-ask-text = Please contact us. We never ask for your password.

documents-none = There are no published documents.
terms-agree = I agree to “{ $title }”
terms-read = I have read “{ $title }”
terms-submit = Continue

## User ID and password
password-title = Choose a user ID and password
password-lead = You will use them to sign in from now on.
password-user-id = User ID
password-user-id-hint = { $min } to { $max } characters: letters and numbers, and also - (hyphen), _ (underscore) and . (full stop). Capital letters become small.
password-advice-title = How to choose a password that is easy to remember and hard to guess
password-advice-words = Put about 4 unrelated words in a row. For example, orange-train-cherry-whale (do not use this example).
password-advice-other = Do not use a password that you use elsewhere.
password-advice-paper = If you write it down, keep the paper where nobody sees it.
password-password = Password
password-password-hint = { $min } to { $max } characters: letters, numbers, symbols and spaces.
password-again = Password again
password-again-hint = Enter the same password as above.
password-submit = Register

## Registration complete
done-title = You have registered
done-lead = Thank you for registering. You can now use the member pages.
done-user-id = Your user ID
done-email = Your email address
done-keep = To sign in to the member pages, use your user ID (or email address) and the password that you chose.
done-home = Go to the member pages

## Signing in
login-title = Sign in
login-client = Sign in to “{ $name }”.
login-user-id = User ID or email address
login-password = Password
login-stay = Stay signed in on this device for { $days } days
login-stay-hint = Do not select this on a device that others use, too.
login-submit = Sign in
login-failed-title = You could not sign in
login-failed-text = Your user ID (or email address) or password is incorrect. Enter them again.
login-failed-limit = After several wrong tries you cannot sign in for a while. This keeps your account safe.
login-register-title = Is this your first time?
login-register-text = To register, you need an email address and your eligibility certificate, or anything else that shows your symbol and number.
login-register = Register
login-forgotten-title = Forgotten your user ID or password?
login-forgotten-recover = Set a new password
login-forgotten-how = You can set a new password with the email address that you registered and your symbol and number. You can also sign in with that address in place of your user ID.
login-forgotten-text = Call your health insurance society.

## Signing out
logout-title = Do you want to sign out?
logout-user = You are signed in as { $name }.
logout-text = After you sign out, you will need your password to come back.
logout-submit = Sign out
logout-stay = Go back without signing out

## Messages in place of a page
link-gone-title = This link cannot be used
link-gone-text = This link has been used or has expired. If you have received several emails, select the link in the newest one. If you have registered, select “Sign in”. If not, select “Register”.
journey-gone-title = You cannot continue from here
journey-gone-text = You started too long ago, or you have finished already. If you have registered, select “Sign in”. If not, select “Register”.
left-title = Your access has ended
left-text = Your membership of the society ended some time ago, so you cannot sign in any more. If you have questions, call us.

locked-account-title = Your account is stopped
locked-account-text = You or the society asked for it: nobody can log in.
locked-account-recover = Show that it is you and choose a new password, and it works again.
locked-account-ask = To use it again, call the society.
locked-account-go = Use it again

not-me-title = Stop everything
not-me-text = The button voids your password and cuts off every device that is logged in, and every connected service. Your medical fees and other records stay.
not-me-then = Afterwards you show that it is you and choose a new password.
not-me-submit = Stop everything
not-me-cancel = Do not stop
not-me-done-title = Everything is stopped
not-me-done-text = The password is void, and every device and service is cut off. Nobody else can log in now.
not-me-gone-title = This link does not work
not-me-gone-text = It is too old, or the owner has already chosen a new password. If you are worried, call the society.
address-taken-title = The email address was not changed
address-taken-text = Somebody else is registered with that address. Please try another. Your details have not changed.
locked-title = You cannot try again for now
locked-text = There were too many wrong answers. To keep your account safe, you cannot try again until { $until }.
locked-ask = If you cannot wait, call us.
moved-on-title = Your registration continues in another window
moved-on-text = Continue in the window that opened when you selected the link in the email. You can close this one.
taken-title = This registration could not be completed
taken-text = While you were filling in the form, the same person, email address or user ID was registered in another window. If that was you, sign in. If it was not, call us.
busy-title = We are very busy
busy-text = Many people are using the service right now. In a few seconds you will go back to the page before.
busy-again = Try again
signed-out-title = You have signed out
signed-out-text = If other people use this device, close this window.

## What is wrong with an answer
error-required = Enter an answer.
error-choose = Select one.
error-email = Enter an email address in the correct format, with one @ and a dot after it. Addresses with two dots in a row, or with a dot just before the @, cannot be used. For example, hanako@mail.example
error-email-similar = Is “{ $domain }” meant to be “{ $similar }”? If “{ $domain }” is right, press the button again.
error-email-long = Enter an email address of 255 characters or fewer.
error-user-id-length = Enter { $min } to { $max } characters.
error-user-id-characters = Use letters and numbers. Of other signs, you can only use - (hyphen), _ (underscore) and . (full stop).
error-user-id-taken = Someone has this user ID already. Enter another one.
error-user-id-same = Choose another than the one in use.
error-password-short = Enter { $min } characters or more.
error-password-long = Enter { $max } characters or fewer.
error-password-same-as-user-id = The password must not be the same as your user ID. Choose another one.
error-password-common = This password is easy to guess. Try about 4 unrelated words in a row.
error-password-breached = This password is known to have leaked from other services. Choose another.
error-code = Enter 6 digits.
error-code-wrong = The code is different. Enter the digits that the app shows now.
error-name-taken = Another one has this name. Choose a different name.
error-codes-kept = Write the codes down, then tick the box.
error-recovery-code = Enter a code of 16 letters.
error-code-wait = A code was sent a moment ago. Wait about a minute, then try again.
error-code-mails = Too many codes were sent. Try again in about an hour.
error-password-in-use = Choose another than the one in use, or one that you used before.
error-password-again = The two passwords are not the same. Enter them again.
error-birth-date = Enter a real date. Write the year as 1954, 昭和29 or S29, and the month and day in numbers.
error-kana = Enter the name in katakana or hiragana. Kanji and Latin letters cannot be used.
error-agree = Read the document and tick the box if it is all right. You cannot continue without it.

## Mails
mail-not-you = If you did not ask for this email, delete it. Nothing will be registered.
mail-not-me-text = If it was not you, stop everything at once with this link. It voids the password and signs out every device.
mail-not-me-link = It was not me: stop everything
mail-not-me-phone = If the link does not work, call { $insurer }.

mail-registration-link-subject = [{ $insurer }] Confirm your email address (member pages)
mail-registration-link-lead = This is { $insurer }. Someone entered this email address to register for the member pages. We are sending this email to confirm that the address is yours.
mail-registration-link-open = To continue, select this link.
mail-registration-link-button = Continue registering
mail-registration-link-expired = Select it within { link-time } of this email being sent. After that, you have to start again.
mail-registration-link-newest = If you receive several emails, only the link in the newest one works.

mail-already-registered-subject = [{ $insurer }] This email address has been registered already (member pages)
mail-already-registered-lead = This is { $insurer }. Someone entered this email address to register for the member pages. The address has been registered already, so we did not register anything new.
mail-already-registered-login = If it was you, sign in from the member pages.
mail-already-registered-forgotten = If you have forgotten your user ID or password, call { $insurer }.
mail-already-registered-not-you = If it was not you, someone probably mistyped their own address. Nothing has changed for you. You can delete this email.

mail-recovery-link-subject = [{ $insurer }] Go on with the recovery
mail-recovery-link-lead-password = This is { $insurer }. Someone entered this email address to set a new password for the member pages. We are sending this email to confirm that it is you.
mail-recovery-link-lead-app = This is { $insurer }. Someone entered this email address to set up a new authenticator app for the member pages. We are sending this email to confirm that it is you.
mail-recovery-link-not-you-app = If you did not ask for this email, somebody may know your password: change it now. Your app stays the same.
mail-recovery-link-open = To continue, select this link. You will then be asked for your symbol and number.
mail-recovery-link-button = Continue
mail-recovery-link-not-you-password = If you did not ask for this email, delete it. Your password stays the same.

mail-not-registered-subject = [{ $insurer }] This email address is not registered
mail-not-registered-lead = This is { $insurer }. Someone entered this email address to set a new password for the member pages. Nobody is registered with it, so there is no password to set.
mail-not-registered-other = If it was you, try the other address with which you registered. If you have not registered yet, you can do so from the member pages.
mail-not-registered-not-you = If it was not you, someone probably mistyped their own address. You can delete this email.

mail-password-changed-subject = [{ $insurer }] Your password has been changed
mail-password-changed-lead = This is { $insurer }. The password of your member pages has been changed.
mail-password-changed-at = Changed at:{" "}
mail-password-changed-signed-out = To keep your account safe, you have been signed out on every device.

mail-code-by-mail-subject = [{ $insurer }] Your login code
mail-code-by-mail-lead = This is { $insurer }. The code to log in to your member pages is:
mail-code-by-mail-good = Enter it on the login page within { $minutes } minutes. It works once.
mail-code-by-mail-at = Login tried at:{" "}
mail-code-by-mail-device = From:{" "}
mail-code-by-mail-secret = Never tell anybody these digits. { $insurer } will not ask for them.
mail-code-by-mail-not-you = If you did not try to log in, somebody may know your password. Change it now.

mail-new-device-subject = [{ $insurer }] A login from a new device
mail-new-device-lead = This is { $insurer }. Somebody logged in to your member pages from a device (browser) that had not been used before.
mail-new-device-at = Logged in at:{" "}
mail-new-device-device = Device:{" "}
mail-new-device-place = Place:{" "}
mail-new-device-you = If it was you, there is nothing to do.

mail-user-id-changed-subject = [{ $insurer }] Your user ID was changed
mail-user-id-changed-lead = This is { $insurer }. The user ID of your member pages was changed. You find the new one there, under “Your account and login”.
mail-account-closed-subject = [{ $insurer }] Your account is closed
mail-account-closed-lead = This is { $insurer }. Your account for the member pages is closed; nobody can log in with it.
mail-account-closed-not-you = If you did not close it, call { $insurer } at once.

mail-password-removed-subject = [{ $insurer }] Your password is not used any more
mail-password-removed-lead = This is { $insurer }. The password of your member pages is void; from now on passkeys alone open them.

mail-codes-made-subject = [{ $insurer }] Recovery codes were made
mail-codes-made-lead = This is { $insurer }. Recovery codes for logging in to your member pages were made. Older codes do not work any more.
mail-code-used-subject = [{ $insurer }] A recovery code was used
mail-code-used-lead = This is { $insurer }. A recovery code was used to log in to your member pages.
mail-code-used-left = Codes left: { $left }

mail-change-link-subject = [{ $insurer }] Confirm your new email address
mail-change-link-lead = This is { $insurer }. Someone entered this email address as the new one for the member pages. We are sending this email to confirm that the address is yours.
mail-change-link-open = To continue, select this link.
mail-change-link-button = Continue
mail-change-link-not-you = If you did not ask for this email, delete it. The email address stays the same.

mail-address-in-use-subject = [{ $insurer }] This email address has been registered already
mail-address-in-use-lead = This is { $insurer }. Someone entered this email address as the new one for the member pages. The address has been registered already, so we did not change anything.
mail-address-in-use-other = If it was you, try another address. Each person needs an address of their own.

mail-notice-address-subject = [{ $insurer }] The addresses for notices have changed
mail-notice-address-put = This is { $insurer }. Notices about sign-ins and changes go to another email address, too, from now on.
mail-notice-address-removed = This is { $insurer }. The other email address for notices has been removed.
mail-address-waits-subject = [{ $insurer }] Another email address has been asked for
mail-address-waits-lead = This is { $insurer }. Somebody said that this email address cannot be used any more and asked to put another in its place for your member pages.
mail-address-waits-from = It changes on:{" "}
mail-address-waits-at = Asked for on:{" "}
mail-address-waits-no = Until then you can withdraw it on your member pages, under your registered details.
mail-address-holds-subject = [{ $insurer }] Your member pages use this email address now
mail-address-holds-lead = This is { $insurer }. As you asked, your member pages use this email address from now on, for signing in and for our mail.
mail-address-changed-subject = [{ $insurer }] Your email address has been changed
mail-address-changed-lead = This is { $insurer }. The email address of your member pages has been changed. From now on we write to the new one.
mail-address-changed-at = Changed at:{" "}

mail-app-added-subject = [{ $insurer }] An authenticator app has been added
mail-app-added-lead = This is { $insurer }. An authenticator app has been added to the sign-in of your member pages.
mail-app-removed-subject = [{ $insurer }] An authenticator app has been removed
mail-app-removed-lead = This is { $insurer }. An authenticator app has been removed from the sign-in of your member pages.
mail-app-name = Name of the app:{" "}

mail-passkey-added-subject = [{ $insurer }] A passkey has been added
mail-passkey-added-lead = This is { $insurer }. A passkey has been added to the sign-in of your member pages.
mail-passkey-removed-subject = [{ $insurer }] A passkey has been removed
mail-passkey-removed-lead = This is { $insurer }. A passkey has been removed from the sign-in of your member pages.
mail-passkey-name = Name of the passkey:{" "}

mail-user-id-told-subject = [{ $insurer }] Your user ID
mail-user-id-told-lead = This is { $insurer }. You asked us for the user ID of your member pages.
mail-user-id-told-login = To sign in, open the member pages and use this user ID and your password.
mail-user-id-unknown-subject = [{ $insurer }] We could not find your user ID
mail-user-id-unknown-lead = This is { $insurer }. Someone entered this email address to be told the user ID of the member pages. Nobody is registered with this address and the date of birth that was entered.
mail-user-id-unknown-other = If it was you, check the date of birth and whether this is the address with which you registered, then try again.
mail-user-id-not-you = If it was not you, delete this email. Nothing has changed for you.

mail-registered-subject = [{ $insurer }] You have registered (member pages)
mail-registered-lead = This is { $insurer }. You have registered for the member pages.
mail-registered-user-id = Your user ID:{" "}
mail-registered-login = To sign in, open the member pages and use your user ID (or email address) and the password that you chose.
mail-registered-not-you = If you did not register yourself, call { $insurer } at once.

## Choosing how to go on
choose-enrol = To keep your account safe, signing in will ask for one more thing besides the password. Choose one of these and set it up.
choose-passkey-enrol = Use the fingerprint, face or screen lock of this device (passkey)
choose-totp-enrol = Use the code of an authenticator app
choose-one = One of the following is enough. Select the one that suits you.
choose-now-or-later = You can do this now or later.
choose-later = Do it later

offer-passkey-title = Log in without a password from now on?
offer-passkey-lead = The screen lock of this device (finger, face or PIN) can log you in at once. Your finger and face never leave this device. Your password keeps working, too.
offer-passkey-yes = Set it up on this device
choose-mailbox = Confirm with your email address
choose-roster = Confirm with your symbol, number and so on
choose-password = Confirm with your user ID and password
choose-terms = Read the terms of use and so on
choose-account = Choose who continues
choose-consent = Decide whether to share your information
go-on-lead = Everything is confirmed. Select “Continue”.
go-on-submit = Continue
register-ways-title = Choose how to register
register-ways-text = Select the way that suits what you have at hand.

# Ways to go on when a journey cannot
begin-login = Sign in
begin-register = Register

## What services may learn
signed-in-as = You are signed in as { $name }.

consent-title = Do you want to share your information with “{ $name }”?
consent-lead = Your information is only shared if you agree.
consent-recipient-title = Who will receive it
consent-learns-title = Information the service will receive
consent-details-title = What else the service asks for
consent-purpose-title = What it is used for
consent-purpose-policy = See the privacy policy below.
consent-purpose-ask = The service does not say so here. Ask whoever runs it.
consent-offline = The service can also receive information while you are signed out.
consent-not-given = Your password is not shared. Nor are the symbol and number on your certificate, unless they are listed above.
consent-no-disadvantage = If you do not share it, your health insurance benefits stay the same.
consent-withdraw = You can withdraw your consent at any time on the page “Services you share with”.
consent-about-title = About the service
consent-policy = Privacy policy (opens in a new window)
consent-goes-to = If you allow this, you go on to { $host }.
consent-tos = Terms of use (opens in a new window)
consent-home = Home page of the service (opens in a new window)
consent-allow = Agree and share
consent-deny = Do not share
consent-deny-note = If you select “Do not share”, you go back to the service and nothing is shared.

consent-scope-openid = A number by which this service recognises you (the number alone does not tell your name)
consent-scope-profile = Your name, date of birth, sex, user ID and language
consent-scope-email = Your email address
consent-scope-membership = Insurer number, symbol, number and branch number, relation, and the days when your membership began and ended
consent-scope-verified_claims = Your name and date of birth as your health insurance society confirmed them (only what the service asks for), and when it did
consent-scope-offline_access = Receiving information while you are signed out, too

consents-title = Services you share with
consents-lead = You agreed to share information with these services. Services that you allowed on a television or another device are listed, too.
consents-text = After you withdraw your consent, the service receives nothing more. For what it has received already, ask the service.
consents-granted = Agreed on { $date }
consents-submit = Withdraw consent
consents-withdrawn = You have withdrawn your consent for “{ $name }”. If you use it again, you will be asked again.
consents-empty = You do not share information with any service.

## As whom to go on
account-client = You are about to use “{ $name }”.
account-text = Do you want to continue? If this is not you, select “Sign in as someone else”.
account-this = Continue as { $name }
account-other = Sign in as someone else

## Signing in at a television or another device
device-title = Sign in on a television or another device
device-lead = Enter the 8 letters shown on the device.
device-warning = Do not enter letters that someone sent you or told you by email or phone. It may be fraud.
device-code = Letters shown on the device
device-code-hint = For example, ABCD-EFGH. You can use small letters and leave out the - (hyphen).
device-submit = Continue
device-confirm-title = Do you want to sign in on the device?
device-confirm-lead = If you allow it, “{ $name }” can be used as you on a television or another device.
device-confirm-check-title = Check before you allow it
device-confirm-check-same = Only allow it if your own device shows the same letters as above right now.
device-confirm-check-sent = If someone sent you or told you these letters by email or phone, it may be fraud. Select “Do not allow”.
device-confirm-withdraw = You can withdraw this at any time on the page “Services you share with”.
device-confirm-allow = Allow
device-confirm-deny = Do not allow
device-done-title = You have allowed it
device-done-text = Go back to the television or other device and continue there. You can close this window.
device-denied-title = You have not allowed it
device-denied-text = You are not signed in on the device, and nothing was shared. You can close this window.
device-again = Enter new letters
device-gone-title = These letters cannot be used
device-gone-text = They are incorrect or have expired. Start again on the device and enter the new letters that it shows.
error-device-code = These letters are incorrect. Compare them with those on the device and enter them again. If it still does not work, start again on the device.

## Going back to a service
form-post-title = Going to “{ $name }”
form-post-text = If nothing happens, select “Continue”.
form-post-submit = Continue
signed-out-frames = We are telling other services that you have signed out. This takes a few seconds.
signed-out-frame = Telling another service that you have signed out
signed-out-next = Go back to “{ $name }”

# A service that sends people here in a wrong way
unusable-title = You cannot continue from this service
unusable-text = The service did not send you here correctly, so we cannot open the sign-in page. Tell the people who run the service these two things.
unusable-why = Reason: { $why }
unusable-incident = Reference number: { $incident }

## Staff

mail-staff-welcome-subject = [{ $insurer }] Your account for the staff pages
mail-staff-welcome-lead = { $name }, your account for the staff pages is ready.
mail-staff-welcome-anew = { $name }, your account for the staff pages can be set up anew. The password, app and passkeys from before no longer work.
mail-staff-welcome-how = Open this page and type this email address and the temporary password that your administrator tells you. Then type the code that we email, set up an authenticator app or a passkey, and choose a password of your own.
mail-staff-welcome-open = Open the staff pages
mail-staff-welcome-days = The temporary password is good for { $days } days. It is not in this email: ask your administrator for it.
mail-staff-welcome-not-you = If this means nothing to you, tell the administrator of { $insurer } about this email.
event-reset = An administrator let password and second factor be set up anew
event-roles-changed = An administrator changed what you work on
