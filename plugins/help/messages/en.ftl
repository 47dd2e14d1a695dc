help-menu = Help
help-title = Questions and answers
help-question-mail = The email does not arrive
help-answer-mail = Check your spam folder. If you filter your email, allow email from your health insurance society. If your address is incorrect, select “Enter the address again” on the registration page. If the email has not arrived after a few minutes, select “Send the email again”.
help-question-amount = “Your share” differs from what I paid
help-answer-amount = Amounts under 10 yen are rounded at the counter, so there can be a small difference. Help from your municipality and benefits that are paid later may not be reflected either.
help-question-family = I do not want the insured person in my family to see my records
help-answer-family = Sign in yourself and open “Family sharing”. Choose “Do not show them to the insured person”, then select “Save changes”. It takes effect at once.
