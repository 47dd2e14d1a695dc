# Medical fees.

medical-fees-title = 医療費のお知らせ
medical-fees-menu = 医療費のお知らせ
medical-fees-card-title = 最新の自己負担額
medical-fees-card-none = 表示できる医療費は、まだありません。
medical-fees-unit = 円
medical-fees-own = 自己負担額（あなたが支払った額）
medical-fees-own-household = 自己負担額（ご家族を合わせた額）
medical-fees-total = 医療費の総額
medical-fees-insurer-paid = 健康保険組合の支払額
medical-fees-public-paid = 国や自治体の支払額（公費）
medical-fees-own-paid = 自己負担額
medical-fees-month = 診療年月
medical-fees-column-month = 診療月
medical-fees-year = 年
medical-fees-patient = 受診者
medical-fees-where = 医療機関・診療区分
medical-fees-row-note = 備考
medical-fees-sum = 合計
medical-fees-month-of-year = { $month }月
medical-fees-days = { $count }日
medical-fees-times = { $count }回

medical-fees-kind-inpatient = 入院
medical-fees-kind-outpatient = 通院
medical-fees-kind-dental = 歯科
medical-fees-kind-pharmacy = 薬局
medical-fees-kind-nursing = 訪問看護
medical-fees-kind-therapy = 接骨院・はり・きゅうなど
medical-fees-kind-other = その他

medical-fees-latest = いちばん新しい月：{ $month }
medical-fees-sentence = 医療費の総額{ $total }円のうち、健康保険組合が{ $insurer }円を支払いました。残りの{ $own }円が、窓口での支払額です。
medical-fees-sentence-public = 医療費の総額{ $total }円のうち、健康保険組合が{ $insurer }円、国や自治体が{ $public }円を支払いました。残りの{ $own }円が、窓口での支払額です。
medical-fees-to-month = この月の明細を見る
medical-fees-this-year = { $year }の合計
medical-fees-months = { $count }か月分の合計です。
medical-fees-to-year = この年の明細を見る
medical-fees-household = 表示している方
medical-fees-past-title = これまでの医療費
medical-fees-past-lead = 年ごと、月ごとにご覧になれます。
medical-fees-to-past = これまでの医療費を見る
medical-fees-none-title = 表示できる医療費は、まだありません
medical-fees-none-text = 診療を受けた月から、ふつう2か月ほどたつと表示されます。

medical-fees-month-title = { $month }の医療費
medical-fees-year-title = { $year }の医療費
medical-fees-pager = 前後の月
medical-fees-previous = 前の月：{ $month }
medical-fees-next = 次の月：{ $month }
medical-fees-everyone = 全員
medical-fees-filter = 表示する
medical-fees-caption = { $what }の明細
medical-fees-caption-patient = { $what }の明細（{ $patient }）
medical-fees-no-rows = この条件に合う記録はありません。
medical-fees-print = この明細は印刷できます。お使いの機器の「印刷」を選んでください。
medical-fees-back = 医療費のお知らせに戻る
medical-fees-year-sum = 1年の合計
medical-fees-past-hint = 年を押すと、月ごとの金額が開きます。金額は自己負担額です。
medical-fees-empty-month = 記録なし
medical-fees-to-that-year = { $year }の明細を見る

medical-fees-notes-title = 金額についてのご注意
medical-fees-note-outside = 差額ベッド代や自由診療など、保険がきかない費用は含まれません。
medical-fees-note-municipality = 市区町村の助成が、自己負担額に反映されていないことがあります。
medical-fees-note-rounding = 端数の扱いなどにより、窓口で支払った額とは異なることがあります。
medical-fees-note-facility = 受け取った記録に医療機関の名前がないときは、名前を表示しません。
