//! One configured source → entries: feed, page, sitemap, files, maildir, command.
