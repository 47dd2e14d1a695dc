# Notices from the society.

notices-title = Notices from your society
notices-empty = There are no notices now.
notices-published = Published { $when }
notices-more = More about this
notices-back = Back to all notices
