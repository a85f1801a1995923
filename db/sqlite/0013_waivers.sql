-- lottrack, migration 0013: refusals that two people waive for one order.
--
-- A protocol says which of its own limits may be waived (dose range, interval, age of the weight, the
-- HLA finding). A waiver is a decision for one infusion, signed by who orders it and by a second
-- person; whose cells they are, their expiry and their chain are never waived. The kinds of table, the
-- columns that every fact has and what the triggers are for are told at the head of migration 0001.

-- One limit of the protocol is waived for one order; the reason says why.
CREATE TABLE order_waiver (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES order_waiver (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    infusion_order TEXT NOT NULL REFERENCES infusion_order (id),
    code TEXT NOT NULL,
    signature TEXT NOT NULL REFERENCES signature (id),
    second_signature TEXT NOT NULL REFERENCES signature (id),
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
CREATE INDEX order_waiver_by_infusion_order ON order_waiver (infusion_order);

CREATE VIEW order_waiver_now AS SELECT * FROM order_waiver AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM order_waiver AS later WHERE later.root = f.root AND later.version > f.version);

CREATE TRIGGER order_waiver_is_never_changed BEFORE UPDATE ON order_waiver
BEGIN SELECT RAISE (ABORT, 'order_waiver is append-only'); END;
CREATE TRIGGER order_waiver_is_never_removed BEFORE DELETE ON order_waiver
BEGIN SELECT RAISE (ABORT, 'order_waiver is append-only'); END;
CREATE TRIGGER order_waiver_is_versioned_on BEFORE INSERT ON order_waiver
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM order_waiver WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'order_waiver is append-only'); END;
