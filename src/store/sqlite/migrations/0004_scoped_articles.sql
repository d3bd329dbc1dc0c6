-- The ids of articles begin with the key of their source. What was seen before that is known by newsletter and source, until
-- its source is asked again and its place is known.
CREATE TABLE unscoped_arrivals (
    newsletter  TEXT    NOT NULL,
    source      TEXT    NOT NULL,
    article     TEXT    NOT NULL,
    seen        INTEGER NOT NULL,
    edition     TEXT,
    PRIMARY KEY (newsletter, source, article)
) STRICT, WITHOUT ROWID;
INSERT INTO unscoped_arrivals SELECT newsletter, source, article, seen, edition FROM arrivals;
