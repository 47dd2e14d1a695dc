# The member pages around the plugins.

nav-home = ホーム
nav-inbox = 受信箱
nav-household = ご家族への表示
nav-views = 記録を見た人
nav-own = 登録内容

welcome-title = 加入者ページ
welcome-lead = { $insurer }の加入者のためのページです。ログインしてお使いください。
welcome-signed-out = ログアウトしました。
welcome-sign-in = ログイン
sign-out-title = ログアウトしますか
sign-out-text = このブラウザでの利用を終わります。続けて使うには、もう一度ログインが必要です。
sign-out-submit = ログアウトする
sign-out-stay = ログアウトせずに戻る
welcome-plugins-title = ご利用になれる内容
welcome-register-title = はじめての方
welcome-register-text = 先に登録をお願いします。次のものをご用意ください。
welcome-register-card = 資格確認書など、記号・番号が分かるもの
welcome-register-mail = ご自分のメールアドレス（ご家族と同じアドレスは使えません）
welcome-register = 新しく登録する

home-title = ホーム
home-greeting = ようこそ、{ $name }さん
home-first-login = はじめてのログインです。ご登録ありがとうございます。
home-last-login = 前回のログイン：{ $when }
home-last-login-unknown = 覚えのない日時のときは、健康保険組合へお電話ください。
home-card-fault = システムに不具合が起きています。少し待ってから、もう一度お試しください。
home-card-incident = お問い合わせ番号：
home-unread = まだ読んでいないお知らせが、受信箱に{ $count }件あります。
home-unread-open = 受信箱を開く
paper-for = { $name } 様
paper-made = 作成日：{ $day }
paper-yen = { $sum }円
inbox-title = 受信箱
inbox-new = 新着
inbox-something = 「{ $name }」からのお知らせ
inbox-mail-title = メールでのお知らせ
inbox-mail-on = 受信箱に新しいお知らせが届くと、{ $email } へメールでお知らせします。内容はメールに書かず、この画面だけでお見せします。
inbox-mail-off = 受信箱に新しいお知らせが届いても、メールではお知らせしません。
inbox-mail-turn-on = メールを受け取る
inbox-mail-turn-off = メールを受け取らない
mail-notification-subject = 【{ $insurer }】新しいお知らせがあります
mail-notification-lead = 加入者ページの受信箱に、「{ $plugin }」から新しいお知らせが届きました。
mail-notification-open = 内容は、受信箱をひらいてご覧ください。
mail-notification-off = このメールを受け取らないようにするには、受信箱の画面で「メールを受け取らない」を選んでください。
inbox-none = お知らせは、まだありません。
home-empty = 新しいお知らせはありません。

household-title = ご家族への表示
household-never = この健康保険組合では、ご家族の記録をほかの方の画面に表示しません。ご家族の方は、それぞれ登録してご覧ください。
household-insured-lead = ご家族（被扶養者）の医療費などの記録は、あなたの画面にも表示されます。ただし、表示するかどうかは、ご家族がそれぞれ選べます。
household-dependant-lead = あなたの医療費などの記録を、被保険者の画面にも表示するかどうかを選べます。
household-choice = あなたの記録
household-show = 被保険者の画面に表示する
household-show-hint = 被保険者が、ご自分の記録と合わせて確認できます。
household-hide = 被保険者の画面に表示しない
household-hide-hint = あなたの記録は、あなたの画面だけに表示されます。表示しないことを、被保険者に知らせることはありません。
household-submit = 変更を保存する
household-saved = 保存しました。
household-people = ご家族の一覧
household-me = （あなた）
household-note = いつでも変更できます。変更は、すぐに反映されます。

household-relation-self = 本人
household-relation-husband = 夫
household-relation-wife = 妻
household-relation-eldest-son = 長男
household-relation-second-son = 次男
household-relation-third-son = 三男
household-relation-eldest-daughter = 長女
household-relation-second-daughter = 次女
household-relation-third-daughter = 三女
household-relation-father = 父
household-relation-mother = 母

plugin-fault-title = 「{ $name }」を表示できません
plugin-fault-error = システムに不具合が起きています。少し待ってから、もう一度お試しください。
plugin-fault-slow = 表示に時間がかかっています。少し待ってから、もう一度お試しください。
plugin-fault-quarantined = システムの不具合が続いたため、一時的に止めています。直るまで、しばらくお待ちください。
plugin-fault-others = ほかの画面は、いつものとおりお使いになれます。
plugin-fault-retry = もう一度表示する

signin-failed-title = ログインできませんでした
signin-failed-text = 通信が途中で切れたか、画面を開いてから時間がたっています。もう一度ログインしてください。続くときは、健康保険組合へお電話ください。
signin-cancelled-title = ログインを中止しました
signin-cancelled-text = 続けるときは、もう一度ログインしてください。

level-unmet-title = ご本人の確認がもう一つ必要です
level-unmet-text = 医療に関する情報を見るには、パスワードのほかに、認証アプリ、パスキー、または登録したメールアドレスでの確認が必要です。「登録内容とログイン」で設定してから、もう一度お試しください。
level-unmet-own = 登録内容とログインへ
card-step-up = ご覧になるには、もう一度ご本人の確認が必要です。
left-closed-title = 資格がなくなったため、ご利用を終了しました
left-closed-text = 健康保険組合の資格がなくなってから一定の日数が過ぎたため、記録は表示されません。記録が必要なときは、健康保険組合へお電話ください。
left-reads-title = 変更できません
left-reads-text = 健康保険組合の資格がなくなった方は、これまでの記録を見ることだけができます。
plugin-not-offered-title = このページはありません
plugin-not-offered-text = ご加入の健康保険組合では、この機能を提供していません。

# Who saw the member's rows
access-record-title = 記録を見た人
access-record-lead = あなたの医療費などの記録を、ご家族が見た日時です。新しい順に100件まで表示します。
access-record-services-title = 記録を利用するサービス
access-record-services-text = あなたが同意したサービスは、同意した範囲の情報を受け取ります。
access-record-services = 同意したサービスを確認する、取り消す
access-record-none = あなたの記録を見たご家族はいません。
