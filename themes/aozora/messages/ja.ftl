# What this theme says in its own words.

welcome-lead = あおぞらのようにすっきりと、医療費とお知らせを見渡せるページです。ログインしてお使いください。
login-forgotten-text = どうぞ遠慮なくお電話ください。担当の者がご案内します。

login-helper-title = はじめての方へ
login-helper-lead = 画面の案内に沿って、一つずつ進めます。
login-helper-ready = 次のものをご用意ください。
login-helper-mail = ご自分のメールアドレス
login-helper-certificate = 資格確認書など、記号・番号が分かるもの
