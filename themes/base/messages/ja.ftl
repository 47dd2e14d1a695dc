# Texts that every page may use.

layout-skip = 本文へ進む
layout-size = 文字の大きさ
layout-size-short = 文字
layout-size-m = 中
layout-size-l = 大
layout-size-xl = 特大
layout-language = 言語
layout-menu = メニュー
layout-user = { $name } さん
layout-sign-out = ログアウト
layout-top = ページの先頭へ
layout-cancel = やめて「{ $name }」に戻る

contact-title = お問い合わせ
contact-phone = 電話
contact-hours = 受付時間
contact-mail = メール

form-required = ※必須
form-optional = 任意
form-title-prefix = 入力の確認：
form-error-title = 入力を確認してください
form-step = 手順 { $n }／{ $of }
form-password-show = 表示する
form-password-hide = 隠す

error-title-400 = 送られた内容を読み取れませんでした
error-text-400 = 前の画面に戻り、もう一度お試しください。
error-title-403 = この画面は表示できません
error-text-403 = 表示する権限がないか、画面を開いてから時間がたっています。最初の画面からやり直してください。
error-title-404 = ページが見つかりません
error-text-404 = アドレスが変わったか、入力に誤りがあります。最初の画面からお探しください。
error-title-405 = この操作はできません
error-text-405 = 最初の画面に戻り、もう一度お試しください。
error-title-408 = 時間内に受け取れませんでした
error-text-408 = 通信に時間がかかりました。電波の良い場所で、もう一度お試しください。
error-title-413 = 送られた内容が大きすぎます
error-text-413 = 文字を減らすか、小さいファイルを選んで、もう一度お試しください。
error-title-429 = 短い間に何度も操作されました
error-text-429 = しばらく待ってから、もう一度お試しください。
error-title-500 = 申し訳ありません。表示できませんでした
error-text-500 = こちらの不具合です。少し待ってから、もう一度お試しください。続くときは、健康保険組合へお電話ください。
error-title-503 = ただいまご利用になれません
error-text-503 = 混み合っているか、点検中です。しばらく待ってから、もう一度お試しください。
error-incident = お問い合わせのときは、次の受付番号をお伝えください。
error-status = エラー番号：{ $status }
error-back-home = 最初の画面へ
