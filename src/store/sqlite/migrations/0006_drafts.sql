-- An edition that waits for its publisher's approval. Nobody can get it: its deliveries are made when it is approved.
CREATE TABLE drafts (
    newsletter  TEXT    NOT NULL PRIMARY KEY, -- one at a time
    id          TEXT    NOT NULL,             -- of the edition
    edition     TEXT    NOT NULL,             -- JSON, as it was edited last
    used        TEXT    NOT NULL,             -- JSON: ids of all articles it used
    told        INTEGER NOT NULL DEFAULT 0    -- 1: its publisher has been written to
) STRICT;

-- When what was a draft may leave: at its approval, or later if its publisher said so. NULL: since it was composed.
ALTER TABLE editions ADD COLUMN released INTEGER;
