-- lottrack, migration 0005: deviations, from their opening to the check that what was done helped.
--
-- A deviation is open until a closing signed for it stands: a closing whose signature a correction
-- voided, or which a later check found without effect, closes nothing. Its class is the one it was
-- opened with unless it was classed anew. Facts and their versions are as in 0001.

-- ------------------------------------------------------------------------------------------------
-- Deviations
-- ------------------------------------------------------------------------------------------------

-- Something that departed from a procedure or a rule, as it was first told and classed.
CREATE TABLE deviation (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES deviation (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
    title TEXT NOT NULL CHECK (title <> ''),
    text TEXT NOT NULL CHECK (text <> ''),
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

-- What a deviation concerns: the thing named by a person, and what stands behind it (
-- `because_of` names the record through which it is concerned, NULL for what a person named).
CREATE TABLE deviation_concern (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES deviation_concern (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    deviation TEXT NOT NULL REFERENCES deviation (id),
    record TEXT NOT NULL CHECK (record <> ''),
    record_kind TEXT NOT NULL CHECK (record_kind <> ''),
    because_of TEXT,
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
CREATE INDEX deviation_concern_by_deviation ON deviation_concern (deviation);
CREATE INDEX deviation_concern_by_record ON deviation_concern (record);

-- A deviation classed anew, with the reason.
CREATE TABLE deviation_class (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES deviation_class (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    deviation TEXT NOT NULL REFERENCES deviation (id),
    severity TEXT NOT NULL CHECK (severity IN ('minor', 'major', 'critical')),
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
CREATE INDEX deviation_class_by_deviation ON deviation_class (deviation);

-- What an investigation found; the latest one counts.
CREATE TABLE deviation_investigation (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES deviation_investigation (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    deviation TEXT NOT NULL REFERENCES deviation (id),
    cause TEXT NOT NULL CHECK (cause <> ''),
    text TEXT NOT NULL CHECK (text <> ''),
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
CREATE INDEX deviation_investigation_by_deviation ON deviation_investigation (deviation);

-- Something to be done about a deviation: what, by whom, by which day.
CREATE TABLE corrective_action (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES corrective_action (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    deviation TEXT NOT NULL REFERENCES deviation (id),
    text TEXT NOT NULL CHECK (text <> ''),
    owner TEXT NOT NULL REFERENCES account (id),
    due_on TEXT NOT NULL CHECK (due_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
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
CREATE INDEX corrective_action_by_deviation ON corrective_action (deviation);
CREATE INDEX corrective_action_by_owner ON corrective_action (owner);

-- That a corrective action was carried out, and how.
CREATE TABLE action_done (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES action_done (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    corrective_action TEXT NOT NULL REFERENCES corrective_action (id),
    text TEXT NOT NULL CHECK (text <> ''),
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
CREATE INDEX action_done_by_corrective_action ON action_done (corrective_action);

-- Whether what was done about a deviation keeps it from happening again.
CREATE TABLE effectiveness_check (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES effectiveness_check (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    deviation TEXT NOT NULL REFERENCES deviation (id),
    effective INTEGER NOT NULL CHECK (effective IN (0, 1)),
    text TEXT NOT NULL CHECK (text <> ''),
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
CREATE INDEX effectiveness_check_by_deviation ON effectiveness_check (deviation);

-- A deviation closed by signature; `check_due_on` is the last day for the check of effectiveness.
CREATE TABLE deviation_closure (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES deviation_closure (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    deviation TEXT NOT NULL REFERENCES deviation (id),
    text TEXT NOT NULL CHECK (text <> ''),
    check_due_on TEXT CHECK (check_due_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
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
CREATE INDEX deviation_closure_by_deviation ON deviation_closure (deviation);

-- ------------------------------------------------------------------------------------------------
-- What is true now
-- ------------------------------------------------------------------------------------------------

CREATE VIEW deviation_now AS SELECT * FROM deviation AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM deviation AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW deviation_concern_now AS SELECT * FROM deviation_concern AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM deviation_concern AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW deviation_class_now AS SELECT * FROM deviation_class AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM deviation_class AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW deviation_investigation_now AS SELECT * FROM deviation_investigation AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM deviation_investigation AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW corrective_action_now AS SELECT * FROM corrective_action AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM corrective_action AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW action_done_now AS SELECT * FROM action_done AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM action_done AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW effectiveness_check_now AS SELECT * FROM effectiveness_check AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM effectiveness_check AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW deviation_closure_now AS SELECT * FROM deviation_closure AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM deviation_closure AS later WHERE later.root = f.root AND later.version > f.version);

-- ------------------------------------------------------------------------------------------------
-- Facts are append-only
-- ------------------------------------------------------------------------------------------------

CREATE TRIGGER deviation_is_never_changed BEFORE UPDATE ON deviation
BEGIN SELECT RAISE (ABORT, 'deviation is append-only'); END;
CREATE TRIGGER deviation_is_never_removed BEFORE DELETE ON deviation
BEGIN SELECT RAISE (ABORT, 'deviation is append-only'); END;
CREATE TRIGGER deviation_is_versioned_on BEFORE INSERT ON deviation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM deviation WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'deviation is append-only'); END;

CREATE TRIGGER deviation_concern_is_never_changed BEFORE UPDATE ON deviation_concern
BEGIN SELECT RAISE (ABORT, 'deviation_concern is append-only'); END;
CREATE TRIGGER deviation_concern_is_never_removed BEFORE DELETE ON deviation_concern
BEGIN SELECT RAISE (ABORT, 'deviation_concern is append-only'); END;
CREATE TRIGGER deviation_concern_is_versioned_on BEFORE INSERT ON deviation_concern
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM deviation_concern WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'deviation_concern is append-only'); END;

CREATE TRIGGER deviation_class_is_never_changed BEFORE UPDATE ON deviation_class
BEGIN SELECT RAISE (ABORT, 'deviation_class is append-only'); END;
CREATE TRIGGER deviation_class_is_never_removed BEFORE DELETE ON deviation_class
BEGIN SELECT RAISE (ABORT, 'deviation_class is append-only'); END;
CREATE TRIGGER deviation_class_is_versioned_on BEFORE INSERT ON deviation_class
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM deviation_class WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'deviation_class is append-only'); END;

CREATE TRIGGER deviation_investigation_is_never_changed BEFORE UPDATE ON deviation_investigation
BEGIN SELECT RAISE (ABORT, 'deviation_investigation is append-only'); END;
CREATE TRIGGER deviation_investigation_is_never_removed BEFORE DELETE ON deviation_investigation
BEGIN SELECT RAISE (ABORT, 'deviation_investigation is append-only'); END;
CREATE TRIGGER deviation_investigation_is_versioned_on BEFORE INSERT ON deviation_investigation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM deviation_investigation WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'deviation_investigation is append-only'); END;

CREATE TRIGGER corrective_action_is_never_changed BEFORE UPDATE ON corrective_action
BEGIN SELECT RAISE (ABORT, 'corrective_action is append-only'); END;
CREATE TRIGGER corrective_action_is_never_removed BEFORE DELETE ON corrective_action
BEGIN SELECT RAISE (ABORT, 'corrective_action is append-only'); END;
CREATE TRIGGER corrective_action_is_versioned_on BEFORE INSERT ON corrective_action
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM corrective_action WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'corrective_action is append-only'); END;

CREATE TRIGGER action_done_is_never_changed BEFORE UPDATE ON action_done
BEGIN SELECT RAISE (ABORT, 'action_done is append-only'); END;
CREATE TRIGGER action_done_is_never_removed BEFORE DELETE ON action_done
BEGIN SELECT RAISE (ABORT, 'action_done is append-only'); END;
CREATE TRIGGER action_done_is_versioned_on BEFORE INSERT ON action_done
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM action_done WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'action_done is append-only'); END;

CREATE TRIGGER effectiveness_check_is_never_changed BEFORE UPDATE ON effectiveness_check
BEGIN SELECT RAISE (ABORT, 'effectiveness_check is append-only'); END;
CREATE TRIGGER effectiveness_check_is_never_removed BEFORE DELETE ON effectiveness_check
BEGIN SELECT RAISE (ABORT, 'effectiveness_check is append-only'); END;
CREATE TRIGGER effectiveness_check_is_versioned_on BEFORE INSERT ON effectiveness_check
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM effectiveness_check WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'effectiveness_check is append-only'); END;

CREATE TRIGGER deviation_closure_is_never_changed BEFORE UPDATE ON deviation_closure
BEGIN SELECT RAISE (ABORT, 'deviation_closure is append-only'); END;
CREATE TRIGGER deviation_closure_is_never_removed BEFORE DELETE ON deviation_closure
BEGIN SELECT RAISE (ABORT, 'deviation_closure is append-only'); END;
CREATE TRIGGER deviation_closure_is_versioned_on BEFORE INSERT ON deviation_closure
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM deviation_closure WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'deviation_closure is append-only'); END;
