-- A store that lasts: which texts are needed, which entries were decided for good, when it was looked after.
ALTER TABLE arrivals ADD COLUMN published INTEGER NOT NULL DEFAULT 0; -- 1: a story names it, so its text is kept
ALTER TABLE arrivals ADD COLUMN skipped INTEGER;                      -- first decided for an edition with nothing to say
ALTER TABLE arrivals ADD COLUMN closed INTEGER NOT NULL DEFAULT 0;    -- 1: not offered to an edition any more
ALTER TABLE arrivals ADD COLUMN offered INTEGER;                      -- its source had it last, by the week; NULL: when seen
-- Which of them were published is not told apart: all are kept as long as if they were.
UPDATE arrivals SET published = 1 WHERE edition IS NOT NULL;

DROP INDEX arrivals_unused;
CREATE INDEX arrivals_unused ON arrivals (newsletter, seen) WHERE edition IS NULL AND closed = 0;
CREATE INDEX articles_texts ON articles (first_seen) WHERE article IS NOT NULL;

CREATE TABLE upkeep (
    what        TEXT    NOT NULL PRIMARY KEY,     -- "prune morning"
    done        INTEGER NOT NULL                  -- when last
) STRICT, WITHOUT ROWID;

CREATE TABLE troubles (                           -- runs that did not end well
    newsletter  TEXT    NOT NULL,
    began       INTEGER NOT NULL,
    exit        INTEGER NOT NULL,                 -- code of its end
    words       TEXT    NOT NULL,
    PRIMARY KEY (newsletter, began)
) STRICT, WITHOUT ROWID;

CREATE TABLE erased_addresses (                   -- readers that asked to be forgotten are not written to again
    hash        TEXT    NOT NULL PRIMARY KEY,     -- of the salt and the address; the address itself is nowhere
    salt        TEXT    NOT NULL,
    erased      INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
