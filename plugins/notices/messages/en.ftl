# Notices from the society.

notices-title = Notices from your society
notices-menu = Notices
notices-card-title = Notices from your society
notices-card-none = There are no notices now.
notices-empty = There are no notices now.
notices-published = Published { $when }
notices-more = More about this
notices-back = Back to all notices
