-- lottrack, migration 0003: investigations of results out of specification, and imported results.
--
-- A required result that fails opens an out-of-specification record by itself, in the same entry of
-- the trail. The laboratory investigates it, a plan fixes the number of retests by signature before
-- the first of them, and another person concludes it by signature. Nothing here changes a result:
-- what is concluded says whether it counts. The kinds of table, the columns that every fact has and
-- what the triggers are for are told at the head of migration 0001.

-- ------------------------------------------------------------------------------------------------
-- Out of specification
-- ------------------------------------------------------------------------------------------------

-- A result out of specification under investigation: of one test of a lot, one of its containers or
-- a preparation. `result` opened it; every other one that it is about stands in `oos_result`.
CREATE TABLE oos (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES oos (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    container TEXT REFERENCES container (id),
    preparation TEXT REFERENCES preparation (id),
    specification TEXT NOT NULL REFERENCES specification (id),
    test TEXT NOT NULL CHECK (test <> ''),
    result TEXT NOT NULL REFERENCES result (id),
    verdict TEXT NOT NULL CHECK (verdict IN ('fail', 'undecided')),
    automatic INTEGER NOT NULL CHECK (automatic IN (0, 1)),
    occurred_at TEXT NOT NULL CHECK (length(occurred_at) = 27),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
    zone TEXT NOT NULL,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    performed_by TEXT NOT NULL REFERENCES account (id),
    recorded_by TEXT NOT NULL REFERENCES account (id),
    witnessed_by TEXT REFERENCES account (id) CHECK (witnessed_by <> performed_by),
    entry TEXT NOT NULL CHECK (entry IN ('scanned', 'typed', 'imported', 'from_paper')),
    reason TEXT,
    UNIQUE (root, version),
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END),
    CHECK (container IS NULL OR preparation IS NULL)
) STRICT;
CREATE INDEX oos_by_lot ON oos (lot);
CREATE INDEX oos_by_container ON oos (container);
CREATE INDEX oos_by_preparation ON oos (preparation);
CREATE INDEX oos_by_result ON oos (result);

-- The results an investigation is about: those that are out of specification (`retest` = 0) and the
-- retests under its plan (`retest` = 1). A pair stays when its result is struck.
CREATE TABLE oos_result (
    oos TEXT NOT NULL REFERENCES oos (id),
    result TEXT NOT NULL REFERENCES result (id),
    retest INTEGER NOT NULL CHECK (retest IN (0, 1)),
    seq INTEGER NOT NULL,
    PRIMARY KEY (oos, result)
) STRICT, WITHOUT ROWID;
CREATE INDEX oos_result_by_result ON oos_result (result);

-- What the laboratory found: whether the result has an assignable cause, one that lies in the
-- measurement and not in the product.
CREATE TABLE oos_investigation (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES oos_investigation (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    oos TEXT NOT NULL REFERENCES oos (id),
    assignable INTEGER NOT NULL CHECK (assignable IN (0, 1)),
    finding TEXT NOT NULL CHECK (finding <> ''),
    occurred_at TEXT NOT NULL CHECK (length(occurred_at) = 27),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
    zone TEXT NOT NULL,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    performed_by TEXT NOT NULL REFERENCES account (id),
    recorded_by TEXT NOT NULL REFERENCES account (id),
    witnessed_by TEXT REFERENCES account (id) CHECK (witnessed_by <> performed_by),
    entry TEXT NOT NULL CHECK (entry IN ('scanned', 'typed', 'imported', 'from_paper')),
    reason TEXT,
    UNIQUE (root, version),
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END)
) STRICT;
CREATE INDEX oos_investigation_by_oos ON oos_investigation (oos);

-- How often the test is repeated, fixed by signature before the first retest.
CREATE TABLE oos_plan (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES oos_plan (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    oos TEXT NOT NULL REFERENCES oos (id),
    retests INTEGER NOT NULL CHECK (retests >= 1),
    text TEXT NOT NULL CHECK (text <> ''),
    signature TEXT NOT NULL REFERENCES signature (id),
    occurred_at TEXT NOT NULL CHECK (length(occurred_at) = 27),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
    zone TEXT NOT NULL,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    performed_by TEXT NOT NULL REFERENCES account (id),
    recorded_by TEXT NOT NULL REFERENCES account (id),
    witnessed_by TEXT REFERENCES account (id) CHECK (witnessed_by <> performed_by),
    entry TEXT NOT NULL CHECK (entry IN ('scanned', 'typed', 'imported', 'from_paper')),
    reason TEXT,
    UNIQUE (root, version),
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END)
) STRICT;
CREATE INDEX oos_plan_by_oos ON oos_plan (oos);

-- The signed end of an investigation. `confirmed`: the results stand and count. `invalidated`: they
-- stay visible and do not count any more; the retests count in their place.
CREATE TABLE oos_conclusion (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES oos_conclusion (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    oos TEXT NOT NULL REFERENCES oos (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('confirmed', 'invalidated')),
    text TEXT NOT NULL CHECK (text <> ''),
    signature TEXT NOT NULL REFERENCES signature (id),
    occurred_at TEXT NOT NULL CHECK (length(occurred_at) = 27),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
    zone TEXT NOT NULL,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    performed_by TEXT NOT NULL REFERENCES account (id),
    recorded_by TEXT NOT NULL REFERENCES account (id),
    witnessed_by TEXT REFERENCES account (id) CHECK (witnessed_by <> performed_by),
    entry TEXT NOT NULL CHECK (entry IN ('scanned', 'typed', 'imported', 'from_paper')),
    reason TEXT,
    UNIQUE (root, version),
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END)
) STRICT;
CREATE INDEX oos_conclusion_by_oos ON oos_conclusion (oos);

-- ------------------------------------------------------------------------------------------------
-- Imported results
-- ------------------------------------------------------------------------------------------------

-- A laboratory's file of results, read in as a whole; the file itself is kept by its SHA-256.
CREATE TABLE result_import (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES result_import (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    file_name TEXT NOT NULL CHECK (file_name <> ''),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    rows_read INTEGER NOT NULL CHECK (rows_read >= 1),
    occurred_at TEXT NOT NULL CHECK (length(occurred_at) = 27),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
    zone TEXT NOT NULL,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    performed_by TEXT NOT NULL REFERENCES account (id),
    recorded_by TEXT NOT NULL REFERENCES account (id),
    witnessed_by TEXT REFERENCES account (id) CHECK (witnessed_by <> performed_by),
    entry TEXT NOT NULL CHECK (entry IN ('scanned', 'typed', 'imported', 'from_paper')),
    reason TEXT,
    UNIQUE (root, version),
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END)
) STRICT;
CREATE INDEX result_import_by_sha256 ON result_import (sha256);

-- Which result each line of such a file became.
CREATE TABLE imported_result (
    result_import TEXT NOT NULL REFERENCES result_import (id),
    result TEXT NOT NULL REFERENCES result (id),
    line INTEGER NOT NULL CHECK (line >= 2),
    seq INTEGER NOT NULL,
    PRIMARY KEY (result_import, result)
) STRICT, WITHOUT ROWID;
CREATE INDEX imported_result_by_result ON imported_result (result);

-- ------------------------------------------------------------------------------------------------
-- What is true now
-- ------------------------------------------------------------------------------------------------

CREATE VIEW oos_now AS SELECT * FROM oos AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM oos AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW oos_investigation_now AS SELECT * FROM oos_investigation AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM oos_investigation AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW oos_plan_now AS SELECT * FROM oos_plan AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM oos_plan AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW oos_conclusion_now AS SELECT * FROM oos_conclusion AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM oos_conclusion AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW result_import_now AS SELECT * FROM result_import AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM result_import AS later WHERE later.root = f.root AND later.version > f.version);

-- ------------------------------------------------------------------------------------------------
-- Guards: facts and links are only ever added
-- ------------------------------------------------------------------------------------------------

CREATE TRIGGER oos_is_never_changed BEFORE UPDATE ON oos
BEGIN SELECT RAISE (ABORT, 'oos is append-only'); END;
CREATE TRIGGER oos_is_never_removed BEFORE DELETE ON oos
BEGIN SELECT RAISE (ABORT, 'oos is append-only'); END;
CREATE TRIGGER oos_is_versioned_on BEFORE INSERT ON oos
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM oos WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'oos is append-only'); END;

CREATE TRIGGER oos_investigation_is_never_changed BEFORE UPDATE ON oos_investigation
BEGIN SELECT RAISE (ABORT, 'oos_investigation is append-only'); END;
CREATE TRIGGER oos_investigation_is_never_removed BEFORE DELETE ON oos_investigation
BEGIN SELECT RAISE (ABORT, 'oos_investigation is append-only'); END;
CREATE TRIGGER oos_investigation_is_versioned_on BEFORE INSERT ON oos_investigation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM oos_investigation WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'oos_investigation is append-only'); END;

CREATE TRIGGER oos_plan_is_never_changed BEFORE UPDATE ON oos_plan
BEGIN SELECT RAISE (ABORT, 'oos_plan is append-only'); END;
CREATE TRIGGER oos_plan_is_never_removed BEFORE DELETE ON oos_plan
BEGIN SELECT RAISE (ABORT, 'oos_plan is append-only'); END;
CREATE TRIGGER oos_plan_is_versioned_on BEFORE INSERT ON oos_plan
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM oos_plan WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'oos_plan is append-only'); END;

CREATE TRIGGER oos_conclusion_is_never_changed BEFORE UPDATE ON oos_conclusion
BEGIN SELECT RAISE (ABORT, 'oos_conclusion is append-only'); END;
CREATE TRIGGER oos_conclusion_is_never_removed BEFORE DELETE ON oos_conclusion
BEGIN SELECT RAISE (ABORT, 'oos_conclusion is append-only'); END;
CREATE TRIGGER oos_conclusion_is_versioned_on BEFORE INSERT ON oos_conclusion
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM oos_conclusion WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'oos_conclusion is append-only'); END;

CREATE TRIGGER result_import_is_never_changed BEFORE UPDATE ON result_import
BEGIN SELECT RAISE (ABORT, 'result_import is append-only'); END;
CREATE TRIGGER result_import_is_never_removed BEFORE DELETE ON result_import
BEGIN SELECT RAISE (ABORT, 'result_import is append-only'); END;
CREATE TRIGGER result_import_is_versioned_on BEFORE INSERT ON result_import
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM result_import WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'result_import is append-only'); END;

CREATE TRIGGER oos_result_is_never_changed BEFORE UPDATE ON oos_result
BEGIN SELECT RAISE (ABORT, 'oos_result is append-only'); END;
CREATE TRIGGER oos_result_is_never_removed BEFORE DELETE ON oos_result
BEGIN SELECT RAISE (ABORT, 'oos_result is append-only'); END;
CREATE TRIGGER oos_result_is_new BEFORE INSERT ON oos_result
WHEN EXISTS (SELECT 1 FROM oos_result WHERE oos = NEW.oos AND result = NEW.result)
BEGIN SELECT RAISE (ABORT, 'oos_result is append-only'); END;

CREATE TRIGGER imported_result_is_never_changed BEFORE UPDATE ON imported_result
BEGIN SELECT RAISE (ABORT, 'imported_result is append-only'); END;
CREATE TRIGGER imported_result_is_never_removed BEFORE DELETE ON imported_result
BEGIN SELECT RAISE (ABORT, 'imported_result is append-only'); END;
CREATE TRIGGER imported_result_is_new BEFORE INSERT ON imported_result
WHEN EXISTS (SELECT 1 FROM imported_result WHERE result_import = NEW.result_import AND result = NEW.result)
BEGIN SELECT RAISE (ABORT, 'imported_result is append-only'); END;
