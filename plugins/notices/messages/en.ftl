# Notices from the society.

notices-title = Notices from your society
notices-menu = Notices
notices-card-title = Notices from your society
notices-card-none = There is nothing new.
notices-unread = Unread
notices-empty = There are no notices.
notices-published = Published { $when }
notices-more = More about this
notices-back = Go back to all notices
