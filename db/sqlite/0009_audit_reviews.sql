-- lottrack, migration 0009: periodic reviews of the audit trail.
--
-- Quality looks at regular intervals through what is unusual in the trail of the whole site
-- (EU GMP Annex 11 clause 9) and signs for it. The kinds of table, the columns that every fact has
-- and what the triggers are for are told at the head of migration 0001.

-- One signed look at the trail, from entry `first_seq` to entry `last_seq`.
CREATE TABLE audit_review (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES audit_review (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    from_at TEXT NOT NULL CHECK (length(from_at) = 27),
    to_at TEXT NOT NULL CHECK (length(to_at) = 27),
    first_seq INTEGER NOT NULL CHECK (first_seq >= 1),
    last_seq INTEGER NOT NULL,
    remarks TEXT NOT NULL CHECK (remarks <> ''),
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
    CHECK (from_at < to_at),
    CHECK (first_seq <= last_seq)
) STRICT;

CREATE VIEW audit_review_now AS SELECT * FROM audit_review AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM audit_review AS later WHERE later.root = f.root AND later.version > f.version);

CREATE TRIGGER audit_review_is_never_changed BEFORE UPDATE ON audit_review
BEGIN SELECT RAISE (ABORT, 'audit_review is append-only'); END;
CREATE TRIGGER audit_review_is_never_removed BEFORE DELETE ON audit_review
BEGIN SELECT RAISE (ABORT, 'audit_review is append-only'); END;
CREATE TRIGGER audit_review_is_versioned_on BEFORE INSERT ON audit_review
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM audit_review WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'audit_review is append-only'); END;
