-- lottrack, migration 0008: documents that were issued from the record.
--
-- A certificate of analysis, a batch record dossier, a certification or a label ledger is drawn from
-- the record as it stood at one entry of the audit trail. The file itself is not kept here: its
-- SHA-256 is, so that a print-out that turns up later can be told from another one, and its number,
-- so that somebody can ask which print-outs there are and what the record has learnt since.

-- A document issued for a lot; its number stands on every page. `rests_on` and `head` are the entry
-- of the trail that it was drawn from and that entry's hash; `content_sha256` is the SHA-256 of what
-- it says, as canonical JSON without the document's own block, `file_sha256` that of the file.
CREATE TABLE document_issue (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES document_issue (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    document TEXT NOT NULL CHECK (document IN ('certificate', 'dossier', 'certification', 'label_ledger')),
    stage TEXT CHECK (stage IN ('interim', 'final')),
    rests_on INTEGER NOT NULL CHECK (rests_on >= 1),
    head TEXT NOT NULL CHECK (length(head) = 64),
    content_sha256 TEXT NOT NULL CHECK (length(content_sha256) = 64),
    file_name TEXT NOT NULL CHECK (file_name <> ''),
    file_sha256 TEXT NOT NULL CHECK (length(file_sha256) = 64),
    pages INTEGER NOT NULL CHECK (pages >= 1),
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
    CHECK ((document = 'certificate') = (stage IS NOT NULL))
) STRICT;
CREATE INDEX document_issue_by_lot ON document_issue (lot);
CREATE INDEX document_issue_by_file_sha256 ON document_issue (file_sha256);

CREATE VIEW document_issue_now AS SELECT * FROM document_issue AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM document_issue AS later WHERE later.root = f.root AND later.version > f.version);

CREATE TRIGGER document_issue_is_never_changed BEFORE UPDATE ON document_issue
BEGIN SELECT RAISE (ABORT, 'document_issue is append-only'); END;
CREATE TRIGGER document_issue_is_never_removed BEFORE DELETE ON document_issue
BEGIN SELECT RAISE (ABORT, 'document_issue is append-only'); END;
CREATE TRIGGER document_issue_is_versioned_on BEFORE INSERT ON document_issue
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM document_issue WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'document_issue is append-only'); END;
