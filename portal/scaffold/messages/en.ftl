@id@-menu = @id@
@id@-title = @id@
@id@-none = There is nothing yet.
@id@-added = It has been added.
@id@-card-title = @id@
@id@-card-unit = lines
@id@-add-text = A line
@id@-add-submit = Add
