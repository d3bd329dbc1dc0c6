-- What is done with must cost nothing: how many deliveries of an edition stand where, and who was refused how often, is kept
-- as it changes and never counted again.
CREATE TABLE delivery_counts (
    edition     TEXT    NOT NULL REFERENCES editions (id) ON DELETE CASCADE,
    state       TEXT    NOT NULL,                 -- that of `deliveries`
    n           INTEGER NOT NULL,
    PRIMARY KEY (edition, state)
) STRICT, WITHOUT ROWID;

CREATE TABLE open_editions (                      -- at least those with deliveries that are not done with
    edition     TEXT    NOT NULL PRIMARY KEY REFERENCES editions (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE refused_addresses (
    newsletter  TEXT    NOT NULL,
    address     TEXT    NOT NULL,
    times       INTEGER NOT NULL,                 -- since it last took a mail
    answer      TEXT,                             -- the last one
    PRIMARY KEY (newsletter, address)
) STRICT, WITHOUT ROWID;

INSERT INTO delivery_counts SELECT edition, state, count(*) FROM deliveries GROUP BY edition, state;
INSERT INTO open_editions SELECT DISTINCT edition FROM delivery_counts WHERE state IN ('waiting', 'trying', 'unknown');

INSERT INTO refused_addresses
SELECT newsletter, address, times, answer FROM
    (SELECT e.newsletter, d.address, count(*) AS times, d.answer, max(d.id)
     FROM deliveries d JOIN editions e ON e.id = d.edition
     WHERE d.state = 'refused' AND NOT EXISTS
        (SELECT 1 FROM deliveries l JOIN editions f ON f.id = l.edition
         WHERE l.address = d.address AND l.id > d.id AND l.state = 'sent' AND f.newsletter = e.newsletter)
     GROUP BY e.newsletter, d.address);

-- Each edition's readers stood there at as many places as there are readers: every page was written again for each edition.
DROP INDEX deliveries_address;
CREATE INDEX deliveries_refused ON deliveries (edition, id) WHERE state = 'refused';

CREATE TRIGGER deliveries_added AFTER INSERT ON deliveries BEGIN
    INSERT INTO delivery_counts (edition, state, n) VALUES (new.edition, new.state, 1)
    ON CONFLICT (edition, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER deliveries_moved AFTER UPDATE OF state ON deliveries WHEN old.state <> new.state BEGIN
    UPDATE delivery_counts SET n = n - 1 WHERE edition = old.edition AND state = old.state;
    INSERT INTO delivery_counts (edition, state, n) VALUES (new.edition, new.state, 1)
    ON CONFLICT (edition, state) DO UPDATE SET n = n + 1;
END;

CREATE TRIGGER deliveries_removed AFTER DELETE ON deliveries BEGIN
    UPDATE delivery_counts SET n = n - 1 WHERE edition = old.edition AND state = old.state;
END;

CREATE TRIGGER counts_added AFTER INSERT ON delivery_counts WHEN new.state IN ('waiting', 'trying', 'unknown') BEGIN
    INSERT INTO open_editions VALUES (new.edition) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER counts_opened AFTER UPDATE OF n ON delivery_counts
WHEN old.n = 0 AND new.state IN ('waiting', 'trying', 'unknown') BEGIN
    INSERT INTO open_editions VALUES (new.edition) ON CONFLICT DO NOTHING;
END;

CREATE TRIGGER deliveries_refused AFTER UPDATE OF state ON deliveries
WHEN old.state <> 'refused' AND new.state = 'refused' BEGIN
    INSERT INTO refused_addresses (newsletter, address, times, answer)
    SELECT newsletter, new.address, 1, new.answer FROM editions WHERE id = new.edition
    ON CONFLICT (newsletter, address) DO UPDATE SET times = times + 1, answer = excluded.answer;
END;

CREATE TRIGGER deliveries_sent AFTER UPDATE OF state ON deliveries WHEN new.state = 'sent' BEGIN
    DELETE FROM refused_addresses
    WHERE newsletter = (SELECT newsletter FROM editions WHERE id = new.edition) AND address = new.address;
END;
