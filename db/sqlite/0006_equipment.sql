-- lottrack, migration 0006: equipment with its calibrations and uses, and the training of people.
--
-- Whether equipment was in calibration, and whether a person was trained, is never stored: it is read
-- from these facts for the day in question. Facts and their versions are as in 0001.

-- ------------------------------------------------------------------------------------------------
-- Equipment
-- ------------------------------------------------------------------------------------------------

-- Equipment that takes part in making or testing. The id is the code people chose.
CREATE TABLE equipment (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES equipment (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind <> ''),
    place TEXT NOT NULL REFERENCES place (id),
    needs_calibration INTEGER NOT NULL CHECK (needs_calibration IN (0, 1)),
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
CREATE INDEX equipment_by_place ON equipment (place);

-- One calibration of equipment: on which day, what came out, and until which day it holds.
CREATE TABLE calibration (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES calibration (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    equipment TEXT NOT NULL REFERENCES equipment (id),
    calibrated_on TEXT NOT NULL CHECK (calibrated_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    due_on TEXT NOT NULL CHECK (due_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    certificate TEXT NOT NULL CHECK (certificate <> ''),
    outcome TEXT NOT NULL CHECK (outcome IN ('pass', 'fail')),
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
    CHECK (due_on >= calibrated_on)
) STRICT;
CREATE INDEX calibration_by_equipment ON calibration (equipment);

-- Equipment taken out of use for good.
CREATE TABLE equipment_retirement (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES equipment_retirement (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    equipment TEXT NOT NULL REFERENCES equipment (id),
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
CREATE INDEX equipment_retirement_by_equipment ON equipment_retirement (equipment);

-- That equipment was used for a fact of making or testing; it lives and falls with that fact.
CREATE TABLE equipment_use (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES equipment_use (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    equipment TEXT NOT NULL REFERENCES equipment (id),
    record TEXT NOT NULL CHECK (record <> ''),
    record_kind TEXT NOT NULL CHECK (record_kind <> ''),
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
CREATE INDEX equipment_use_by_equipment ON equipment_use (equipment);
CREATE INDEX equipment_use_by_record ON equipment_use (record);

-- ------------------------------------------------------------------------------------------------
-- Training
-- ------------------------------------------------------------------------------------------------

-- Training that is needed for an act, or for every act done in a role.
CREATE TABLE training_requirement (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES training_requirement (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    act TEXT CHECK (act <> ''),
    role TEXT CHECK (role <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
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
    CHECK ((act IS NOT NULL) + (role IS NOT NULL) = 1)
) STRICT;

-- A requirement of training that holds no longer.
CREATE TABLE training_withdrawal (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES training_withdrawal (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    training_requirement TEXT NOT NULL REFERENCES training_requirement (id),
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
CREATE INDEX training_withdrawal_by_training_requirement ON training_withdrawal (training_requirement);

-- A person was trained in a subject, which holds until a day.
CREATE TABLE training (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES training (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    account TEXT NOT NULL REFERENCES account (id),
    subject TEXT NOT NULL CHECK (subject <> ''),
    trained_on TEXT NOT NULL CHECK (trained_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    valid_until TEXT NOT NULL CHECK (valid_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    document TEXT CHECK (document <> ''),
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
    CHECK (valid_until >= trained_on)
) STRICT;
CREATE INDEX training_by_account ON training (account);

-- ------------------------------------------------------------------------------------------------
-- What is true now
-- ------------------------------------------------------------------------------------------------

CREATE VIEW equipment_now AS SELECT * FROM equipment AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM equipment AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW calibration_now AS SELECT * FROM calibration AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM calibration AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW equipment_retirement_now AS SELECT * FROM equipment_retirement AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM equipment_retirement AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW equipment_use_now AS SELECT * FROM equipment_use AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM equipment_use AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW training_requirement_now AS SELECT * FROM training_requirement AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM training_requirement AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW training_withdrawal_now AS SELECT * FROM training_withdrawal AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM training_withdrawal AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW training_now AS SELECT * FROM training AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM training AS later WHERE later.root = f.root AND later.version > f.version);

-- ------------------------------------------------------------------------------------------------
-- Facts are append-only
-- ------------------------------------------------------------------------------------------------

CREATE TRIGGER equipment_is_never_changed BEFORE UPDATE ON equipment
BEGIN SELECT RAISE (ABORT, 'equipment is append-only'); END;
CREATE TRIGGER equipment_is_never_removed BEFORE DELETE ON equipment
BEGIN SELECT RAISE (ABORT, 'equipment is append-only'); END;
CREATE TRIGGER equipment_is_versioned_on BEFORE INSERT ON equipment
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM equipment WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'equipment is append-only'); END;

CREATE TRIGGER calibration_is_never_changed BEFORE UPDATE ON calibration
BEGIN SELECT RAISE (ABORT, 'calibration is append-only'); END;
CREATE TRIGGER calibration_is_never_removed BEFORE DELETE ON calibration
BEGIN SELECT RAISE (ABORT, 'calibration is append-only'); END;
CREATE TRIGGER calibration_is_versioned_on BEFORE INSERT ON calibration
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM calibration WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'calibration is append-only'); END;

CREATE TRIGGER equipment_retirement_is_never_changed BEFORE UPDATE ON equipment_retirement
BEGIN SELECT RAISE (ABORT, 'equipment_retirement is append-only'); END;
CREATE TRIGGER equipment_retirement_is_never_removed BEFORE DELETE ON equipment_retirement
BEGIN SELECT RAISE (ABORT, 'equipment_retirement is append-only'); END;
CREATE TRIGGER equipment_retirement_is_versioned_on BEFORE INSERT ON equipment_retirement
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM equipment_retirement WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'equipment_retirement is append-only'); END;

CREATE TRIGGER equipment_use_is_never_changed BEFORE UPDATE ON equipment_use
BEGIN SELECT RAISE (ABORT, 'equipment_use is append-only'); END;
CREATE TRIGGER equipment_use_is_never_removed BEFORE DELETE ON equipment_use
BEGIN SELECT RAISE (ABORT, 'equipment_use is append-only'); END;
CREATE TRIGGER equipment_use_is_versioned_on BEFORE INSERT ON equipment_use
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM equipment_use WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'equipment_use is append-only'); END;

CREATE TRIGGER training_requirement_is_never_changed BEFORE UPDATE ON training_requirement
BEGIN SELECT RAISE (ABORT, 'training_requirement is append-only'); END;
CREATE TRIGGER training_requirement_is_never_removed BEFORE DELETE ON training_requirement
BEGIN SELECT RAISE (ABORT, 'training_requirement is append-only'); END;
CREATE TRIGGER training_requirement_is_versioned_on BEFORE INSERT ON training_requirement
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM training_requirement WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'training_requirement is append-only'); END;

CREATE TRIGGER training_withdrawal_is_never_changed BEFORE UPDATE ON training_withdrawal
BEGIN SELECT RAISE (ABORT, 'training_withdrawal is append-only'); END;
CREATE TRIGGER training_withdrawal_is_never_removed BEFORE DELETE ON training_withdrawal
BEGIN SELECT RAISE (ABORT, 'training_withdrawal is append-only'); END;
CREATE TRIGGER training_withdrawal_is_versioned_on BEFORE INSERT ON training_withdrawal
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM training_withdrawal WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'training_withdrawal is append-only'); END;

CREATE TRIGGER training_is_never_changed BEFORE UPDATE ON training
BEGIN SELECT RAISE (ABORT, 'training is append-only'); END;
CREATE TRIGGER training_is_never_removed BEFORE DELETE ON training
BEGIN SELECT RAISE (ABORT, 'training is append-only'); END;
CREATE TRIGGER training_is_versioned_on BEFORE INSERT ON training
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM training WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'training is append-only'); END;
