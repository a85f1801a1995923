-- lottrack, migration 0004: certification in stages, late positives and their call sheets, and the
-- supply of a container that is out of specification.
--
-- Written as 0001 says: facts are append-only, standings follow from them.

-- ------------------------------------------------------------------------------------------------
-- The pending ledger
-- ------------------------------------------------------------------------------------------------

-- The conditions that still bind a fill: those of its latest disposition, while that is a release
-- on condition. Every command looks here for what is overdue, so that it must be short.
CREATE TABLE condition_standing (
    condition TEXT PRIMARY KEY NOT NULL REFERENCES release_condition (id),
    fill TEXT NOT NULL REFERENCES fill (id),
    due_on TEXT NOT NULL CHECK (due_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]')
) STRICT, WITHOUT ROWID;
CREATE INDEX condition_standing_by_fill ON condition_standing (fill);
CREATE INDEX condition_standing_by_due_on ON condition_standing (due_on);

-- ------------------------------------------------------------------------------------------------
-- Out-of-specification supply (EudraLex Vol. 4 Part IV 11.53, 11.54)
-- ------------------------------------------------------------------------------------------------

-- A physician's signed request to be supplied one container although it is out of specification:
-- the dossier. `text`: why it is needed, and what else there is. The disposition is untouched.
CREATE TABLE supply (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES supply (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    container TEXT NOT NULL REFERENCES container (id),
    patient TEXT NOT NULL REFERENCES patient (id),
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
CREATE INDEX supply_by_container ON supply (container);
CREATE INDEX supply_by_patient ON supply (patient);

-- The manufacturer's signed evaluation of the risk. `faults` is the JSON list of everything that
-- stood against the container then: what is not in it, the dossier does not cover.
CREATE TABLE supply_assessment (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES supply_assessment (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    supply TEXT NOT NULL REFERENCES supply (id),
    text TEXT NOT NULL CHECK (text <> ''),
    faults TEXT NOT NULL CHECK (json_valid(faults)),
    organism TEXT CHECK (organism <> ''),
    sensitivities TEXT CHECK (sensitivities <> ''),
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
CREATE INDEX supply_assessment_by_supply ON supply_assessment (supply);

-- What the treating physician decided on an assessment, signed; `declined` closes the dossier: not
-- supplied. A dossier can be declined before it was assessed.
CREATE TABLE supply_decision (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES supply_decision (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    supply TEXT NOT NULL REFERENCES supply (id),
    supply_assessment TEXT REFERENCES supply_assessment (id),
    decision TEXT NOT NULL CHECK (decision IN ('accepted', 'declined')),
    prophylaxis TEXT CHECK (prophylaxis <> ''),
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
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END),
    CHECK (decision = 'declined' OR supply_assessment IS NOT NULL)
) STRICT;
CREATE INDEX supply_decision_by_supply ON supply_decision (supply);
CREATE INDEX supply_decision_by_supply_assessment ON supply_decision (supply_assessment);

-- ------------------------------------------------------------------------------------------------
-- Late positives, duties to tell, calls
-- ------------------------------------------------------------------------------------------------

-- An edition of the duties to tell: whom, of what, within which time. `source` is the file as it
-- was loaded; the last one loaded holds. The first is lottrack's own, later ones are signed.
CREATE TABLE duty_list (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES duty_list (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    edition INTEGER NOT NULL CHECK (edition >= 1),
    source TEXT NOT NULL CHECK (source <> ''),
    source_sha256 TEXT NOT NULL CHECK (length(source_sha256) = 64),
    signature TEXT REFERENCES signature (id),
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
    UNIQUE (name, edition, version)
) STRICT;

-- A contamination found after cells of the same start material were released or given.
CREATE TABLE late_positive (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES late_positive (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    result TEXT NOT NULL REFERENCES result (id),
    lot TEXT NOT NULL REFERENCES lot (id),
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
CREATE INDEX late_positive_by_result ON late_positive (result);
CREATE INDEX late_positive_by_lot ON late_positive (lot);

-- One call that is owed because of a late positive or a supply: to whom, of what, until when.
CREATE TABLE notification (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES notification (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    late_positive TEXT REFERENCES late_positive (id),
    supply TEXT REFERENCES supply (id),
    whom TEXT NOT NULL CHECK (whom <> ''),
    addressee TEXT CHECK (addressee <> ''),
    patient TEXT REFERENCES patient (id),
    infusion TEXT REFERENCES infusion (id),
    due_at TEXT NOT NULL CHECK (length(due_at) = 27),
    text TEXT NOT NULL CHECK (text <> ''),
    basis TEXT NOT NULL CHECK (basis <> ''),
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
    CHECK ((late_positive IS NOT NULL) + (supply IS NOT NULL) = 1)
) STRICT;
CREATE INDEX notification_by_late_positive ON notification (late_positive);
CREATE INDEX notification_by_supply ON notification (supply);
CREATE INDEX notification_by_patient ON notification (patient);
CREATE INDEX notification_by_infusion ON notification (infusion);
CREATE INDEX notification_by_due_at ON notification (due_at);

-- A call made for a notification: who was reached and told what; or that nobody was reached.
CREATE TABLE notification_call (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES notification_call (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    notification TEXT NOT NULL REFERENCES notification (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('reached', 'not_reached')),
    reached TEXT CHECK (reached <> ''),
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
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END),
    CHECK (outcome = 'not_reached' OR reached IS NOT NULL)
) STRICT;
CREATE INDEX notification_call_by_notification ON notification_call (notification);

-- ------------------------------------------------------------------------------------------------
-- What is true now
-- ------------------------------------------------------------------------------------------------

CREATE VIEW supply_now AS SELECT * FROM supply AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM supply AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW supply_assessment_now AS SELECT * FROM supply_assessment AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM supply_assessment AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW supply_decision_now AS SELECT * FROM supply_decision AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM supply_decision AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW duty_list_now AS SELECT * FROM duty_list AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM duty_list AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW late_positive_now AS SELECT * FROM late_positive AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM late_positive AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW notification_now AS SELECT * FROM notification AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM notification AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW notification_call_now AS SELECT * FROM notification_call AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM notification_call AS later WHERE later.root = f.root AND later.version > f.version);

-- ------------------------------------------------------------------------------------------------
-- What cannot be undone
-- ------------------------------------------------------------------------------------------------

CREATE TRIGGER supply_is_never_changed BEFORE UPDATE ON supply
BEGIN SELECT RAISE (ABORT, 'supply is append-only'); END;
CREATE TRIGGER supply_is_never_removed BEFORE DELETE ON supply
BEGIN SELECT RAISE (ABORT, 'supply is append-only'); END;
CREATE TRIGGER supply_is_versioned_on BEFORE INSERT ON supply
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM supply WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'supply is append-only'); END;

CREATE TRIGGER supply_assessment_is_never_changed BEFORE UPDATE ON supply_assessment
BEGIN SELECT RAISE (ABORT, 'supply_assessment is append-only'); END;
CREATE TRIGGER supply_assessment_is_never_removed BEFORE DELETE ON supply_assessment
BEGIN SELECT RAISE (ABORT, 'supply_assessment is append-only'); END;
CREATE TRIGGER supply_assessment_is_versioned_on BEFORE INSERT ON supply_assessment
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM supply_assessment WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'supply_assessment is append-only'); END;

CREATE TRIGGER supply_decision_is_never_changed BEFORE UPDATE ON supply_decision
BEGIN SELECT RAISE (ABORT, 'supply_decision is append-only'); END;
CREATE TRIGGER supply_decision_is_never_removed BEFORE DELETE ON supply_decision
BEGIN SELECT RAISE (ABORT, 'supply_decision is append-only'); END;
CREATE TRIGGER supply_decision_is_versioned_on BEFORE INSERT ON supply_decision
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM supply_decision WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'supply_decision is append-only'); END;

CREATE TRIGGER duty_list_is_never_changed BEFORE UPDATE ON duty_list
BEGIN SELECT RAISE (ABORT, 'duty_list is append-only'); END;
CREATE TRIGGER duty_list_is_never_removed BEFORE DELETE ON duty_list
BEGIN SELECT RAISE (ABORT, 'duty_list is append-only'); END;
CREATE TRIGGER duty_list_is_versioned_on BEFORE INSERT ON duty_list
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM duty_list WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'duty_list is append-only'); END;

CREATE TRIGGER late_positive_is_never_changed BEFORE UPDATE ON late_positive
BEGIN SELECT RAISE (ABORT, 'late_positive is append-only'); END;
CREATE TRIGGER late_positive_is_never_removed BEFORE DELETE ON late_positive
BEGIN SELECT RAISE (ABORT, 'late_positive is append-only'); END;
CREATE TRIGGER late_positive_is_versioned_on BEFORE INSERT ON late_positive
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM late_positive WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'late_positive is append-only'); END;

CREATE TRIGGER notification_is_never_changed BEFORE UPDATE ON notification
BEGIN SELECT RAISE (ABORT, 'notification is append-only'); END;
CREATE TRIGGER notification_is_never_removed BEFORE DELETE ON notification
BEGIN SELECT RAISE (ABORT, 'notification is append-only'); END;
CREATE TRIGGER notification_is_versioned_on BEFORE INSERT ON notification
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM notification WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'notification is append-only'); END;

CREATE TRIGGER notification_call_is_never_changed BEFORE UPDATE ON notification_call
BEGIN SELECT RAISE (ABORT, 'notification_call is append-only'); END;
CREATE TRIGGER notification_call_is_never_removed BEFORE DELETE ON notification_call
BEGIN SELECT RAISE (ABORT, 'notification_call is append-only'); END;
CREATE TRIGGER notification_call_is_versioned_on BEFORE INSERT ON notification_call
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM notification_call WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'notification_call is append-only'); END;
