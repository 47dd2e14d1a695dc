@id@-menu = @id@
@id@-title = @id@
@id@-none = まだ何もありません。
@id@-added = 書き込みました。
@id@-card-title = @id@
@id@-card-unit = 件
@id@-add-text = ひとこと
@id@-add-submit = 書き込む
