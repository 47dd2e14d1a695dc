example-menu = Steps
example-title = Your steps
example-new = Add a day
example-month = { $month }
example-pager = Other months
example-sum = Total
example-unit = steps
example-empty = There is nothing for this month yet.
example-edit = Steps on { $day }
example-remove = Delete this day
example-remove-text = What you delete cannot be brought back.
example-back = Back to your steps
example-added = The day has been added.
example-changed = The day has been changed.
example-removed = The day has been deleted.
example-day-future = Please enter today or an earlier day.
example-day-taken = This day is there already. You can change it from the list.
example-changed-meanwhile = This day was changed on another screen. Please go back to the list and open it again.
example-card-title = Steps this month
example-card-unit = steps
example-card-none = Nothing yet this month.

example-month-title = Your steps of { $month } are complete
example-month-text = You can look at the whole month now.

example-add-day = Day
example-add-steps = Steps
example-add-steps-hint = For example 7200
example-add-how = How you felt
example-add-how-good = Well
example-add-how-fair = So-so
example-add-how-bad = Not well
example-add-note = Note
example-add-submit = Add

example-change-steps = Steps
example-change-how = How you felt
example-change-how-good = Well
example-change-how-fair = So-so
example-change-how-bad = Not well
example-change-note = Note
example-change-submit = Change

example-remove-submit = Delete
