help-menu = Help
help-title = Questions and answers
help-question-mail = The mail does not arrive
help-answer-mail = Please look in your spam folder. If you only accept mail from certain senders, allow mail from your society. A mistyped address is another common cause.
help-question-amount = The amount differs from what I paid
help-answer-amount = At the counter amounts are rounded to 10 yen. Municipal help and benefits that are paid later are not included either.
help-question-family = I do not want my family to see my records
help-answer-family = Choose "hide" under "Family view". It takes effect at once.
