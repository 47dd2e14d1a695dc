# Signing in and registering.

## Mail address
mailbox-title = メールアドレスの確認
mailbox-lead = 登録に使うメールアドレスを入力してください。手続きを続けるためのリンクを、メールでお送りします。
mailbox-email = メールアドレス
mailbox-email-hint = 例：hanako@mail.example。ご家族と共用していない、ご自分のアドレスを入力してください。
mailbox-allow = 迷惑メールの設定をしている方は、健康保険組合からのメールを受け取れるようにしてください。
mailbox-allow-sender = 迷惑メールの設定をしている方は、{ $sender } からのメールを受け取れるようにしてください。
mailbox-submit = メールを送る
mailbox-registered = 登録が済んでいる方は、こちらからお入りください。
mailbox-login = ログイン画面へ

mailbox-sent-title = メールをご確認ください
mailbox-sent-lead = 手続きのご案内を、メールでお送りしました。
mailbox-sent-to = 送り先
mailbox-sent-from = 差出人
mailbox-sent-next-title = 次にすること
mailbox-sent-next-open = 届いたメールを開いてください。
mailbox-sent-next-link = { $minutes }分以内に、メールの中のリンクを押してください。
mailbox-sent-missing-title = メールが届かないとき
mailbox-sent-missing-spam = 迷惑メールに分けられていないか、ご確認ください。
mailbox-sent-missing-address = 送り先のアドレスに誤りがないか、ご確認ください。
mailbox-sent-restart = アドレスを入力し直す
mailbox-sent-missing-resend = 数分待っても届かないときは、もう一度お送りします。前に届いたメールのリンクは使えなくなります。
mailbox-sent-resend = もう一度メールを送る

mailbox-open-title = メールアドレスの確認
mailbox-open-lead = 下のボタンを押すと、メールアドレスの確認が済み、本人確認の画面へ進みます。
mailbox-open-submit = 本人確認へ進む

## Identity check
roster-title = 本人確認
roster-lead = 資格確認書などを見ながら、書いてあるとおりに入力してください。
roster-where-title = 記号・番号の見つけ方
roster-where-certificate = 資格確認書：表の面に書いてあります。
roster-where-notice = 資格情報のお知らせ：健康保険組合から届いた書面に書いてあります。
roster-where-mynaportal = マイナポータル：「健康保険証」の画面に表示されます。
roster-symbol = 記号
roster-symbol-hint = 「記号」の欄のとおりに入力してください。例：1234
roster-number = 番号
roster-number-hint = 「番号」の欄のとおりに入力してください。例：0005678
roster-branch = 枝番
roster-branch-hint = 番号の後に「枝番」と書かれた、2けたの数字です。例：00
roster-name-kana = 氏名（カタカナ）
roster-name-kana-hint = 例：ミナト ハナコ。姓と名の間は、空けても空けなくてもかまいません。
roster-birth-date = 生年月日
roster-birth-date-hint = 年は、西暦でも和暦でもかまいません。例：1954、昭和29、S29
roster-birth-year = 年
roster-birth-month = 月
roster-birth-day = 日
roster-sex = 性別
roster-sex-male = 男
roster-sex-female = 女
roster-submit = 確認する
roster-failed-title = 入力された内容では、確認できませんでした
roster-failed-lead = 次のどれかが考えられます。
roster-failed-typing = 入力に誤りがある。資格確認書などと、もう一度見比べてください。
roster-failed-recent = 加入してまだ日が浅い。こちらの名簿に載るまで、日数がかかることがあります。
roster-failed-registered = すでに登録が済んでいる。ログインをお試しください。
roster-failed-login = ログイン画面へ
roster-failed-attempts = あと{ $count }回、入力できます。
roster-failed-contact = お困りのときは、健康保険組合へお電話ください。

## Terms
terms-title = 利用規約への同意
terms-lead = 次の{ $count }件をお読みになり、同意できる場合は印を付けてください。
terms-version = 版：{ $version }
terms-agree = 「{ $title }」に同意します
terms-submit = 同意して次へ進む

## User ID and password
password-title = ユーザーIDとパスワードを決める
password-lead = これからログインするときに使うものです。
password-user-id = ユーザーID
password-user-id-hint = 半角の英字と数字で、{ $min }文字以上{ $max }文字以内で決めてください。記号は - _ . が使えます。大文字は小文字に変わります。
password-advice-title = 覚えやすく、見破られにくいパスワードにするには
password-advice-words = 関係のない言葉を4つほど並べます。例：mikan-densha-sakura-kujira（この例は使わないでください）
password-advice-other = ほかで使っているパスワードは、使わないでください。
password-advice-paper = 紙に書いたときは、人目につかない場所にしまってください。
password-password = パスワード
password-password-hint = { $min }文字以上{ $max }文字以内で決めてください。英字、数字、記号、空白が使えます。
password-again = パスワード（確認のため、もう一度）
password-again-hint = 上と同じパスワードを入力してください。
password-submit = 登録する

## Registration complete
done-title = 登録が終わりました
done-lead = ご登録ありがとうございます。これから加入者ページをご利用いただけます。
done-user-id = あなたのユーザーID
done-email = 登録したメールアドレス
done-keep = 次からは、ユーザーIDまたはメールアドレスと、お決めになったパスワードでログインします。
done-home = 加入者ページへ進む

## Signing in
login-title = ログイン
login-client = 「{ $name }」を利用するためのログインです。
login-user-id = ユーザーIDまたはメールアドレス
login-password = パスワード
login-submit = ログイン
login-failed-title = ログインできませんでした
login-failed-text = ユーザーID（またはメールアドレス）かパスワードが正しくありません。もう一度入力してください。
login-register-title = はじめての方
login-register-text = 登録には、メールアドレスと、資格確認書など（記号・番号の分かるもの）が必要です。
login-register = 新しく登録する
login-forgotten-title = ユーザーIDやパスワードを忘れた方
login-forgotten-text = 健康保険組合へご連絡ください。

## Signing out
logout-title = ログアウトしますか
logout-user = { $name } さんとしてログインしています。
logout-text = ログアウトすると、もう一度見るときにパスワードの入力が必要です。
logout-submit = ログアウトする
logout-stay = ログアウトせずに戻る

## Messages in place of a page
link-gone-title = このリンクは使えません
link-gone-text = すでに使われたか、期限が切れています。別の手続きのリンクかもしれません。お手数ですが、最初から手続きをやり直してください。
journey-gone-title = 手続きを続けられません
journey-gone-text = 始めてから時間がたったか、すでに終わった手続きです。お手数ですが、最初からやり直してください。
journey-locked-title = 手続きを一時的に止めました
journey-locked-text = 入力の誤りが続いたためです。時間をおいてやり直すか、健康保険組合へお電話ください。
moved-on-title = 登録は別の画面で続いています
moved-on-text = 新しく開いた画面で、登録を続けてください。この画面は閉じてかまいません。
busy-title = 混み合っています
busy-text = ただいま、たくさんの方が利用しています。少し待ってから、もう一度お試しください。
signed-out-title = ログアウトしました
signed-out-text = ほかの人も使う機器では、画面を閉じてください。
register-not-open-title = ここからは登録できません
register-not-open-text = 現在、登録の受け付けをしていません。くわしくは、健康保険組合へお問い合わせください。

## What is wrong with an answer
error-required = 入力してください。
error-choose = 選んでください。
error-email = 形が正しくありません。入力に誤りがないか、ご確認ください。例：hanako@mail.example
error-email-long = 255文字以内で入力してください。
error-user-id-length = { $min }文字以上{ $max }文字以内で入力してください。
error-user-id-characters = 半角の英字と数字を使ってください。記号は - _ . だけが使えます。
error-user-id-taken = すでに使われています。別のユーザーIDを入力してください。
error-password-short = { $min }文字以上にしてください。
error-password-long = { $max }文字以内にしてください。
error-password-same-as-user-id = ユーザーIDと同じものは使えません。別のパスワードにしてください。
error-password-common = 見破られやすいパスワードです。別のパスワードにしてください。
error-password-again = 2つのパスワードが同じではありません。もう一度入力してください。
error-birth-date = 正しい日付ではありません。例：1954年4月1日、昭和29年4月1日
error-kana = カタカナで入力してください。
error-agree = 同意できる場合は、印を付けてください。同意がないと、登録を続けられません。
error-form-expired = 画面を開いてから時間がたったため、送信できませんでした。もう一度送信してください。

## Mails
mail-not-you = お心当たりのない方は、このメールを捨ててください。登録は進みません。
mail-no-reply = このメールに返信していただいても、お答えできません。
mail-login = ログイン画面を開く

mail-registration-link-subject = 【{ $insurer }】登録の続きのご案内
mail-registration-link-lead = { $insurer }です。加入者ページの登録のお申し込みを受け付けました。
mail-registration-link-open = { $minutes }分以内に次のリンクを開き、登録を続けてください。
mail-registration-link-button = 登録を続ける
mail-registration-link-expired = 時間を過ぎたときは、最初から手続きをやり直してください。
mail-registration-link-newest = 何通か届いたときは、いちばん新しいメールのリンクだけが使えます。

mail-already-registered-subject = 【{ $insurer }】登録についてのお知らせ
mail-already-registered-lead = { $insurer }です。加入者ページの登録のお申し込みを受け付けましたが、このメールアドレスは、すでに登録が済んでいます。
mail-already-registered-login = ご本人の場合は、次の画面からログインしてください。
mail-already-registered-forgotten = ユーザーIDやパスワードを忘れた方は、健康保険組合へご連絡ください。

mail-registered-subject = 【{ $insurer }】登録が終わりました
mail-registered-lead = { $insurer }です。加入者ページの登録が終わりました。
mail-registered-user-id = あなたのユーザーID
mail-registered-login = 次からは、この画面からログインしてください。
mail-registered-not-you = ご自分で登録した覚えのない方は、すぐに健康保険組合へお電話ください。

# Ways to go on when a journey cannot
begin-login = ログインする
begin-register = 新しく登録する
