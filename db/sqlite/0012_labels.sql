-- lottrack, migration 0012: line clearance, and label templates of the site's own.
--
-- Before the labels of one lot are printed where those of another lie about, somebody looks that none
-- of them is left there, and signs (21 CFR 211.130(e)). A site turns that on for a place. A template
-- that is not lottrack's own prints only as a qualified person approved it. The kinds of table, the
-- columns that every fact has and what the triggers are for are told at the head of migration 0001.

-- Whether a place asks for line clearance; the latest counts.
CREATE TABLE clearance_rule (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES clearance_rule (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    place TEXT NOT NULL REFERENCES place (id),
    required INTEGER NOT NULL CHECK (required IN (0, 1)),
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
CREATE INDEX clearance_rule_by_place ON clearance_rule (place);

-- Somebody looked: the outstanding labels of this lot are not where another lot is worked on. The
-- reason tells where they are; the labels it speaks of are in `cleared_label`.
CREATE TABLE line_clearance (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES line_clearance (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    place TEXT NOT NULL REFERENCES place (id),
    lot TEXT NOT NULL REFERENCES lot (id),
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
CREATE INDEX line_clearance_by_place ON line_clearance (place);
CREATE INDEX line_clearance_by_lot ON line_clearance (lot);

-- A label that was outstanding when the line was cleared of it.
CREATE TABLE cleared_label (
    line_clearance TEXT NOT NULL REFERENCES line_clearance (id),
    label TEXT NOT NULL REFERENCES label (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (line_clearance, label)
) STRICT, WITHOUT ROWID;
CREATE INDEX cleared_label_by_label ON cleared_label (label);

-- Labels that nothing has become of yet are few among many.
CREATE INDEX label_standing_outstanding ON label_standing (label) WHERE state IN ('printing', 'printed');

-- A template of the site's own was approved by signature: exactly the text that `label_template` keeps.
CREATE TABLE template_approval (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES template_approval (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    label_template TEXT NOT NULL REFERENCES label_template (id),
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
CREATE INDEX template_approval_by_label_template ON template_approval (label_template);

CREATE VIEW clearance_rule_now AS SELECT * FROM clearance_rule AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM clearance_rule AS later WHERE later.root = f.root AND later.version > f.version);

CREATE VIEW line_clearance_now AS SELECT * FROM line_clearance AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM line_clearance AS later WHERE later.root = f.root AND later.version > f.version);

CREATE VIEW template_approval_now AS SELECT * FROM template_approval AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM template_approval AS later WHERE later.root = f.root AND later.version > f.version);

CREATE TRIGGER clearance_rule_is_never_changed BEFORE UPDATE ON clearance_rule
BEGIN SELECT RAISE (ABORT, 'clearance_rule is append-only'); END;
CREATE TRIGGER clearance_rule_is_never_removed BEFORE DELETE ON clearance_rule
BEGIN SELECT RAISE (ABORT, 'clearance_rule is append-only'); END;
CREATE TRIGGER clearance_rule_is_versioned_on BEFORE INSERT ON clearance_rule
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM clearance_rule WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'clearance_rule is append-only'); END;

CREATE TRIGGER line_clearance_is_never_changed BEFORE UPDATE ON line_clearance
BEGIN SELECT RAISE (ABORT, 'line_clearance is append-only'); END;
CREATE TRIGGER line_clearance_is_never_removed BEFORE DELETE ON line_clearance
BEGIN SELECT RAISE (ABORT, 'line_clearance is append-only'); END;
CREATE TRIGGER line_clearance_is_versioned_on BEFORE INSERT ON line_clearance
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM line_clearance WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'line_clearance is append-only'); END;

CREATE TRIGGER template_approval_is_never_changed BEFORE UPDATE ON template_approval
BEGIN SELECT RAISE (ABORT, 'template_approval is append-only'); END;
CREATE TRIGGER template_approval_is_never_removed BEFORE DELETE ON template_approval
BEGIN SELECT RAISE (ABORT, 'template_approval is append-only'); END;
CREATE TRIGGER template_approval_is_versioned_on BEFORE INSERT ON template_approval
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM template_approval WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'template_approval is append-only'); END;

CREATE TRIGGER cleared_label_is_never_changed BEFORE UPDATE ON cleared_label
BEGIN SELECT RAISE (ABORT, 'cleared_label is append-only'); END;
CREATE TRIGGER cleared_label_is_never_removed BEFORE DELETE ON cleared_label
BEGIN SELECT RAISE (ABORT, 'cleared_label is append-only'); END;
CREATE TRIGGER cleared_label_is_new BEFORE INSERT ON cleared_label
WHEN EXISTS (SELECT 1 FROM cleared_label WHERE line_clearance = NEW.line_clearance AND label = NEW.label)
BEGIN SELECT RAISE (ABORT, 'cleared_label is append-only'); END;
