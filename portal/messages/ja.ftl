# The member pages around the plugins.

nav-home = ホーム
nav-household = ご家族の表示

welcome-title = 加入者ページ
welcome-lead = { $insurer }の加入者のためのページです。ログインしてお使いください。
welcome-signed-out = ログアウトしました。
welcome-sign-in = ログイン
welcome-plugins-title = ご利用になれる内容
welcome-register-title = はじめての方
welcome-register-text = 先に登録をお願いします。次のものをご用意ください。
welcome-register-card = 資格確認書など、記号・番号の分かるもの
welcome-register-mail = ご自分のメールアドレス
welcome-register = 新しく登録する

home-title = ホーム
home-greeting = ようこそ、{ $name }さん
home-first-login = はじめてのログインです。ご登録ありがとうございます。
home-last-login = 前回のログイン：{ $when }
home-last-login-unknown = 覚えのない日時のときは、健康保険組合へお電話ください。
home-card-fault = 今は表示できません。しばらくしてから、もう一度ご覧ください。
home-card-incident = 受付番号
home-empty = 今、お知らせすることはありません。

household-title = ご家族の表示
household-never = この健康保険組合では、ご家族の記録をほかの方の画面に表示しません。ご家族の方は、それぞれ登録してご覧ください。
household-insured-lead = ご家族の記録は、ご家族が「見せない」を選んだ場合を除き、あなたの画面にも表示されます。
household-dependant-lead = あなたの医療費などの記録を、被保険者の画面にも表示するかどうかを選べます。
household-choice = あなたの記録
household-show = 被保険者に見せる
household-show-hint = 被保険者が、あなたの分も合わせて確認できます。
household-hide = 被保険者に見せない
household-hide-hint = あなたの記録は、あなたの画面だけに表示されます。
household-submit = この内容で決める
household-people = ご家族の一覧
household-me = （あなた）
household-visible-self = ご自分の記録
household-visible = 表示されます
household-not-visible = 表示されません
household-note = いつでも変えられます。変えた内容は、すぐに反映されます。

plugin-fault-title = 「{ $name }」を表示できません
plugin-fault-error = こちらの不具合です。少し待ってから、もう一度お試しください。
plugin-fault-slow = 表示に時間がかかっています。少し待ってから、もう一度お試しください。
plugin-fault-quarantined = 不具合が続いたため、一時的に止めています。直るまで、しばらくお待ちください。
plugin-fault-others = ほかの画面は、いつものとおりお使いになれます。
plugin-fault-retry = もう一度表示する

signin-failed-title = ログインできませんでした
signin-failed-text = もう一度ログインしてください。続くときは、健康保険組合へお電話ください。
signin-cancelled-title = ログインを中止しました
signin-cancelled-text = 続けるときは、もう一度ログインしてください。
plugin-not-offered-title = このページはありません
plugin-not-offered-text = ご加入の健康保険組合では、この機能を提供していません。
session-ended-title = もう一度ログインしてください
session-ended-text = しばらく操作がなかったため、安全のためログアウトしました。

# Who saw the member's rows
access-record-title = 記録を見た人
access-record-lead = あなたの医療費などの記録を、ご家族が見た日時です。新しい順に100件まで表示します。
access-record-none = あなたの記録を見たご家族はいません。
access-record-back = ご家族の表示に戻る
household-consents = 許可したサービスを確かめる、取り消す
household-access-record = 記録を見た人を確かめる
