# Notices from the society.

notices-title = 健康保険組合からのお知らせ
notices-menu = お知らせ
notices-card-title = 健康保険組合からのお知らせ
notices-card-none = 今、お知らせはありません。
notices-empty = 今、お知らせはありません。
notices-published = { $when }掲載
notices-more = くわしい案内のページ
notices-back = お知らせの一覧に戻る
