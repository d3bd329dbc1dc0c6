-- A feed that announces its articles again under new ids is found out by their texts.
CREATE INDEX articles_hash ON articles (hash);

CREATE TABLE ratings (                            -- what the reader said of a story; the last word counts
    newsletter  TEXT    NOT NULL,
    story       TEXT    NOT NULL,
    rated       INTEGER NOT NULL,
    rating      TEXT    NOT NULL,                 -- JSON
    PRIMARY KEY (newsletter, story)
) STRICT, WITHOUT ROWID;
