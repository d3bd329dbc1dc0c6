-- Times are milliseconds since 1970 in UTC. JSON columns hold the values of `model` as they are.

CREATE TABLE sources (
    key             TEXT    NOT NULL PRIMARY KEY, -- newsletter, kind and place ("morning feed https://...")
    checked         INTEGER,                      -- last asked
    last_success    INTEGER,
    last_new_entry  INTEGER,
    failures        INTEGER NOT NULL DEFAULT 0,   -- in a row
    first_failure   INTEGER,                      -- of that row
    problem         TEXT,                         -- the last one
    not_before      INTEGER,                      -- Retry-After and back-off
    moved_to        TEXT,                         -- permanent redirect
    moved_times     INTEGER NOT NULL DEFAULT 0,   -- how often in a row it pointed there
    memory          TEXT    NOT NULL DEFAULT ''   -- what reading it wants to find again, in its own words
) STRICT;

CREATE TABLE articles (
    id          TEXT    NOT NULL PRIMARY KEY,
    first_seen  INTEGER NOT NULL,
    hash        TEXT    NOT NULL,
    article     TEXT                              -- JSON; NULL once pruned: known, but forgotten
) STRICT;

CREATE TABLE arrivals (                           -- an article reaches a newsletter
    newsletter  TEXT    NOT NULL,
    article     TEXT    NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    source      TEXT    NOT NULL,                 -- name in that newsletter's config
    seen        INTEGER NOT NULL,
    edition     TEXT    REFERENCES editions (id), -- where it was used; NULL: not yet
    PRIMARY KEY (newsletter, article)
) STRICT, WITHOUT ROWID;
CREATE INDEX arrivals_unused ON arrivals (newsletter, seen) WHERE edition IS NULL;
CREATE INDEX arrivals_article ON arrivals (article);

CREATE TABLE editions (
    id          TEXT    NOT NULL PRIMARY KEY,
    newsletter  TEXT    NOT NULL,
    composed    INTEGER NOT NULL,
    edition     TEXT    NOT NULL                  -- JSON
) STRICT;
CREATE INDEX editions_newsletter ON editions (newsletter, composed);

CREATE TABLE letters (                            -- what all readers of one language share, in the words of `send`
    edition     TEXT    NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    language    TEXT    NOT NULL,
    letter      TEXT    NOT NULL,
    PRIMARY KEY (edition, language)
) STRICT, WITHOUT ROWID;

CREATE TABLE deliveries (
    id          INTEGER NOT NULL PRIMARY KEY,     -- in the order of the recipients
    edition     TEXT    NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    address     TEXT    NOT NULL,
    name        TEXT,
    language    TEXT,                             -- the recipient's own wish
    letter      TEXT    NOT NULL,                 -- language of the letter
    message_id  TEXT    NOT NULL,
    unsubscribe TEXT,                             -- this reader's own address for leaving
    state       TEXT    NOT NULL DEFAULT 'waiting'
                CHECK (state IN ('waiting', 'trying', 'sent', 'refused', 'unknown')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    answer      TEXT,
    not_before  INTEGER,
    changed     INTEGER NOT NULL,
    signature   TEXT,                             -- DKIM, made at the first try and kept: it carries its time
    hash        TEXT,                             -- SHA-256 of the bytes first handed over
    UNIQUE (edition, address)
) STRICT;
CREATE INDEX deliveries_open ON deliveries (state, id) WHERE state IN ('waiting', 'trying', 'unknown');
CREATE INDEX deliveries_address ON deliveries (address, id);
