# Signing in and registering.

## Mail address
mailbox-title-register = メールアドレスの確認
mailbox-lead-register = 登録に使うメールアドレスを入力してください。確認のメールをお送りします。メールの中のリンクを押すと、登録を続けられます。
mailbox-email = メールアドレス
mailbox-hint-register = お一人ずつ、別のアドレスが必要です。ご家族が登録に使ったアドレスは使えません。例：hanako@mail.example
mailbox-insured-only = 登録できるのは、被保険者（ご本人）だけです。被扶養者（ご家族）の方は登録できません。
mailbox-allow = 迷惑メール対策の設定をしている方は、{ $sender }からのメールを受け取れるようにしてください。
mailbox-submit = 確認メールを受け取る
mailbox-registered = すでに登録が済んでいる方は、ログインしてください。
mailbox-login = ログイン画面へ進む

mailbox-sent-title = メールをご確認ください
mailbox-sent-lead = 次のアドレスに、確認のメールをお送りしました。
mailbox-sent-again = もう一度メールをお送りしました。いちばん新しいメールのリンクを押してください。
mailbox-sent-to = 宛先
mailbox-sent-from = 差出人
mailbox-sent-next-title = 次にすること
mailbox-sent-next-open = 届いたメールを開いてください。
mailbox-sent-next-link = { link-time }以内に、メールの中のリンクを押してください。別のスマートフォンやパソコンで開いてもかまいません。
mailbox-sent-missing-title = メールが届かないとき
mailbox-sent-missing-spam = 「迷惑メール」のフォルダーに入っていないか、ご確認ください。
mailbox-sent-missing-allow = 迷惑メール対策の設定をしている方は、{ $sender }からのメールを受け取れるようにしてください。
mailbox-sent-missing-address = 宛先のアドレスに誤りがないか、ご確認ください。
mailbox-sent-restart = アドレスを入力し直す
mailbox-sent-missing-resend = 数分待っても届かないときは、下のボタンで送り直せます。前のメールのリンクは使えなくなります。
mailbox-sent-resend = メールを送り直す

mailbox-open-title = メールアドレスの確認
mailbox-open-lead = 「確認して進む」を押すと、メールアドレスの確認が完了します。
mailbox-open-register = このメールアドレスで登録します。ご自分のアドレスでないときは、ボタンを押さずに、この画面を閉じてください。
mailbox-open-submit = 確認して進む

# How long the mailed link works: hours where they are whole.
link-time = { $minutes ->
    [60] 1時間
    [120] 2時間
    [180] 3時間
    [240] 4時間
    [360] 6時間
    [480] 8時間
    [720] 12時間
    [1440] 24時間
    [2880] 48時間
   *[other] { $minutes }分
}

## Identity check
roster-title = 本人確認
roster-address = 登録するメールアドレス：{ $address }
roster-lead = 資格確認書や資格情報のお知らせを見ながら、書いてあるとおりに入力してください。
roster-where-title = 記号・番号が書いてある場所
roster-where-certificate = 資格確認書：おもて面に書いてあります。
roster-where-notice = 資格情報のお知らせ：健康保険組合から届いた通知（紙または電子）に書いてあります。
roster-where-mynaportal = マイナポータル：「証明書」の「健康保険証」を開くと表示されます。
roster-where-old-card = 以前の健康保険証：同じ健康保険組合のものなら、記号・番号が今も変わっていないことがあります。
roster-symbol = 記号
roster-symbol-hint = 「記号」の欄のとおりに入力してください。例：{ $example }
roster-number = 番号
roster-number-hint = 「番号」の欄のとおりに入力してください。例：{ $example }
roster-branch = 枝番
roster-branch-hint = 「枝番」の欄にある、2桁の数字です。例：{ $example }
roster-name-kana = 氏名のフリガナ
roster-name-kana-hint = 健康保険組合に届け出た読み方で、入力してください。姓と名の間は、空けても空けなくてもかまいません。例：ミナト ハナコ
roster-birth-date = 生年月日
roster-birth-date-hint = 年は、西暦でも和暦でもかまいません。例：1954、昭和29、S29
roster-birth-year = 年
roster-birth-month = 月
roster-birth-day = 日
roster-sex = 性別
roster-sex-male = 男
roster-sex-female = 女
roster-submit = 確認して進む
roster-failed-title = 入力された内容では、ご本人と確認できませんでした
roster-failed-lead = 次のような場合が考えられます。
roster-failed-typing = 入力に誤りがある場合：資格確認書などと、もう一度見比べてください。
roster-failed-recent = 加入して間もない場合：登録できるようになるまで、日数がかかることがあります。
roster-failed-registered = すでに登録済みの場合：ログインしてください。
roster-failed-login = ログイン画面へ進む
roster-failed-changed = 記号・番号が変わった場合（転籍、退職、任意継続など）：新しい記号・番号を入力してください。
roster-failed-insured = 被扶養者（ご家族）の方：登録できるのは、被保険者（ご本人）だけです。
roster-failed-attempts = あと{ $count }回、入力できます。
roster-failed-contact = 分からないときは、健康保険組合へお電話ください。

## Terms
terms-title = 利用規約などの確認
terms-new = 新しくお読みいただく文書があります。
terms-lead = { $count ->
    [1] 次の文書をお読みになり、その下の欄にチェック（✓）を付けてください。
   *[other] 次の{ $count }つの文書をお読みになり、それぞれの下の欄にチェック（✓）を付けてください。
}
terms-version = { $version }版
mailbox-title-recover = パスワードの再設定
mailbox-lead-recover = 登録したメールアドレスを入力してください。確認のメールをお送りします。メールの中のリンクを押すと、再設定を続けられます。
mailbox-hint-recover = 登録したときのアドレスです。例：hanako@mail.example
recover-mailbox-unknown = 登録したアドレスが分からないときは、健康保険組合へお電話ください。
recover-mailbox-none = 登録したアドレスが分からないとき、アドレスが使えなくなったときは、健康保険組合へお電話ください。
mailbox-open-recover = このメールアドレスで登録した方のパスワードを再設定します。ご自分で始めた手続きでないときは、ボタンを押さずに、この画面を閉じてください。
mailbox-title-replace-app = 認証アプリの再設定
mailbox-lead-replace-app = 登録したメールアドレスを入力してください。確認のメールをお送りします。メールの中のリンクを押すと、再設定を続けられます。
mailbox-hint-replace-app = 登録したときのアドレスです。例：hanako@mail.example
mailbox-open-replace-app = なくした認証アプリの代わりに、新しい認証アプリを設定します。ご自分で始めた手続きでないときは、ボタンを押さずに、この画面を閉じてください。
recovered-app-title = 認証アプリを設定し直しました
recovered-app-text = 次からは、新しい認証アプリの確認コードでログインしてください。以前の認証アプリは使えません。安全のため、ほかの機器からはログアウトしました。
recover-roster-lead = ご本人であることを確認します。資格確認書や資格情報のお知らせを見ながら、書いてあるとおりに入力してください。
recover-password-title = 新しいパスワードを決める
recover-password-lead = これからログインに使うパスワードを決めてください。
recover-password-user-id = あなたのユーザーID
recover-password-submit = パスワードを変更する
mailbox-lost = 登録したアドレスのメールを、もう受け取れないとき
mailbox-title-replace-address = 新しいメールアドレスの確認
mailbox-lead-replace-address = これから使うメールアドレスを入力してください。確認のメールをお送りします。メールの中のリンクを押すと、申し込みが完了します。
mailbox-hint-replace-address = お一人ずつ、別のアドレスが必要です。例：hanako@mail.example
mailbox-open-replace-address = 登録したアドレスが使えなくなった方の、新しいアドレスとして申し込みます。ご自分で始めた手続きでないときは、ボタンを押さずに、この画面を閉じてください。
recovered-address-title = 受け付けました。{ $days }日後に新しいメールアドレスに変わります
recovered-address-text = ご本人を守るため、変わるまでに{ $days }日いただきます。そのあいだに、今までのアドレスへお知らせをお送りします。
recovered-address-until = 変わるまでは、ログインの確認コードなどのメールは、今までのアドレスに届きます。変わったときは、新しいアドレスにメールでお知らせします。
recovered-title = パスワードを変更しました
recovered-text = 次からは、新しいパスワードでログインしてください。安全のため、ほかの機器からはログアウトしました。
recovered-home = 加入者ページへ進む

change-password-title = パスワードの変更
change-address-title = メールアドレスの変更
change-user-id-title = ユーザーIDの変更
new-user-id = 新しいユーザーID
new-user-id-lead = これからログインに使うユーザーIDを決めてください。以前のユーザーIDでは、ログインできなくなります。
new-user-id-submit = ユーザーIDを変更する
own-user-id-change = ユーザーIDを変更する
own-changed-user-id = ユーザーIDを変更しました。
event-user-id-changed = ユーザーIDを変更しました
event-closed = アカウントを閉じました
own-data = 登録されている情報を保存する
own-data-json = JSON形式
own-data-csv = 表形式（CSV）
own-close = アカウントを閉じる
close-title = アカウントを閉じる
close-ask = アカウントを閉じますか
close-text = ログインできなくなり、つながっているサービスからも切り離されます。メールアドレス、認証アプリ、パスキーの登録は消えます。医療費や給付などの記録は、法令で定められた期間、健康保険組合に残ります。もう一度使いたくなったときは、新規登録をしてください。
close-go = アカウントを閉じる手続きへ
closed-title = アカウントを閉じました
closed-text = ご利用ありがとうございました。もう一度使いたくなったときは、新規登録をしてください。
mailbox-title-change = メールアドレスの変更
mailbox-lead-change = 新しいメールアドレスを入力してください。確認のメールをお送りします。メールの中のリンクを押すと、変更が完了します。
mailbox-hint-change = お一人ずつ、別のアドレスが必要です。例：hanako@mail.example
notice-address-title = お知らせが届くアドレスの登録
notice-address-remove-title = お知らせが届くアドレスの削除
mailbox-title-notices = お知らせが届くアドレスの登録
mailbox-lead-notices = ログインや変更のお知らせを、今のアドレスに加えて受け取るアドレスを入力してください。確認のメールをお送りします。
mailbox-hint-notices = ご家族と同じアドレスでもかまいません。ログインには使えません。例：kazoku@mail.example
mailbox-open-notices = このアドレスにも、ログインや変更のお知らせをお送りします。ご自分で始めた手続きでないときは、ボタンを押さずに、この画面を閉じてください。
mailbox-open-change = ログインとお知らせに使うメールアドレスを、このアドレスに変更します。ご自分で始めた手続きでないときは、ボタンを押さずに、この画面を閉じてください。
login-again-title = ご本人の確認
login-again-submit = 確認して進む
login-again = 安全のため、もう一度パスワードを入力してください。

own-title = 登録内容とログイン
own-name = 氏名
own-user-id = ユーザーID
own-email = メールアドレス
own-email-none = 登録されていません
own-email-waiting = { $address } に変わる日時：{" "}
own-email-keep = 今のメールアドレスのままにする
own-changed-address-kept = メールアドレスは変わりません。申し込みを取り消しました。
own-notice-address = お知らせも届くアドレス
own-notice-address-add = お知らせが届くアドレスをもう一つ登録する
own-notice-address-change = お知らせも届くアドレスを変更する
own-notice-address-remove = お知らせも届くアドレスを削除する
own-changed-notice-address = お知らせが届くアドレスを登録しました。
own-changed-notice-address-removed = お知らせが届くアドレスを削除しました。
own-email-change = メールアドレスを変更する
own-password = パスワード
own-language = 画面とメールの言葉
own-language-ja = 日本語
own-language-en = 英語（English）
own-language-to-ja = 日本語にする
own-language-to-en = 英語にする (Use English)
own-changed-language = 画面とメールの言葉を変更しました。
own-password-since = { $date }に決めたもの
own-password-change = パスワードを変更する
own-changed-password = パスワードを変更しました。安全のため、ほかの機器からはログアウトしました。
own-changed-address = メールアドレスを変更しました。
own-changed-sessions = ほかの機器からログアウトしました。
own-sessions-title = ログインしている機器
own-changed-elsewhere = ほかの機器でもログインしたままです。心配なときは、ここでまとめてログアウトできます。
own-sessions-lead = 心当たりのない機器があるときは、ほかのすべての機器からログアウトし、パスワードを変更してください。
own-session-here = この機器
own-session-other = ほかの機器
own-session-this = （この機器）
own-session-end = この機器からログアウトする
own-changed-session = 選んだ機器からログアウトしました。
own-history = ログインと変更の記録を見る
own-lock = 不正に使われているかもしれないとき（利用を止める）
own-session-since = ログインした日時：
own-session-seen = 最後に使った日時：
own-sessions-end = ほかのすべての機器からログアウトする
own-more-title = そのほか
own-agreed = 同意した規約などを見る
agreed-title = 同意した規約など
agreed-lead = 同意したときの内容を、そのまま見ることができます。
agreed-none = まだ何にも同意していません。
agreed-all = 同意したもの
agreed-at = 同意した日時：
agreed-back = 登録内容とログインへ戻る
own-consents = 同意したサービスを確認する、取り消す
own-home = 加入者ページへ戻る

history-title = ログインと変更の記録
history-lead = あなたのアカウントに起きたことを、新しい順に表示しています。覚えのないものがあるときは、すぐに利用を止めてください。
history-none = まだ記録はありません。
history-name = 「{ $name }」
history-device = 機器：{ $device }
history-new = （はじめての機器）
history-place = 場所: { $place }
history-reason = 理由：{ $reason }
history-back = 登録内容とログインへ戻る
event-signed-in = ログインしました
event-password-changed = パスワードを変更しました
event-recovered = パスワードを再設定しました
event-address-asked = 使えなくなったメールアドレスの変更を申し込みました
event-address-kept = メールアドレスの変更の申し込みを取り消しました
event-address-changed = メールアドレスを変更しました
event-notice-address-put = お知らせが届くアドレスを登録しました
event-notice-address-removed = お知らせが届くアドレスを削除しました
event-app-added = 認証アプリを追加しました
event-app-removed = 認証アプリを削除しました
event-passkey-added = パスキーを追加しました
event-passkey-removed = パスキーを削除しました
event-passkey-blocked = パスキーを使えないようにしました
event-signed-out-elsewhere = ほかのすべての機器からログアウトしました
event-locked = 利用を止めました
event-unlocked = 利用を再開しました

totp-title = 確認コードの入力
totp-lead = 認証アプリに表示されている、6桁の数字を入力してください。
totp-apps = 登録した認証アプリ：
totp-code = 確認コード（6桁の数字）
totp-code-hint = 数字は30秒ごとに変わります。
totp-submit = 確認して進む
totp-failed-title = 確認コードが正しくありません
totp-failed-text = 数字が変わる前の古いコードや、一度使ったコードは使えません。新しい数字が表示されてから、もう一度入力してください。
totp-failed-attempts = あと{ $count }回、入力できます。
totp-lost-title = 認証アプリを使えない方
totp-lost-text = 機器をなくしたときや、アプリを削除したときは、健康保険組合へお電話ください。
totp-lost-replace = 機器をなくしたときや、アプリを削除したときは、メールと記号・番号などでご本人であることを確認して、新しい認証アプリを設定できます。
totp-lost-go = 認証アプリを設定し直す
choose-totp = 認証アプリの確認コード
choose-code-by-mail = メールで届く確認コード
choose-recovery-code = 書き留めた予備のコード
ways-title = ほかの方法
ways-back = ほかの方法を選び直す

recovery-code-title = 予備のコードの入力
recovery-code-lead = 書き留めておいた予備のコードを、一つ入力してください。
recovery-code-code = 予備のコード
recovery-code-hint = アルファベット16文字です。大文字と小文字の区別はなく、「-」は省けます。
recovery-code-failed-title = 予備のコードが正しくありません
recovery-code-failed-text = 一度使ったコードと、作り直す前のコードは使えません。別のコードを入力してください。

codes-title = 予備のコードを作る
codes-lead = 認証アプリやパスキーの入った機器をなくしたときに、次のコードのどれか一つでログインできます。一つのコードは一度だけ使えます。
codes-keep = このページを印刷するか、紙に書き写して、安全な場所に保管してください。コードはこの画面でしか表示されません。
codes-old = 以前に作った予備のコードがあるときは、使えなくなります。
codes-kept = 印刷するか、書き留めました
codes-submit = この予備のコードを使えるようにする
own-codes-title = 予備のコード
own-codes-none = 作られていません。認証アプリやパスキーの入った機器をなくしたときに備えて、作っておくことをお勧めします。
own-codes-left = 使えるコードは、あと{ $left }個です。
own-codes-make = 予備のコードを作る
own-codes-remake = 予備のコードを作り直す
own-changed-codes = 予備のコードを使えるようにしました。
event-codes-made = 予備のコードを作りました
event-code-used = 予備のコードを使いました

code-title = メールで届いた確認コードの入力
code-lead = ご本人であることを確認するため、6桁の数字をメールでお送りしました。{ $minutes }分以内に入力してください。
code-to = 送り先：
code-hint = メールに書かれている数字です。
code-failed-text = 数字が違うか、古いコードです。何度か送ったときは、いちばん新しいメールの数字を入力してください。
code-send-lead = ご本人であることを確認するため、登録されているメールアドレスに6桁の数字をお送りします。
code-send = 確認コードをメールで送る
code-missing-title = メールが届かないとき
code-missing-text = 迷惑メールの中に { $sender } からのメールがないか、ご確認ください。届くまで数分かかることがあります。
code-again = 確認コードをもう一度送る
factor-remember = このブラウザーでは、{ $days }日間、確認コードの入力を省く
factor-remember-hint = ご自分だけが使う機器のときに選んでください。図書館や職場などの共用の機器では選ばないでください。
totp-enrol-title = 認証アプリの設定
totp-enrol-lead = ログインのときに、パスワードに加えて、認証アプリに表示される確認コードを入力していただくための設定です。
totp-enrol-app-title = 1. 認証アプリを用意する
totp-enrol-app-text = スマートフォンに、認証アプリ（「Google Authenticator」「Microsoft Authenticator」など）を入れてください。時間で変わる6桁のコードを表示するアプリなら、どれでも使えます。
totp-enrol-picture-title = 2. アプリで読み取る
totp-enrol-picture-text = アプリの追加の画面で、次の図（QRコード）を読み取ってください。
totp-enrol-picture-alt = 認証アプリで読み取るQRコード
totp-enrol-open = このスマートフォンに入れたアプリで開く
totp-enrol-key-title = 読み取れないとき（文字を入力する）
totp-enrol-key-text = アプリで「セットアップキーを入力」などを選び、次の文字を入力してください。大文字と小文字の区別はありません。種類は「時間ベース」です。
totp-enrol-code-title = 3. 表示された数字を入力する
totp-enrol-name = この認証アプリの名前
totp-enrol-name-hint = どの機器のアプリか分かる名前を付けてください。例：自分のスマートフォン
totp-enrol-submit = 設定を完了する
add-app-title = 認証アプリの追加
remove-app-title = 認証アプリの削除

own-apps-title = 認証アプリ
own-apps-none = 登録されていません。認証アプリを登録すると、パスワードを知られても、ほかの人はログインできません。
own-app-since = 登録した日：{ $date }
own-app-used = 最後に使った日：{ $date }
own-app-add = 認証アプリを追加する
own-app-remove = 「{ $name }」を削除する
own-app-last = ログインには認証アプリが必要なため、最後の一つは削除できません。
own-changed-app-added = 認証アプリを追加しました。次のログインから、確認コードも入力していただきます。
own-changed-app-removed = 認証アプリを削除しました。
remove-app-ask = 「{ $name }」を削除しますか
remove-app-text = 削除すると、このアプリのコードではログインできなくなります。続けるには、パスワードと確認コードを入力していただきます。
remove-app-go = 削除へ進む
ask-back = 何もしないで戻る

choose-passkey = パスキー
passkey-title = パスキーでログイン
passkey-use = パスキーでログインする
passkey-use-hint = 指紋や顔、画面ロックを使って、パスワードなしでログインします。
passkey-cancelled = パスキーを使う操作が完了しませんでした。もう一度お試しください。
passkey-failed-title = パスキーでログインできませんでした
passkey-failed-text = もう一度お試しください。このパスキーが削除されているときは、パスワードでログインしてください。
passkey-none = このブラウザーではパスキーを使えません。パスキーを登録した機器でログインしてください。
passkey-enrol-title = パスキーの追加
passkey-enrol-lead = パスキーを登録すると、指紋や顔、画面ロックを使って、パスワードなしでログインできます。パスキーは、だまされて別のサイトで使ってしまうことがありません。
passkey-name = このパスキーの名前
passkey-name-hint = どの機器のパスキーか分かる名前を付けてください。例：自分のスマートフォン
passkey-enrol-submit = パスキーを登録する
passkey-enrol-failed-title = パスキーを登録できませんでした
passkey-enrol-failed-text = 時間がたちすぎたか、機器の操作が完了していません。もう一度お試しください。
passkey-known = この機器には、すでにパスキーが登録されています。
passkey-keeper = 保管先
passkey-keeper-refused = この保管先のパスキーは、当組合では使えません。端末本体など、ほかの保管先を選んでください。
passkey-keeper-only = 当組合で使えるパスキーの保管先は次のとおりです: { $names }。この中から選んでください。
passkey-unable = このブラウザーではパスキーを登録できません。JavaScriptを使えるようにするか、最新のブラウザーや、画面ロックを設定したスマートフォンでお試しください。パスワードでは、これまでどおりログインできます。
add-passkey-title = パスキーの追加
remove-passkey-title = パスキーの削除
own-keys-title = パスキー
own-keys-none = 登録されていません。パスキーを登録すると、指紋や顔、画面ロックを使って、パスワードなしでログインできます。
own-key-keeper = 保管先: { $name }
own-key-add = パスキーを追加する
own-key-blocked = 安全のため、使えなくなっています。削除して、登録し直してください。
own-password-none = 使いません（パスキーだけでログインします）
own-password-choose = パスワードを決める
own-password-remove = パスワードを使わないようにする
own-key-last = パスワードを使わないため、最後の一つは削除できません。
own-changed-password-removed = パスワードを使わないようにしました。これからは、パスキーでログインしてください。
remove-password-go = パスワードを使わない設定へ進む
passkey-enrol-back = 設定しないで戻る
remove-password-title = パスワードを使わない設定
remove-password-ask = パスワードを使わないようにしますか
remove-password-text = パスワードを無効にし、パスキーだけでログインするようにします。パスキーの入った機器をなくしたときは、パスワードの再設定の手続きでログインできます。ほかの機器のパスキーも用意しておくと安心です。
event-password-removed = パスワードを使わないようにしました
own-changed-passkey-added = パスキーを追加しました。次のログインから使えます。
own-changed-passkey-removed = パスキーを削除しました。
remove-passkey-text = 削除すると、このパスキーではログインできなくなります。続けるには、ご本人であることを確認します。

user-id-title = ユーザーIDの確認
user-id-lead = 登録したメールアドレスと生年月日を入力してください。あなたのユーザーIDを、メールでお知らせします。
user-id-submit = ユーザーIDをメールで受け取る
user-id-sent-title = メールをお送りしました
user-id-sent-text = 入力されたメールアドレスに、メールをお送りしました。メールに書いてあるユーザーIDでログインしてください。数分待っても届かないときは、迷惑メールのフォルダーや、アドレスに誤りがないかをご確認ください。
login-forgotten-user-id = ユーザーIDをメールで確認する

help-question-first = 登録には何が必要ですか
help-answer-first = ご自分のメールアドレスと、記号・番号が分かるもの（資格確認書、資格情報のお知らせなど）をご用意ください。「新しく登録する」を押し、画面の案内に沿って進むと、数分で終わります。
help-question-mail = 確認のメールが届きません
help-answer-mail = 「迷惑メール」のフォルダーに入っていないか、ご確認ください。迷惑メール対策の設定をしている方は、{ $sender }からのメールを受け取れるようにしてください。アドレスに誤りがあったときは、登録の画面の「アドレスを入力し直す」を押してください。数分待っても届かないときは、「メールを送り直す」を押してください。
help-question-card = 記号・番号を入力しても、先へ進めません
help-answer-card = 資格確認書などと見比べ、記号・番号・枝番・生年月日・お名前のフリガナに誤りがないか、ご確認ください。加入して間もない方は、登録できるようになるまで日数がかかることがあります。転籍や退職、任意継続などで記号・番号が変わった方は、新しい記号・番号を入力してください。
help-question-family = 家族と同じメールアドレスで登録できますか
help-answer-family = できません。お一人ずつ、別のアドレスが必要です。
help-question-forgotten = ユーザーIDやパスワードを忘れました
help-answer-forgotten = 健康保険組合へお電話ください。ユーザーIDの代わりに、登録したメールアドレスでもログインできます。
help-answer-forgotten-recover = パスワードは、ログイン画面の「パスワードを再設定する」から、登録したメールアドレスと記号・番号などで再設定できます。ユーザーIDの代わりに、登録したメールアドレスでもログインできます。
help-question-locked = 「しばらく入力できません」と表示されました
help-answer-locked = 入力の誤りが続くと、ほかの人に使われないよう、しばらく受け付けを止めます。画面に表示された時刻を過ぎてから、もう一度入力してください。
help-question-phone = スマートフォンやパソコンを買い替えました
help-answer-phone = 手続きは要りません。新しい機器で、同じユーザーIDとパスワードを使ってログインしてください。
help-answer-phone-factors = 新しい機器で、同じユーザーIDとパスワードを使ってログインしてください。認証アプリやパスキーを使っている方は、古い機器を手放す前に、「登録内容」の画面で新しい機器の認証アプリやパスキーを追加してください。
help-question-cookies = 「Cookieが使えない設定になっています」と表示されました
help-answer-cookies = ログインを続けるために、Cookieという仕組みを使っています。お使いのブラウザーの設定で、Cookieを使えるようにしてから、やり直してください。
help-ask-title = 分からないとき
help-ask-text = 健康保険組合へお問い合わせください。パスワードをお尋ねすることはありません。

documents-none = 公開されている文書はありません。
terms-agree = 「{ $title }」に同意します
terms-read = 「{ $title }」を確認しました
terms-submit = 次へ進む

## User ID and password
password-title = ユーザーIDとパスワードを決める
password-lead = これからログインするときに使うものです。
password-user-id = ユーザーID
password-user-id-hint = 半角の英字と数字で、{ $min }文字以上{ $max }文字以内で決めてください。「-」（ハイフン）、「_」（下線）、「.」（ピリオド）も使えます。大文字で入力しても、小文字になります。
password-advice-title = 覚えやすく、推測されにくいパスワードにするには
password-advice-words = 関係のない言葉を4つほど並べます。例：mikan-densha-sakura-kujira（この例は使わないでください）
password-advice-other = ほかで使っているパスワードは、使わないでください。
password-advice-paper = 紙に書いたときは、人目につかない場所にしまってください。
password-password = パスワード
password-password-hint = { $min }文字以上{ $max }文字以内で決めてください。英字、数字、記号、空白が使えます。
password-again = パスワード（確認のため、もう一度）
password-again-hint = 上と同じパスワードを入力してください。
password-submit = 登録する

## Registration complete
done-title = 登録が完了しました
done-lead = ご登録ありがとうございます。これから加入者ページをご利用いただけます。
done-user-id = あなたのユーザーID
done-email = 登録したメールアドレス
done-keep = 加入者ページには、ユーザーID（またはメールアドレス）と、お決めになったパスワードでログインします。
done-home = 加入者ページへ進む

## Signing in
login-title = ログイン
login-client = 「{ $name }」にログインします。
login-user-id = ユーザーIDまたはメールアドレス
login-password = パスワード
login-stay = この機器で{ $days }日間ログインしたままにする
login-stay-hint = ご家族や職場と共用の機器では選ばないでください。
login-submit = ログイン
login-failed-title = ログインできませんでした
login-failed-text = ユーザーID（またはメールアドレス）かパスワードが正しくありません。もう一度入力してください。
login-failed-limit = 続けて何度も間違えると、安全のため、しばらくログインできなくなります。
login-register-title = はじめての方
login-register-text = 登録には、メールアドレスと、資格確認書など（記号・番号が分かるもの）が必要です。
login-register = 新しく登録する
login-forgotten-title = ユーザーIDやパスワードを忘れた方
login-forgotten-recover = パスワードを再設定する
login-forgotten-how = パスワードは、登録したメールアドレスと記号・番号などで再設定できます。ユーザーIDの代わりに、登録したメールアドレスでもログインできます。
login-forgotten-text = 健康保険組合へお電話ください。

## Signing out
logout-title = ログアウトしますか
logout-user = { $name }さんとしてログインしています。
logout-text = ログアウトすると、もう一度見るときにパスワードの入力が必要です。
logout-submit = ログアウトする
logout-stay = ログアウトせずに戻る

## Messages in place of a page
link-gone-title = このリンクは使えません
link-gone-text = すでに使われたか、期限が過ぎたリンクです。メールが何通か届いているときは、いちばん新しいメールのリンクを押してください。登録が済んでいる方は「ログインする」を、まだの方は「新しく登録する」を押してください。
journey-gone-title = 手続きを続けられません
journey-gone-text = 手続きを始めてから時間がたったか、手続きがすでに終わっています。登録が済んでいる方は「ログインする」を、まだの方は「新しく登録する」を押してください。
left-title = 資格がなくなったため、ご利用を終了しました
left-text = 健康保険組合の資格がなくなってから一定の日数が過ぎたため、ログインできません。ご不明な点は、健康保険組合へお電話ください。

locked-account-title = ご利用を止めています
locked-account-text = ご本人または健康保険組合の申し出により、ログインできないようにしています。
locked-account-recover = ご本人であることを確認し、パスワードを決め直すと、また使えるようになります。
locked-account-ask = また使えるようにするには、健康保険組合へお電話ください。
locked-account-go = ご利用を再開する手続きへ

not-me-title = 利用を止める
not-me-text = 「利用を止める」を押すと、パスワードを無効にし、ログインしているすべての機器と、つながっているサービスを切り離します。あなたの医療費などの情報は消えません。
not-me-then = 止めたあとは、ご本人であることを確認して、パスワードを決め直していただきます。
not-me-submit = 利用を止める
not-me-cancel = 止めない
not-me-done-title = 利用を止めました
not-me-done-text = パスワードを無効にし、すべての機器とサービスを切り離しました。これで、ほかの人はログインできません。
not-me-gone-title = このリンクは使えません
not-me-gone-text = 期限が過ぎたか、すでにご本人がパスワードを決め直しています。心配なときは、健康保険組合へお電話ください。
address-taken-title = メールアドレスを変更できませんでした
address-taken-text = そのメールアドレスは、ほかの方が登録しています。別のアドレスでお試しください。あなたの登録内容は変わっていません。
locked-title = しばらく入力できません
locked-text = 入力の誤りが続いたため、安全のため、{ $until }まで受け付けていません。
locked-ask = お急ぎのときは、健康保険組合へお電話ください。
moved-on-title = 登録は別の画面で続いています
moved-on-text = メールのリンクを押して開いた画面で、登録を続けてください。この画面は閉じてかまいません。
taken-title = この内容では、登録できませんでした
taken-text = 入力している間に、同じ方、同じメールアドレス、または同じユーザーIDの登録が、別の画面で完了しました。ご自身で登録した場合は、ログインしてください。心当たりがないときは、健康保険組合へお電話ください。
busy-title = 混み合っています
busy-text = ただいま、たくさんの方が利用しています。数秒たつと、自動で前の画面に戻ります。
busy-again = もう一度試す
signed-out-title = ログアウトしました
signed-out-text = ほかの人も使う機器では、画面を閉じてください。

## What is wrong with an answer
error-required = 入力してください。
error-choose = 選んでください。
error-email = メールアドレスとして読み取れませんでした。「@」や「.」が抜けていないか、ご確認ください。「.」が二つ続くアドレスや、「@」のすぐ前が「.」のアドレスは使えません。例：hanako@mail.example
error-email-similar = 「{ $domain }」は、「{ $similar }」の誤りではありませんか。「{ $domain }」で正しい方は、このままもう一度ボタンを押してください。
error-email-long = メールアドレスは、255文字以内で入力してください。
error-user-id-length = { $min }文字以上{ $max }文字以内で入力してください。
error-user-id-characters = 半角の英字と数字を使ってください。記号は「-」（ハイフン）、「_」（下線）、「.」（ピリオド）だけが使えます。
error-user-id-taken = すでに使われています。別のユーザーIDを入力してください。
error-user-id-same = 今お使いのユーザーIDとは、別のものを入力してください。
error-password-short = { $min }文字以上で入力してください。
error-password-long = { $max }文字以内で入力してください。
error-password-same-as-user-id = ユーザーIDと同じものは使えません。別のパスワードにしてください。
error-password-common = 推測されやすいパスワードです。関係のない言葉を4つほど並べてみてください。
error-password-breached = このパスワードは、ほかのサービスから漏れたものとして知られています。別のものを決めてください。
error-code = 6桁の数字を入力してください。
error-code-wrong = 認証コードが異なります。アプリに今表示されている数字を入力してください。
error-name-taken = 同じ名前のものが登録されています。別の名前を付けてください。
error-codes-kept = コードを書き留めてから、チェックしてください。
error-recovery-code = 16文字のコードを入力してください。
error-code-wait = 確認コードは送ったばかりです。1分ほど待ってから、もう一度お試しください。
error-code-mails = 確認コードを続けて何度も送ったため、しばらく送れません。1時間ほどたってから、もう一度お試しください。
error-password-in-use = 今お使いのパスワードや、最近まで使っていたパスワードとは、別のものを入力してください。
error-password-again = 二つのパスワードが同じではありません。もう一度入力してください。
error-birth-date = 日付として読み取れませんでした。年は「1954」「昭和29」「S29」のように、月と日は数字で入力してください。
error-kana = フリガナとして読み取れませんでした。カタカナかひらがなで入力してください。漢字や英字は使えません。
error-agree = お読みになり、よろしければチェック（✓）を付けてください。付けないと、先へ進めません。

## Mails
mail-not-you = 心当たりがない場合は、このメールを削除してください。登録は行われません。
mail-not-me-text = ご自分で行った覚えがない場合は、次のリンクから、すぐにご利用を止めてください。パスワードを無効にして、ログインしているすべての機器を切り離します。
mail-not-me-link = これは私ではありません（利用を止める）
mail-not-me-phone = リンクを使えないときは、{ $insurer }へお電話ください。

mail-registration-link-subject = 【{ $insurer }】メールアドレスの確認（加入者ページの登録）
mail-registration-link-lead = { $insurer }です。加入者ページの登録の画面に、このメールアドレスが入力されました。ご本人のアドレスであることを確認するため、このメールをお送りしています。
mail-registration-link-open = 登録を続けるには、次のリンクを押してください。
mail-registration-link-button = 登録を続ける
mail-registration-link-expired = このメールが送られてから{ link-time }以内に押してください。時間を過ぎたときは、最初からやり直してください。
mail-registration-link-newest = メールが何通か届いたときは、いちばん新しいメールのリンクだけが使えます。

mail-already-registered-subject = 【{ $insurer }】このメールアドレスは登録済みです（加入者ページの登録）
mail-already-registered-lead = { $insurer }です。加入者ページの登録の画面に、このメールアドレスが入力されました。このアドレスはすでに登録が済んでいるため、新しい登録は行っていません。
mail-already-registered-login = ご自分で入力した方は、次の加入者ページからログインしてください。
mail-already-registered-forgotten = ユーザーIDやパスワードを忘れた方は、{ $insurer }へお電話ください。
mail-already-registered-not-you = 心当たりがない場合は、ほかの方がアドレスを間違えて入力したと考えられます。あなたの登録は変わっていません。このメールを削除してください。

mail-recovery-link-subject = 【{ $insurer }】再設定の手続き
mail-recovery-link-lead-password = { $insurer }です。加入者ページのパスワードを再設定する画面に、このメールアドレスが入力されました。ご本人であることを確認するため、このメールをお送りしています。
mail-recovery-link-lead-app = { $insurer }です。加入者ページの認証アプリを設定し直す画面に、このメールアドレスが入力されました。ご本人であることを確認するため、このメールをお送りしています。
mail-recovery-link-not-you-app = 心当たりがない場合は、パスワードをほかの人が知っているおそれがあります。すぐにパスワードを変更してください。認証アプリは変わりません。
mail-recovery-link-open = 再設定を続けるには、次のリンクを押してください。このあと、記号・番号などを入力していただきます。
mail-recovery-link-button = 再設定を続ける
mail-recovery-link-not-you-password = 心当たりがない場合は、このメールを削除してください。パスワードは変わりません。

mail-not-registered-subject = 【{ $insurer }】このメールアドレスは登録されていません
mail-not-registered-lead = { $insurer }です。加入者ページのパスワードを再設定する画面に、このメールアドレスが入力されました。このアドレスでは登録されていないため、再設定はできません。
mail-not-registered-other = ご自分で入力した方は、登録したときの別のアドレスでお試しください。まだ登録していない方は、次の加入者ページから登録できます。
mail-not-registered-not-you = 心当たりがない場合は、ほかの方がアドレスを間違えて入力したと考えられます。このメールを削除してください。

mail-password-changed-subject = 【{ $insurer }】パスワードが変更されました
mail-password-changed-lead = { $insurer }です。加入者ページのパスワードが変更されました。
mail-password-changed-at = 変更された日時：
mail-password-changed-signed-out = 安全のため、ログインしていたすべての機器からログアウトしました。

mail-code-by-mail-subject = 【{ $insurer }】ログインの確認コード
mail-code-by-mail-lead = { $insurer }です。加入者ページにログインするための確認コードは、次の数字です。
mail-code-by-mail-good = { $minutes }分以内に、ログインの画面に入力してください。入力できるのは一度だけです。
mail-code-by-mail-at = ログインしようとした日時：
mail-code-by-mail-device = ログインしようとした機器：
mail-code-by-mail-secret = この数字は、だれにも教えないでください。{ $insurer }からお尋ねすることはありません。
mail-code-by-mail-not-you = ご自分でログインしようとした覚えがない場合は、あなたのパスワードをほかの人が知っているおそれがあります。すぐにパスワードを変更してください。

mail-new-device-subject = 【{ $insurer }】新しい機器からログインがありました
mail-new-device-lead = { $insurer }です。これまで使われたことのない機器（ブラウザー）から、あなたの加入者ページにログインがありました。
mail-new-device-at = ログインした日時：
mail-new-device-device = 機器：
mail-new-device-place = 場所：
mail-new-device-you = ご自分でログインしたときは、何もする必要はありません。

mail-user-id-changed-subject = 【{ $insurer }】ユーザーIDが変更されました
mail-user-id-changed-lead = { $insurer }です。加入者ページのユーザーIDが変更されました。新しいユーザーIDは、加入者ページの「登録内容とログイン」で確認できます。
mail-account-closed-subject = 【{ $insurer }】アカウントを閉じました
mail-account-closed-lead = { $insurer }です。加入者ページのアカウントを閉じました。ログインはできなくなりました。
mail-account-closed-not-you = ご自分で閉じた覚えがない場合は、すぐに{ $insurer }へお電話ください。

mail-password-removed-subject = 【{ $insurer }】パスワードを使わない設定になりました
mail-password-removed-lead = { $insurer }です。加入者ページのパスワードが無効になり、パスキーだけでログインする設定になりました。

mail-codes-made-subject = 【{ $insurer }】予備のコードが作られました
mail-codes-made-lead = { $insurer }です。加入者ページのログインに使う予備のコードが作られました。以前のコードは使えません。
mail-code-used-subject = 【{ $insurer }】予備のコードが使われました
mail-code-used-lead = { $insurer }です。加入者ページのログインに、予備のコードが使われました。
mail-code-used-left = 使えるコードは、あと{ $left }個です。

mail-change-link-subject = 【{ $insurer }】新しいメールアドレスの確認
mail-change-link-lead = { $insurer }です。加入者ページのメールアドレスを変更する画面に、このメールアドレスが入力されました。ご本人のアドレスであることを確認するため、このメールをお送りしています。
mail-change-link-open = 変更を続けるには、次のリンクを押してください。
mail-change-link-button = 変更を続ける
mail-change-link-not-you = 心当たりがない場合は、このメールを削除してください。メールアドレスは変わりません。

mail-address-in-use-subject = 【{ $insurer }】このメールアドレスは登録済みです
mail-address-in-use-lead = { $insurer }です。加入者ページのメールアドレスを変更する画面に、このメールアドレスが入力されました。このアドレスはすでに登録されているため、変更は行っていません。
mail-address-in-use-other = ご自分で入力した方は、別のアドレスでお試しください。お一人ずつ、別のアドレスが必要です。

mail-notice-address-subject = 【{ $insurer }】お知らせが届くアドレスが変わりました
mail-notice-address-put = { $insurer }です。ログインや変更のお知らせが、もう一つのメールアドレスにも届くようになりました。
mail-notice-address-removed = { $insurer }です。お知らせが届くもう一つのメールアドレスが削除されました。
mail-address-waits-subject = 【{ $insurer }】メールアドレスの変更の申し込みがありました
mail-address-waits-lead = { $insurer }です。このメールアドレスを使えなくなったとして、加入者ページのメールアドレスを別のアドレスに変える申し込みがありました。
mail-address-waits-from = 変わる日時：
mail-address-waits-at = 申し込みの日時：
mail-address-waits-no = 変わるまでは、加入者ページの「登録内容とログイン」から取り消せます。
mail-address-holds-subject = 【{ $insurer }】このメールアドレスに変わりました
mail-address-holds-lead = { $insurer }です。お申し込みのとおり、加入者ページのメールアドレスがこのアドレスに変わりました。これからのログインとお知らせに使います。
mail-address-changed-subject = 【{ $insurer }】メールアドレスが変更されました
mail-address-changed-lead = { $insurer }です。加入者ページのメールアドレスが変更されました。これからのお知らせは、新しいアドレスにお送りします。
mail-address-changed-at = 変更された日時：

mail-app-added-subject = 【{ $insurer }】認証アプリが登録されました
mail-app-added-lead = { $insurer }です。加入者ページのログインに使う認証アプリが登録されました。
mail-app-removed-subject = 【{ $insurer }】認証アプリが削除されました
mail-app-removed-lead = { $insurer }です。加入者ページのログインに使う認証アプリが削除されました。
mail-app-name = 認証アプリの名前：

mail-passkey-added-subject = 【{ $insurer }】パスキーが登録されました
mail-passkey-added-lead = { $insurer }です。加入者ページのログインに使うパスキーが登録されました。
mail-passkey-removed-subject = 【{ $insurer }】パスキーが削除されました
mail-passkey-removed-lead = { $insurer }です。加入者ページのログインに使うパスキーが削除されました。
mail-passkey-name = パスキーの名前：

mail-user-id-told-subject = 【{ $insurer }】あなたのユーザーID
mail-user-id-told-lead = { $insurer }です。加入者ページのユーザーIDについて、お問い合わせをいただきました。
mail-user-id-told-login = 次の加入者ページから、このユーザーIDとパスワードでログインしてください。
mail-user-id-unknown-subject = 【{ $insurer }】ユーザーIDが見つかりませんでした
mail-user-id-unknown-lead = { $insurer }です。加入者ページのユーザーIDを確認する画面に、このメールアドレスが入力されました。入力されたメールアドレスと生年月日では、登録が見つかりませんでした。
mail-user-id-unknown-other = ご自分で入力した方は、生年月日に誤りがないか、登録したときのアドレスかどうかをご確認のうえ、もう一度お試しください。
mail-user-id-not-you = 心当たりがない場合は、このメールを削除してください。あなたの登録は変わっていません。

mail-registered-subject = 【{ $insurer }】登録の完了（加入者ページの登録）
mail-registered-lead = { $insurer }です。加入者ページの登録が完了しました。
mail-registered-user-id = あなたのユーザーID：
mail-registered-login = 次の加入者ページから、ユーザーID（またはメールアドレス）と、お決めになったパスワードでログインしてください。
mail-registered-not-you = ご自分で登録した覚えがない場合は、すぐに{ $insurer }へお電話ください。

## Choosing how to go on
choose-enrol = 安全のため、次回からパスワードに加えてもう一つ確認をします。どちらかを選んで設定してください。
choose-passkey-enrol = この端末の指紋・顔・画面ロックを使う（パスキー）
choose-totp-enrol = 認証アプリのコードを使う
choose-one = 次のどれか一つで確認します。選びやすいものを押してください。
choose-now-or-later = 今することも、あとですることもできます。
choose-later = あとでする

offer-passkey-title = 次から、パスワードなしでログインしませんか
offer-passkey-lead = この機器の画面ロック（指紋・顔・暗証番号）で、すぐにログインできるようになります。指紋や顔の情報は、この機器の外には出ません。パスワードも、これまでどおり使えます。
offer-passkey-yes = この機器で設定する
choose-mailbox = メールアドレスで確認する
choose-roster = 記号・番号などで確認する
choose-password = ユーザーIDとパスワードで確認する
choose-terms = 利用規約などを読んで確認する
choose-account = 利用する人を選ぶ
choose-consent = 情報を渡すかどうかを決める
go-on-lead = 確認が済みました。「先へ進む」を押してください。
go-on-submit = 先へ進む
register-ways-title = 登録の方法を選んでください
register-ways-text = お手元にあるものに合わせて、選びやすい方法を押してください。

# Ways to go on when a journey cannot
begin-login = ログインする
begin-register = 新しく登録する

## What services may learn
signed-in-as = { $name }さんとしてログインしています。

consent-title = 「{ $name }」に情報を渡しますか
consent-lead = あなたの情報を渡すには、あなたの同意が必要です。
consent-recipient-title = 渡す相手
consent-learns-title = 渡す情報
consent-details-title = ほかに求められていること
consent-purpose-title = 使う目的
consent-purpose-policy = 下の「個人情報の取り扱い」で、ご確認ください。
consent-purpose-ask = この画面では示されていません。サービスの運営者にご確認ください。
consent-offline = あなたがログアウトしている間も、このサービスは情報を受け取ることができます。
consent-not-given = パスワードは渡しません。資格確認書などの記号・番号も、上に書かれていないかぎり渡しません。
consent-no-disadvantage = 渡さなくても、健康保険の給付などが不利になることはありません。
consent-withdraw = 同意は、いつでも「同意したサービス」の画面で取り消せます。
consent-about-title = サービスについて
consent-policy = 個人情報の取り扱い（新しい画面で開きます）
consent-goes-to = 許可すると、「{ $host }」に進みます。
consent-tos = 利用規約（新しい画面で開きます）
consent-home = サービスのホームページ（新しい画面で開きます）
consent-allow = 同意して渡す
consent-deny = 渡さない
consent-deny-note = 「渡さない」を押すと、情報を渡さずにサービスの画面へ戻ります。

consent-scope-openid = このサービスがあなたを見分けるための番号（この番号だけでは、お名前は分かりません）
consent-scope-profile = お名前、生年月日、性別、ユーザーID、表示の言語
consent-scope-email = メールアドレス
consent-scope-membership = 保険者番号、記号・番号・枝番、続柄、加入の始まりと終わりの日
consent-scope-verified_claims = 健康保険組合の名簿で確認したお名前と生年月日（サービスが求めるものだけ）と、確認した日時
consent-scope-offline_access = あなたがログアウトしている間も、情報を受け取ること

consents-title = 同意したサービス
consents-lead = 情報を渡すことに、あなたが同意したサービスです。テレビなどの機器で許可したサービスも、ここに表示されます。
consents-text = 取り消すと、これからは情報を渡しません。すでに渡した情報については、サービスへお問い合わせください。
consents-granted = 同意した日：{ $date }
consents-submit = 同意を取り消す
consents-withdrawn = 「{ $name }」への同意を取り消しました。もう一度使うときは、改めて同意が必要です。
consents-empty = 同意したサービスはありません。

## As whom to go on
account-client = 「{ $name }」を利用します。
account-text = このまま続けますか。ご本人でないときは、「ほかの人としてログインする」を押してください。
account-this = { $name }さんとして続ける
account-other = ほかの人としてログインする

## Signing in at a television or another device
device-title = テレビなどの機器でログイン
device-lead = 機器の画面に表示されている8文字を、下に入力してください。
device-warning = メールや電話でほかの人から知らされた文字は、入力しないでください。詐欺のおそれがあります。
device-code = 機器の画面に表示されている文字
device-code-hint = 例：ABCD-EFGH。小文字でもかまいません。「-」（ハイフン）は、なくてもかまいません。
device-submit = 次へ進む
device-confirm-title = 機器でのログインを許可しますか
device-confirm-lead = 許可すると、テレビなどの機器で「{ $name }」を、あなたとして使えるようになります。
device-confirm-check-title = 必ずお確かめください
device-confirm-check-same = 今、ご自分の機器の画面に、上と同じ文字が表示されているときだけ、許可してください。
device-confirm-check-sent = メールや電話でこの文字を知らせてきた人がいるときは、詐欺のおそれがあります。「許可しない」を押してください。
device-confirm-withdraw = 許可は、いつでも「同意したサービス」の画面で取り消せます。
device-confirm-allow = 許可する
device-confirm-deny = 許可しない
device-done-title = 許可しました
device-done-text = テレビなどの機器に戻って、続けてください。この画面は閉じてかまいません。
device-denied-title = 許可しませんでした
device-denied-text = 機器ではログインしていません。情報も渡していません。この画面は閉じてかまいません。
device-again = 新しい文字を入力する
device-gone-title = この文字は使えません
device-gone-text = 文字に誤りがあるか、期限が過ぎています。お手数ですが、機器の操作を最初からやり直し、新しく表示された文字を入力してください。
error-device-code = 文字に誤りがあります。機器の画面と見比べて、もう一度入力してください。それでも進まないときは、機器の操作を最初からやり直してください。

## Going back to a service
form-post-title = 「{ $name }」へ進みます
form-post-text = 自動で進まないときは、「続ける」を押してください。
form-post-submit = 続ける
signed-out-frames = ほかのサービスにも、ログアウトを知らせています。終わるまで、数秒お待ちください。
signed-out-frame = ログアウトの連絡
signed-out-next = 「{ $name }」へ戻る

# A service that sends people here in a wrong way
unusable-title = このサービスからは続けられません
unusable-text = サービスからの送り方に誤りがあるため、ログインの画面を開けません。サービスの運営者へ、次の二つをお知らせください。
unusable-why = 理由：{ $why }
unusable-incident = お問い合わせ番号：{ $incident }

## Staff

mail-staff-welcome-subject = 【{ $insurer }】職員ページのアカウントのお知らせ
mail-staff-welcome-lead = { $name }さんの、職員ページのアカウントを用意しました。
mail-staff-welcome-anew = { $name }さんの、職員ページのアカウントを設定し直せるようにしました。これまでのパスワード、認証アプリ、パスキーは使えません。
mail-staff-welcome-how = 次のページで、このメールアドレスと、管理者からお知らせする仮のパスワードを入力してください。続けて、確認コード（メールでお送りします）の入力、認証アプリかパスキーの設定、ご自分のパスワードへの変更をお願いします。
mail-staff-welcome-open = 職員ページを開く
mail-staff-welcome-days = 仮のパスワードは{ $days }日間使えます。このメールには書いてありません。管理者から受け取ってください。
mail-staff-welcome-not-you = お心当たりがない場合は、このメールを{ $insurer }の管理者へお知らせください。
event-reset = 管理者が、パスワードと認証の手段を設定し直せるようにしました
event-roles-changed = 管理者が、担当する仕事を変えました
