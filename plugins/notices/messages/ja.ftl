# Notices from the society.

notices-title = 健康保険組合からのお知らせ
notices-menu = お知らせ
notices-card-title = 健康保険組合からのお知らせ
notices-card-none = 新しいお知らせはありません。
notices-unread = 未読
notices-empty = お知らせはありません。
notices-published = { $when }掲載
notices-more = 詳しい案内のページ
notices-back = お知らせの一覧に戻る
