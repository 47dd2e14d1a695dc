# Texts that every page may use.

layout-skip = 本文へ進む
layout-unsigned = 開発用の画面です。署名のないプラグインが動いています。ほんとうの記録を入れないでください。
layout-size = 文字の大きさ
layout-size-short = 文字
layout-language = 言語
layout-menu = メニュー
layout-user = { $name }さん
layout-sign-out = ログアウト
layout-top = ページの先頭へ
layout-help = ヘルプ
layout-terms = 利用規約
layout-privacy = 個人情報の取扱い
layout-cancel = やめて「{ $name }」に戻る

contact-title = お問い合わせ
contact-phone = 電話
contact-hours = 受付時間
contact-mail = メール

form-required = ※必須
form-title-prefix = 入力エラー：
form-kept = 前に入力していた内容を表示しています。確かめてから、もう一度送信してください。
form-missing = 入力してください。
form-not-chosen = 選んでください。
form-none = 選ばない
form-too-long = { $n }文字までで入力してください。
form-not-a-number = 数字で入力してください。
form-too-low = { $n }以上の数で入力してください。
form-too-high = { $n }以下の数で入力してください。
form-places = 小数は、小数点の後ろ{ $n }けたまでで入力してください。
form-not-a-day = 日付が正しくありません。「2026-04-01」や「R8.4.1」のように入力してください。
form-not-a-month = 年月が正しくありません。「2026-04」や「R8.4」のように入力してください。
form-full = 登録できる件数の上限に達しました。いらないものを消してから、もう一度送信してください。
form-file-missing = ファイルを選んでください。
form-file-many = 添付できるのは{ $n }個までです。いらないものを外してから、選び直してください。
form-file-empty = 中身のないファイルです。もう一度選び直してください。
form-file-long = ファイルが大きすぎます。{ $n }MBまでのファイルを選んでください。
form-file-heic = この写真の形式（HEIC）は受け付けていません。iPhoneでは「設定」→「カメラ」→「フォーマット」で「互換性優先」を選んで撮り直すか、写真の画面を撮影（スクリーンショット）して選んでください。
form-file-kind = このファイルの形式は受け付けていません。写真（JPEG・PNG・WebP）かPDFを選んでください。
form-file-broken = ファイルを読み取れませんでした。開けるファイルか確かめて、もう一度選んでください。
form-file-large = 画像の画素数か、PDFのページ数が多すぎます。小さくするか、分けてから選んでください。
form-file-locked = パスワードのかかったPDFです。パスワードを外してから選んでください。
form-file-active = 動くしかけ（スクリプトや添付ファイルなど）の入ったPDFです。印刷機能で「PDFとして保存」し直してから選んでください。
form-file-full = お預かりできる容量の上限に達しました。いらないものを消してから、もう一度お試しください。
form-file-without = このファイルを外す
form-error-title = 入力内容に誤りがあります（{ $count }か所）
form-step = { $title }　手順{ $n }（全{ $of }手順）
form-password-show = 表示する
form-password-hide = 隠す

error-title-400 = 送信された内容を読み取れませんでした
error-text-400 = 前の画面に戻り、もう一度お試しください。続くときは、最初の画面からやり直してください。
error-title-403 = 送信できませんでした
error-text-403 = 画面を開いてから時間がたったため、送信できませんでした。前の画面を開き直して、もう一度お試しください。
error-title-404 = ページが見つかりません
error-text-404 = ページのアドレス（URL）が変わったか、アドレスの入力に誤りがあります。最初の画面からお探しください。
error-title-405 = この操作はできません
error-text-405 = 最初の画面に戻り、もう一度お試しください。
error-title-408 = 通信が途中で切れました
error-text-408 = 電波の良い場所で、もう一度お試しください。
error-title-413 = 送信された内容が大きすぎます
error-text-413 = 入力した文字を減らして、もう一度お試しください。
error-title-428 = Cookie（クッキー）が使えない設定になっています
error-text-428 = ログインや登録には、Cookieが必要です。ブラウザーの設定でCookieを使えるようにしてから、もう一度お試しください。
error-title-429 = しばらくお待ちください
error-text-429 = 短い時間に同じ操作が続いたため、一時的に受け付けていません。しばらく待ってから、もう一度お試しください。
error-title-500 = 申し訳ありません。表示できませんでした
error-text-500 = システムに不具合が起きています。少し待ってから、もう一度お試しください。続くときは、健康保険組合へお電話ください。
error-title-503 = ただいまご利用になれません
error-text-503 = 混み合っているか、点検中です。しばらく待ってから、もう一度お試しください。
error-incident = お電話のときは、次のお問い合わせ番号をお伝えください。
error-status = エラーの種類：{ $status }
error-back-home = 最初の画面へ戻る

mail-no-reply = このメールは送信専用です。返信をいただいても、お答えできません。お問い合わせは、上の連絡先へお願いします。
mail-home = 加入者ページを開く
mail-phone = 電話：
mail-hours = 受付時間：
mail-contact = メール：
mail-never-asks = 記号・番号やパスワードを、メールでお尋ねすることはありません。

chart-table = 表で見る
chart-when = いつ

person-unknown = お名前は未登録
