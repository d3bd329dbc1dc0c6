CREATE TABLE site_lines (                         -- lines that stood on the pages of a source
    source      TEXT    NOT NULL,                 -- key in `sources`
    line        INTEGER NOT NULL,                 -- hash of its letters
    pages       INTEGER NOT NULL,                 -- on how many pages it stood
    PRIMARY KEY (source, line)
) STRICT, WITHOUT ROWID;
