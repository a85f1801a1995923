-- lottrack, migration 0011: the bench.
--
-- A hand-held scanner types like a keyboard, each in its own way; how to read the one at a bench is
-- found out once and kept. Reasons that a site gives often are scanned from a sheet instead of typed
-- with gloves on. The kinds of table, the columns that every fact has and what the triggers are for
-- are told at the head of migration 0001.

-- What the scanner at one computer does to every code, as a test code showed; the latest counts.
-- Prefix, suffix and what arrived are hexadecimal UTF-8: they hold control characters. `layout` lists
-- pairs of what arrives and what was meant, where they differ.
CREATE TABLE bench_profile (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES bench_profile (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    host TEXT NOT NULL CHECK (host <> ''),
    prefix_hex TEXT NOT NULL,
    suffix_hex TEXT NOT NULL,
    layout TEXT NOT NULL CHECK (json_valid(layout)),
    doubled INTEGER NOT NULL CHECK (doubled IN (0, 1)),
    arrived_hex TEXT NOT NULL CHECK (arrived_hex <> ''),
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
CREATE INDEX bench_profile_by_host ON bench_profile (host);

-- A reason of the site with the number of its code on the sheet. A printed number means one thing
-- for good: it is never given to another reason.
CREATE TABLE bench_reason (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES bench_reason (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    ordinal INTEGER NOT NULL CHECK (ordinal BETWEEN 1 AND 99),
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
CREATE INDEX bench_reason_by_ordinal ON bench_reason (ordinal);

CREATE VIEW bench_profile_now AS SELECT * FROM bench_profile AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM bench_profile AS later WHERE later.root = f.root AND later.version > f.version);

CREATE VIEW bench_reason_now AS SELECT * FROM bench_reason AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM bench_reason AS later WHERE later.root = f.root AND later.version > f.version);

CREATE TRIGGER bench_profile_is_never_changed BEFORE UPDATE ON bench_profile
BEGIN SELECT RAISE (ABORT, 'bench_profile is append-only'); END;
CREATE TRIGGER bench_profile_is_never_removed BEFORE DELETE ON bench_profile
BEGIN SELECT RAISE (ABORT, 'bench_profile is append-only'); END;
CREATE TRIGGER bench_profile_is_versioned_on BEFORE INSERT ON bench_profile
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM bench_profile WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'bench_profile is append-only'); END;

CREATE TRIGGER bench_reason_is_never_changed BEFORE UPDATE ON bench_reason
BEGIN SELECT RAISE (ABORT, 'bench_reason is append-only'); END;
CREATE TRIGGER bench_reason_is_never_removed BEFORE DELETE ON bench_reason
BEGIN SELECT RAISE (ABORT, 'bench_reason is append-only'); END;
CREATE TRIGGER bench_reason_is_versioned_on BEFORE INSERT ON bench_reason
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM bench_reason WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'bench_reason is append-only'); END;
