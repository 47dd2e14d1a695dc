example-menu = 歩数の記録
example-title = 歩数の記録
example-new = 歩数を記録する
example-month = { $month }の記録
example-pager = 前後の月
example-sum = 合計
example-unit = 歩
example-empty = この月の記録は、まだありません。
example-edit = { $day }の歩数
example-remove = この日の記録を消す
example-remove-text = 消した記録は、元に戻せません。
example-back = 歩数の記録へ戻る
example-added = 記録しました。
example-changed = 変更しました。
example-removed = 消しました。
example-day-future = 今日までの日付を入力してください。
example-day-taken = この日はもう記録されています。一覧から日付を選ぶと、変更できます。
example-changed-meanwhile = ほかの画面で、この日の記録が変わりました。一覧へ戻り、開き直してください。
example-card-title = 今月の歩数
example-card-unit = 歩
example-card-none = 今月はまだ記録がありません。

example-month-title = { $month }の歩数がそろいました
example-month-text = 1か月の記録を見られます。

example-add-day = 日付
example-add-steps = 歩数
example-add-steps-hint = 例：7200
example-add-how = 体の調子
example-add-how-good = よい
example-add-how-fair = ふつう
example-add-how-bad = よくない
example-add-note = メモ
example-add-submit = 記録する

example-change-steps = 歩数
example-change-how = 体の調子
example-change-how-good = よい
example-change-how-fair = ふつう
example-change-how-bad = よくない
example-change-note = メモ
example-change-submit = 変更する

example-remove-submit = 消す
