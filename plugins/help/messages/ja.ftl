help-menu = よくある質問
help-title = よくある質問
help-question-mail = メールが届きません
help-answer-mail = 迷惑メールに分けられていないか、ご確認ください。受け取るメールを限っている方は、健康保険組合からのメールを受け取れるようにしてください。アドレスの打ち間違いも、よくある原因です。
help-question-amount = 窓口で払った額と、表示される額が違います
help-answer-amount = 窓口では10円未満を四捨五入します。市区町村の助成や、あとで支給される給付金も、この額には入っていません。
help-question-family = 家族に、自分の記録を見せたくありません
help-answer-family = 「ご家族の表示」で「見せない」を選んでください。すぐに反映されます。
