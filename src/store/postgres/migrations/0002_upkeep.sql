-- A store that lasts: as the embedded engine's seventh version.
ALTER TABLE arrivals ADD COLUMN published BIGINT NOT NULL DEFAULT 0;
ALTER TABLE arrivals ADD COLUMN skipped BIGINT;
ALTER TABLE arrivals ADD COLUMN closed BIGINT NOT NULL DEFAULT 0;
ALTER TABLE arrivals ADD COLUMN offered BIGINT;
UPDATE arrivals SET published = 1 WHERE edition IS NOT NULL;

DROP INDEX arrivals_unused;
CREATE INDEX arrivals_unused ON arrivals (newsletter, seen) WHERE edition IS NULL AND closed = 0;
CREATE INDEX articles_texts ON articles (first_seen) WHERE article IS NOT NULL;

CREATE TABLE upkeep (
    what            TEXT    COLLATE "C" PRIMARY KEY,
    done            BIGINT  NOT NULL
);

CREATE TABLE troubles (
    newsletter      TEXT    COLLATE "C" NOT NULL,
    began           BIGINT  NOT NULL,
    exit            BIGINT  NOT NULL,
    words           TEXT    NOT NULL,
    PRIMARY KEY (newsletter, began)
);

CREATE TABLE erased_addresses (
    hash            TEXT    COLLATE "C" PRIMARY KEY,
    salt            TEXT    NOT NULL,
    erased          BIGINT  NOT NULL
);
