-- lottrack, migration 0002: specifications as controlled documents.
--
-- A version of a specification is retired, a lot is moved from one version to another, the expiry of
-- a container is extended: each a signed decision of a qualified person, and a fact of its own that
-- leaves what was recorded before as it was. The kinds of table, the columns that every fact has and
-- what the triggers are for are told at the head of migration 0001.

-- ------------------------------------------------------------------------------------------------
-- Versions of specifications
-- ------------------------------------------------------------------------------------------------

-- A version of a specification taken out of use: no new lot is registered by it.
CREATE TABLE specification_retirement (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES specification_retirement (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    specification TEXT NOT NULL REFERENCES specification (id),
    signature TEXT NOT NULL REFERENCES signature (id),
    occurred_at TEXT NOT NULL CHECK (length(occurred_at) = 27),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
    zone TEXT NOT NULL,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    performed_by TEXT NOT NULL REFERENCES account (id),
    recorded_by TEXT NOT NULL REFERENCES account (id),
    witnessed_by TEXT REFERENCES account (id) CHECK (witnessed_by <> performed_by),
    entry TEXT NOT NULL CHECK (entry IN ('scanned', 'typed', 'imported', 'from_paper')),
    reason TEXT NOT NULL CHECK (reason <> ''),
    UNIQUE (root, version),
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END)
) STRICT;
CREATE INDEX specification_retirement_by_specification ON specification_retirement (specification);

-- A lot moved from the version of a specification it was judged by (`moved_from`) to another one.
CREATE TABLE lot_respecification (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES lot_respecification (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    moved_from TEXT NOT NULL REFERENCES specification (id),
    specification TEXT NOT NULL REFERENCES specification (id),
    signature TEXT NOT NULL REFERENCES signature (id),
    occurred_at TEXT NOT NULL CHECK (length(occurred_at) = 27),
    recorded_at TEXT NOT NULL CHECK (length(recorded_at) = 27),
    zone TEXT NOT NULL,
    late INTEGER NOT NULL CHECK (late IN (0, 1)),
    performed_by TEXT NOT NULL REFERENCES account (id),
    recorded_by TEXT NOT NULL REFERENCES account (id),
    witnessed_by TEXT REFERENCES account (id) CHECK (witnessed_by <> performed_by),
    entry TEXT NOT NULL CHECK (entry IN ('scanned', 'typed', 'imported', 'from_paper')),
    reason TEXT NOT NULL CHECK (reason <> ''),
    UNIQUE (root, version),
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END)
) STRICT;
CREATE INDEX lot_respecification_by_lot ON lot_respecification (lot);

-- What each result of the lot meant before it was moved, and what it means since.
CREATE TABLE rejudged_result (
    respecification TEXT NOT NULL REFERENCES lot_respecification (id),
    result TEXT NOT NULL REFERENCES result (id),
    verdict_before TEXT NOT NULL CHECK (verdict_before IN ('pass', 'fail', 'undecided', 'informative')),
    verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'fail', 'undecided', 'informative')),
    seq INTEGER NOT NULL,
    PRIMARY KEY (respecification, result)
) STRICT, WITHOUT ROWID;
CREATE INDEX rejudged_result_by_result ON rejudged_result (result);

-- ------------------------------------------------------------------------------------------------
-- Expiry
-- ------------------------------------------------------------------------------------------------

-- Another expiry for a container than the one it was filled with, and what it rests on (`basis`).
-- Its labels are void from then on. It counts while its signature stands.
CREATE TABLE container_extension (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES container_extension (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    container TEXT NOT NULL REFERENCES container (id),
    expires_at TEXT NOT NULL CHECK (length(expires_at) = 27),
    basis TEXT NOT NULL CHECK (basis <> ''),
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
CREATE INDEX container_extension_by_container ON container_extension (container);

-- ------------------------------------------------------------------------------------------------
-- The latest version of every record that was not struck
-- ------------------------------------------------------------------------------------------------

CREATE VIEW specification_retirement_now AS SELECT * FROM specification_retirement AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM specification_retirement AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW lot_respecification_now AS SELECT * FROM lot_respecification AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM lot_respecification AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW container_extension_now AS SELECT * FROM container_extension AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM container_extension AS later WHERE later.root = f.root AND later.version > f.version);

-- ------------------------------------------------------------------------------------------------
-- Append-only
-- ------------------------------------------------------------------------------------------------

CREATE TRIGGER specification_retirement_is_never_changed BEFORE UPDATE ON specification_retirement
BEGIN SELECT RAISE (ABORT, 'specification_retirement is append-only'); END;
CREATE TRIGGER specification_retirement_is_never_removed BEFORE DELETE ON specification_retirement
BEGIN SELECT RAISE (ABORT, 'specification_retirement is append-only'); END;
CREATE TRIGGER specification_retirement_is_versioned_on BEFORE INSERT ON specification_retirement
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM specification_retirement WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'specification_retirement is append-only'); END;

CREATE TRIGGER lot_respecification_is_never_changed BEFORE UPDATE ON lot_respecification
BEGIN SELECT RAISE (ABORT, 'lot_respecification is append-only'); END;
CREATE TRIGGER lot_respecification_is_never_removed BEFORE DELETE ON lot_respecification
BEGIN SELECT RAISE (ABORT, 'lot_respecification is append-only'); END;
CREATE TRIGGER lot_respecification_is_versioned_on BEFORE INSERT ON lot_respecification
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM lot_respecification WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'lot_respecification is append-only'); END;

CREATE TRIGGER container_extension_is_never_changed BEFORE UPDATE ON container_extension
BEGIN SELECT RAISE (ABORT, 'container_extension is append-only'); END;
CREATE TRIGGER container_extension_is_never_removed BEFORE DELETE ON container_extension
BEGIN SELECT RAISE (ABORT, 'container_extension is append-only'); END;
CREATE TRIGGER container_extension_is_versioned_on BEFORE INSERT ON container_extension
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM container_extension WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'container_extension is append-only'); END;

CREATE TRIGGER rejudged_result_is_never_changed BEFORE UPDATE ON rejudged_result
BEGIN SELECT RAISE (ABORT, 'rejudged_result is append-only'); END;
CREATE TRIGGER rejudged_result_is_never_removed BEFORE DELETE ON rejudged_result
BEGIN SELECT RAISE (ABORT, 'rejudged_result is append-only'); END;
CREATE TRIGGER rejudged_result_is_new BEFORE INSERT ON rejudged_result
WHEN EXISTS (SELECT 1 FROM rejudged_result WHERE respecification = NEW.respecification AND result = NEW.result)
BEGIN SELECT RAISE (ABORT, 'rejudged_result is append-only'); END;
