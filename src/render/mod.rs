//! An edition → subject, HTML, text, Markdown.
