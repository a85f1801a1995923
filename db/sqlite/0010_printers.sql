-- lottrack, migration 0010: printers, and what was sent to them.
--
-- A printer's port has no name and no password: lottrack sends to printers of this list alone. That
-- a printer took a job does not mean that a label exists; its scan-back says so. So a job is written
-- down with its labels before a byte leaves, and what became of it afterwards: where the second half
-- is missing, the labels may have come out. The kinds of table, the columns that every fact has and
-- what the triggers are for are told at the head of migration 0001.

-- A printer that may be sent to. The id is the code people chose; `address` is tcp://HOST:PORT,
-- cups:QUEUE or file:FOLDER.
CREATE TABLE printer (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES printer (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    address TEXT NOT NULL CHECK (address GLOB 'tcp://?*' OR address GLOB 'cups:?*' OR address GLOB 'file:?*'),
    dpi INTEGER NOT NULL CHECK (dpi IN (203, 300, 600)),
    language TEXT NOT NULL CHECK (language IN ('zpl', 'pdf', 'png')),
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
    CHECK (language <> 'png' OR address GLOB 'file:*')
) STRICT;

-- Nothing is sent to a printer any more.
CREATE TABLE printer_retirement (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES printer_retirement (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    printer TEXT NOT NULL REFERENCES printer (id),
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
CREATE INDEX printer_retirement_by_printer ON printer_retirement (printer);

-- One sending of labels, or of a calibration label whose code is the job's own number, to a printer.
-- Written before the first byte leaves; `job_sha256` is of what was sent.
CREATE TABLE print_job (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES print_job (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    printer TEXT NOT NULL REFERENCES printer (id),
    purpose TEXT NOT NULL CHECK (purpose IN ('labels', 'test')),
    language TEXT NOT NULL CHECK (language IN ('zpl', 'pdf', 'png')),
    job_sha256 TEXT NOT NULL CHECK (length(job_sha256) = 64),
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
CREATE INDEX print_job_by_printer ON print_job (printer);

-- A label that was in a job.
CREATE TABLE print_job_label (
    print_job TEXT NOT NULL REFERENCES print_job (id),
    label TEXT NOT NULL REFERENCES label (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (print_job, label)
) STRICT, WITHOUT ROWID;
CREATE INDEX print_job_label_by_label ON print_job_label (label);

-- What became of a job. `taken`: the printer has it. `not-ready`, `unreachable`, `not-sent` (its turn
-- never came): nothing was sent. `cut`: some of it may have been printed. `said` is what the printer
-- told. A job without an end may have been printed as well.
CREATE TABLE print_job_end (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES print_job_end (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    print_job TEXT NOT NULL REFERENCES print_job (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('taken', 'not-ready', 'unreachable', 'not-sent', 'cut')),
    said TEXT,
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
CREATE INDEX print_job_end_by_print_job ON print_job_end (print_job);

-- The code of a calibration label was read back from what the printer laid on the stock.
CREATE TABLE print_job_scan (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES print_job_scan (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    print_job TEXT NOT NULL REFERENCES print_job (id),
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
CREATE INDEX print_job_scan_by_print_job ON print_job_scan (print_job);

CREATE VIEW printer_now AS SELECT * FROM printer AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM printer AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW printer_retirement_now AS SELECT * FROM printer_retirement AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM printer_retirement AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW print_job_now AS SELECT * FROM print_job AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM print_job AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW print_job_end_now AS SELECT * FROM print_job_end AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM print_job_end AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW print_job_scan_now AS SELECT * FROM print_job_scan AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM print_job_scan AS later WHERE later.root = f.root AND later.version > f.version);

CREATE TRIGGER printer_is_never_changed BEFORE UPDATE ON printer
BEGIN SELECT RAISE (ABORT, 'printer is append-only'); END;
CREATE TRIGGER printer_is_never_removed BEFORE DELETE ON printer
BEGIN SELECT RAISE (ABORT, 'printer is append-only'); END;
CREATE TRIGGER printer_is_versioned_on BEFORE INSERT ON printer
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM printer WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'printer is append-only'); END;

CREATE TRIGGER printer_retirement_is_never_changed BEFORE UPDATE ON printer_retirement
BEGIN SELECT RAISE (ABORT, 'printer_retirement is append-only'); END;
CREATE TRIGGER printer_retirement_is_never_removed BEFORE DELETE ON printer_retirement
BEGIN SELECT RAISE (ABORT, 'printer_retirement is append-only'); END;
CREATE TRIGGER printer_retirement_is_versioned_on BEFORE INSERT ON printer_retirement
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM printer_retirement WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'printer_retirement is append-only'); END;

CREATE TRIGGER print_job_is_never_changed BEFORE UPDATE ON print_job
BEGIN SELECT RAISE (ABORT, 'print_job is append-only'); END;
CREATE TRIGGER print_job_is_never_removed BEFORE DELETE ON print_job
BEGIN SELECT RAISE (ABORT, 'print_job is append-only'); END;
CREATE TRIGGER print_job_is_versioned_on BEFORE INSERT ON print_job
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM print_job WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'print_job is append-only'); END;

CREATE TRIGGER print_job_end_is_never_changed BEFORE UPDATE ON print_job_end
BEGIN SELECT RAISE (ABORT, 'print_job_end is append-only'); END;
CREATE TRIGGER print_job_end_is_never_removed BEFORE DELETE ON print_job_end
BEGIN SELECT RAISE (ABORT, 'print_job_end is append-only'); END;
CREATE TRIGGER print_job_end_is_versioned_on BEFORE INSERT ON print_job_end
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM print_job_end WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'print_job_end is append-only'); END;

CREATE TRIGGER print_job_scan_is_never_changed BEFORE UPDATE ON print_job_scan
BEGIN SELECT RAISE (ABORT, 'print_job_scan is append-only'); END;
CREATE TRIGGER print_job_scan_is_never_removed BEFORE DELETE ON print_job_scan
BEGIN SELECT RAISE (ABORT, 'print_job_scan is append-only'); END;
CREATE TRIGGER print_job_scan_is_versioned_on BEFORE INSERT ON print_job_scan
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM print_job_scan WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'print_job_scan is append-only'); END;

CREATE TRIGGER print_job_label_is_never_changed BEFORE UPDATE ON print_job_label
BEGIN SELECT RAISE (ABORT, 'print_job_label is append-only'); END;
CREATE TRIGGER print_job_label_is_never_removed BEFORE DELETE ON print_job_label
BEGIN SELECT RAISE (ABORT, 'print_job_label is append-only'); END;
CREATE TRIGGER print_job_label_is_new BEFORE INSERT ON print_job_label
WHEN EXISTS (SELECT 1 FROM print_job_label WHERE print_job = NEW.print_job AND label = NEW.label)
BEGIN SELECT RAISE (ABORT, 'print_job_label is append-only'); END;
