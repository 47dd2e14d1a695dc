# Medical fees.

medical-fees-title = Medical fees
medical-fees-menu = Medical fees
medical-fees-card-title = Your share, newest month
medical-fees-card-sum = Your share in { $at }
medical-fees-card-year = { $at }
medical-fees-card-none = There are no medical fees to show yet.
medical-fees-unit = yen
medical-fees-own = Your share
medical-fees-own-household = Your share (including your family)
medical-fees-total = Total medical fees
medical-fees-insurer-paid = Paid by the society
medical-fees-public-paid = Paid from public funds
medical-fees-other-paid = Paid by others
medical-fees-own-paid = Your share
medical-fees-month = Month of treatment
medical-fees-year = Year
medical-fees-patient = Patient
medical-fees-where = Where and what kind
medical-fees-row-note = Notes
medical-fees-sum = Total
medical-fees-month-of-year = { $month ->
    [1] January
    [2] February
    [3] March
    [4] April
    [5] May
    [6] June
    [7] July
    [8] August
    [9] September
    [10] October
    [11] November
   *[12] December
}
medical-fees-days = { $count ->
    [one] 1 day
   *[other] { $count } days
}
medical-fees-times = { $count ->
    [one] once
   *[other] { $count } times
}

medical-fees-kind-inpatient = Hospital stay
medical-fees-kind-outpatient = Outpatient
medical-fees-kind-dental = Dentist
medical-fees-kind-pharmacy = Pharmacy
medical-fees-kind-nursing = Home nursing
medical-fees-kind-therapy = Bone-setting, acupuncture and the like
medical-fees-kind-other = Other

medical-fees-latest = Newest month: { $month }
medical-fees-sentence = Of { $total } yen in total, the society paid { $insurer } yen. The remaining { $own } yen are your share.
medical-fees-sentence-public = Of { $total } yen in total, the society paid { $insurer } yen and public funds paid { $public } yen. The remaining { $own } yen are your share.
medical-fees-to-month = See this month’s list
medical-fees-this-year = { $year } so far
medical-fees-months = { $count ->
    [one] The total of 1 month shown so far.
   *[other] The total of { $count } months shown so far.
}
medical-fees-to-year = See this year’s list
medical-fees-household = Who is included in the total
medical-fees-past-title = Earlier medical fees
medical-fees-past-lead = See them by year and month.
medical-fees-to-past = See earlier medical fees
medical-fees-none-title = There are no medical fees to show yet
medical-fees-none-text = They appear 2 to 3 months after the month of treatment.

medical-fees-month-title = Medical fees, { $month }
medical-fees-year-title = Medical fees, { $year }
medical-fees-pager = Months before and after
medical-fees-previous = Previous month: { $month }
medical-fees-next = Next month: { $month }
medical-fees-everyone = Everyone
medical-fees-filter = Show
medical-fees-caption = List for { $what }
medical-fees-caption-patient = List for { $what } ({ $patient })
medical-fees-no-rows = There are no records for this choice.
medical-fees-paper = Save this list as a PDF
medical-fees-paper-place = { $facility }{ $kind } { $days }{ $note }
medical-fees-print = You can print this list: select “Print” on your device.
medical-fees-back = Go back to medical fees
medical-fees-table = Fees by month, and who paid them
medical-fees-table-lead = The fees of each month, the newest year first.
medical-fees-benefits-sum = Benefits
medical-fees-list = Details
medical-fees-year-total = Total of { $year }
medical-fees-to-list = Details of { $what }
medical-fees-benefits = Benefits paid for care in this month
medical-fees-benefit-paid = Paid in { $month }
medical-fees-year-months = Your share by month
medical-fees-year-rows = Show all entries of the year ({ $count })
medical-fees-year-sum = Total for this year
medical-fees-past-hint = Select a year to see your share month by month.
medical-fees-empty-month = No records
medical-fees-to-that-year = See the list for { $year }

medical-fees-notes-title = About these amounts
medical-fees-note-own = Your share is what you were charged at the counter. What you really paid may differ, for example through rounding.
medical-fees-note-outside = Charges outside insurance, such as a private room or treatment at your own expense, are not included. Hospital meals may not be included either.
medical-fees-note-municipality = Help from your municipality may not be reflected in your share.
medical-fees-note-benefits = Benefits that are paid later, such as the high-cost medical benefit or additional benefits, are not deducted from your share.
medical-fees-note-late = If a hospital or clinic sends its claim late, or a claim is corrected, the amounts of earlier months may change.
medical-fees-note-facility = If our records do not name the hospital or pharmacy, no name is shown.
medical-fees-note-tax = This page and its printout are not the notice of medical expenses (医療費通知) that you can use for a tax return. The deduction counts the year in which you paid, not the year of treatment.
medical-fees-chart-title = Twelve months
medical-fees-chart-own = What you paid, month by month. Choose a column to open its month.
medical-fees-chart-shares = Who paid for your care, month by month. Choose a column to open its month.

medical-fees-keep-link = Choose what your family does not see
medical-fees-keep-title = What your family does not see
medical-fees-keep-lead = The insured person sees your medical fees, too. Choose here what you would rather keep to yourself.
medical-fees-keep-state-show = Your family sees it
medical-fees-keep-state-name = The facility's name is hidden
medical-fees-keep-state-row = Hidden from your family
medical-fees-keep-one = What your family sees
medical-fees-keep-facility = Facility
medical-fees-keep-kind = Kind of care
medical-fees-keep-how = On your family's pages
medical-fees-keep-how-hint = Entries of the same month, facility and kind of care change together.
medical-fees-keep-how-show = Show it as it is
medical-fees-keep-how-name = Leave out the facility's name and notes (in every month)
medical-fees-keep-how-row = Leave out this entry
medical-fees-keep-submit = Save
medical-fees-keep-now = What is hidden now
medical-fees-keep-in = Entries of { $month }
medical-fees-keep-name = The name of
medical-fees-keep-note-new = If newer data spell the facility or the kind of care in another way, the entry is seen again. Please look from time to time.
medical-fees-keep-back = Back to the list
medical-fees-keep-said = What your family sees was changed.
medical-fees-keep-gone = This entry was replaced by newer data. Go back to the list and choose again.
medical-fees-keep-nameless = This entry has no facility's name.
medical-fees-keep-notes = What happens to what you leave out
medical-fees-keep-note-sums = It is missing from sums, charts and PDFs on your family's pages, and your family cannot tell that it is.
medical-fees-keep-note-tax = When the insured person makes their file for the tax return, neither the entry nor the facility's name is in there.
medical-fees-keep-note-benefits = Benefits are paid to the insured person, who is told of them even when this entry is hidden. Where there is a page of your medicines, choose there, too.
medical-fees-keep-note-paper = Letters from the society do not change, nor does what was saved or printed before.
medical-fees-keep-note-society = The society's staff see it as before.

medical-fees-explained = Who paid how much
medical-fees-sentence-meals = Meals in hospital cost another { $total } yen; you paid { $own } yen of that.
medical-fees-sentence-paid-back = Later { $sum } yen were paid back as benefits.
medical-fees-sentence-expected = About { $sum } yen should be paid back as a benefit (around { $month }; you need not apply).
medical-fees-meal-own = Meals in hospital (your share)
medical-fees-row-meals = meals: { $own } yen besides
medical-fees-correction = Correction (cancelled)
medical-fees-late = Billed late ({ $month })
medical-fees-insured = Insured person
