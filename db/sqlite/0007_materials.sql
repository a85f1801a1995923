-- lottrack, migration 0007: materials and reagents.
--
-- What touches the cells beside the cells: lysate, trypsin, DMSO, medium, plastic ware. A delivery
-- of a material is a material lot with a number of its own; it waits in quarantine until a signature
-- releases it, its vials live on for so long once they are opened, and everything taken out of it is
-- told: what went into which culture, fill or preparation, and what was thrown away. What is left is
-- never kept, it is reckoned: received = used + discarded + on hand. The kinds of table, the columns
-- that every fact has and what the triggers are for are told at the head of migration 0001.
--
-- Quantities are decimal text in the unit of the material.

-- ------------------------------------------------------------------------------------------------
-- Materials and their lots
-- ------------------------------------------------------------------------------------------------

-- What a site uses: a kind of thing under a code that people chose. `open_hours` is how long a vial of
-- it may be used once it is opened; NULL where opening changes nothing (plastic ware).
CREATE TABLE material (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES material (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind <> ''),
    unit TEXT NOT NULL CHECK (unit <> ''),
    open_hours INTEGER CHECK (open_hours >= 1),
    storage TEXT,
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

-- One delivery of a material: the supplier's own lot, its last day (the day itself included), how
-- much came, and the certificate that came with it.
CREATE TABLE material_lot (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES material_lot (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    material TEXT NOT NULL REFERENCES material (id),
    supplier TEXT NOT NULL CHECK (supplier <> ''),
    supplier_lot TEXT NOT NULL CHECK (supplier_lot <> ''),
    expires_on TEXT NOT NULL CHECK (expires_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    quantity TEXT NOT NULL CHECK (quantity GLOB '[0-9]*' AND quantity NOT GLOB '*[^0-9.]*'),
    certificate TEXT,
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
CREATE INDEX material_lot_by_material ON material_lot (material);
CREATE INDEX material_lot_by_supplier_lot ON material_lot (supplier_lot);

-- A material lot released for use or rejected, by signature; the latest one stands.
CREATE TABLE material_decision (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES material_decision (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    material_lot TEXT NOT NULL REFERENCES material_lot (id),
    decision TEXT NOT NULL CHECK (decision IN ('released', 'rejected')),
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
CREATE INDEX material_decision_by_material_lot ON material_decision (material_lot);

-- A vial of a material lot opened: from now on it may be used for so many hours. A lot of several
-- vials is opened several times; where nobody told an opening, the first use was one.
CREATE TABLE material_opening (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES material_opening (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    material_lot TEXT NOT NULL REFERENCES material_lot (id),
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
CREATE INDEX material_opening_by_material_lot ON material_opening (material_lot);

-- ------------------------------------------------------------------------------------------------
-- What became of it
-- ------------------------------------------------------------------------------------------------

-- Something of a material lot that went into a passage of a lot, a fill of it, or the preparation of
-- a dose. `seeding` or `harvest` is the step it was told with, `material_opening` the vial where one
-- was named.
CREATE TABLE material_use (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES material_use (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    material_lot TEXT NOT NULL REFERENCES material_lot (id),
    lot TEXT NOT NULL REFERENCES lot (id),
    passage INTEGER CHECK (passage >= 0),
    seeding TEXT REFERENCES seeding (id),
    harvest TEXT REFERENCES harvest (id),
    fill TEXT REFERENCES fill (id),
    preparation TEXT REFERENCES preparation (id),
    material_opening TEXT REFERENCES material_opening (id),
    quantity TEXT NOT NULL CHECK (quantity GLOB '[0-9]*' AND quantity NOT GLOB '*[^0-9.]*'),
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
    CHECK ((passage IS NOT NULL) + (fill IS NOT NULL) + (preparation IS NOT NULL) = 1),
    CHECK ((seeding IS NOT NULL) + (harvest IS NOT NULL) <= (passage IS NOT NULL))
) STRICT;
CREATE INDEX material_use_by_material_lot ON material_use (material_lot);
CREATE INDEX material_use_by_lot ON material_use (lot);
CREATE INDEX material_use_by_seeding ON material_use (seeding);
CREATE INDEX material_use_by_harvest ON material_use (harvest);
CREATE INDEX material_use_by_fill ON material_use (fill);
CREATE INDEX material_use_by_preparation ON material_use (preparation);
CREATE INDEX material_use_by_material_opening ON material_use (material_opening);

-- Something of a material lot that was thrown away.
CREATE TABLE material_discard (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES material_discard (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    material_lot TEXT NOT NULL REFERENCES material_lot (id),
    quantity TEXT NOT NULL CHECK (quantity GLOB '[0-9]*' AND quantity NOT GLOB '*[^0-9.]*'),
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
CREATE INDEX material_discard_by_material_lot ON material_discard (material_lot);

-- A material lot called back, by its supplier or by the site: nothing of it is used any more.
CREATE TABLE material_recall (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES material_recall (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    material_lot TEXT NOT NULL REFERENCES material_lot (id),
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
CREATE INDEX material_recall_by_material_lot ON material_recall (material_lot);

-- ------------------------------------------------------------------------------------------------
-- The latest version of every record that was not struck
-- ------------------------------------------------------------------------------------------------

CREATE VIEW material_now AS SELECT * FROM material AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM material AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW material_lot_now AS SELECT * FROM material_lot AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM material_lot AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW material_decision_now AS SELECT * FROM material_decision AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM material_decision AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW material_opening_now AS SELECT * FROM material_opening AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM material_opening AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW material_use_now AS SELECT * FROM material_use AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM material_use AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW material_discard_now AS SELECT * FROM material_discard AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM material_discard AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW material_recall_now AS SELECT * FROM material_recall AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM material_recall AS later WHERE later.root = f.root AND later.version > f.version);

-- ------------------------------------------------------------------------------------------------
-- Append-only
-- ------------------------------------------------------------------------------------------------

CREATE TRIGGER material_is_never_changed BEFORE UPDATE ON material
BEGIN SELECT RAISE (ABORT, 'material is append-only'); END;
CREATE TRIGGER material_is_never_removed BEFORE DELETE ON material
BEGIN SELECT RAISE (ABORT, 'material is append-only'); END;
CREATE TRIGGER material_is_versioned_on BEFORE INSERT ON material
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM material WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'material is append-only'); END;

CREATE TRIGGER material_lot_is_never_changed BEFORE UPDATE ON material_lot
BEGIN SELECT RAISE (ABORT, 'material_lot is append-only'); END;
CREATE TRIGGER material_lot_is_never_removed BEFORE DELETE ON material_lot
BEGIN SELECT RAISE (ABORT, 'material_lot is append-only'); END;
CREATE TRIGGER material_lot_is_versioned_on BEFORE INSERT ON material_lot
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM material_lot WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'material_lot is append-only'); END;

CREATE TRIGGER material_decision_is_never_changed BEFORE UPDATE ON material_decision
BEGIN SELECT RAISE (ABORT, 'material_decision is append-only'); END;
CREATE TRIGGER material_decision_is_never_removed BEFORE DELETE ON material_decision
BEGIN SELECT RAISE (ABORT, 'material_decision is append-only'); END;
CREATE TRIGGER material_decision_is_versioned_on BEFORE INSERT ON material_decision
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM material_decision WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'material_decision is append-only'); END;

CREATE TRIGGER material_opening_is_never_changed BEFORE UPDATE ON material_opening
BEGIN SELECT RAISE (ABORT, 'material_opening is append-only'); END;
CREATE TRIGGER material_opening_is_never_removed BEFORE DELETE ON material_opening
BEGIN SELECT RAISE (ABORT, 'material_opening is append-only'); END;
CREATE TRIGGER material_opening_is_versioned_on BEFORE INSERT ON material_opening
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM material_opening WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'material_opening is append-only'); END;

CREATE TRIGGER material_use_is_never_changed BEFORE UPDATE ON material_use
BEGIN SELECT RAISE (ABORT, 'material_use is append-only'); END;
CREATE TRIGGER material_use_is_never_removed BEFORE DELETE ON material_use
BEGIN SELECT RAISE (ABORT, 'material_use is append-only'); END;
CREATE TRIGGER material_use_is_versioned_on BEFORE INSERT ON material_use
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM material_use WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'material_use is append-only'); END;

CREATE TRIGGER material_discard_is_never_changed BEFORE UPDATE ON material_discard
BEGIN SELECT RAISE (ABORT, 'material_discard is append-only'); END;
CREATE TRIGGER material_discard_is_never_removed BEFORE DELETE ON material_discard
BEGIN SELECT RAISE (ABORT, 'material_discard is append-only'); END;
CREATE TRIGGER material_discard_is_versioned_on BEFORE INSERT ON material_discard
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM material_discard WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'material_discard is append-only'); END;

CREATE TRIGGER material_recall_is_never_changed BEFORE UPDATE ON material_recall
BEGIN SELECT RAISE (ABORT, 'material_recall is append-only'); END;
CREATE TRIGGER material_recall_is_never_removed BEFORE DELETE ON material_recall
BEGIN SELECT RAISE (ABORT, 'material_recall is append-only'); END;
CREATE TRIGGER material_recall_is_versioned_on BEFORE INSERT ON material_recall
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM material_recall WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'material_recall is append-only'); END;
