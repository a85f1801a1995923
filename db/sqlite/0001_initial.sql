-- lottrack, migration 0001: every table of the record.
--
-- Two kinds of table hold the record.
--
--   Facts are append-only: triggers at the end of this file refuse UPDATE, DELETE and overwriting
--   INSERTs. A correction is a new row of the same table with the same `root` and the next
--   `version`; striking a fact is a new version with `struck` = 1. The first version's `id` is the
--   record's number for life, later ones are `NUMBER#2`, `NUMBER#3`. The views `<table>_now` show
--   the latest version of every record that was not struck. References always name the first
--   version's id. Tables of links (no `version`) belong to one fact each and live and fall with it.
--
--   Standings hold one row per thing, are rewritten only together with an audit entry, and can be
--   recomputed from the facts at any time.
--
-- Every fact names the audit entry (`seq`) that recorded it, when it happened (`occurred_at`) and
-- when it was told (`recorded_at`), both as fixed-width UTC text beside the site's zone, whether it
-- was told late, who performed, recorded and witnessed it, and how it came in (`entry`). `seq` is no
-- foreign key, because an entry is written after its rows; replaying the audit trail proves it.
--
-- Cells are whole numbers of viable cells unless the column says otherwise. Quantities with a
-- fraction are decimal text (`4.40`), compared in the program and never in SQL. Documents and lists
-- are JSON text.

-- ------------------------------------------------------------------------------------------------
-- The chain
-- ------------------------------------------------------------------------------------------------

-- One entry per act. `payload` is the canonical JSON that was hashed; the other columns are read out
-- of it, so that they cannot say anything else.
CREATE TABLE audit_entry (
    seq INTEGER PRIMARY KEY NOT NULL CHECK (seq >= 1),
    payload TEXT NOT NULL CHECK (json_valid(payload)),
    hash TEXT NOT NULL UNIQUE CHECK (length(hash) = 64),
    chain TEXT GENERATED ALWAYS AS (payload ->> '$.chain') VIRTUAL,
    at TEXT GENERATED ALWAYS AS (payload ->> '$.at') VIRTUAL,
    actor TEXT GENERATED ALWAYS AS (payload ->> '$.actor') VIRTUAL,
    act TEXT GENERATED ALWAYS AS (payload ->> '$.act') VIRTUAL,
    previous_hash TEXT GENERATED ALWAYS AS (payload ->> '$.previous') VIRTUAL
) STRICT;
CREATE INDEX audit_entry_by_at ON audit_entry (at);
CREATE INDEX audit_entry_by_actor ON audit_entry (actor, seq);

-- Which records an entry speaks of, for `audit show ID`.
CREATE TABLE audit_mention (
    record TEXT NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (record, seq)
) STRICT, WITHOUT ROWID;

-- The last entry of each chain (a site has one).
CREATE TABLE chain_head (
    chain TEXT PRIMARY KEY NOT NULL,
    seq INTEGER NOT NULL,
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Which migrations made this database, and what their files were.
CREATE TABLE migration (
    name TEXT PRIMARY KEY NOT NULL,
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    applied_at TEXT NOT NULL CHECK (length(applied_at) = 27)
) STRICT, WITHOUT ROWID;

-- The last serial given out in each series of numbers.
CREATE TABLE number_series (
    kind TEXT PRIMARY KEY NOT NULL,
    last INTEGER NOT NULL CHECK (last >= 0)
) STRICT, WITHOUT ROWID;

-- Settings of the site: its name, code, zone.
CREATE TABLE setting (
    name TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- ------------------------------------------------------------------------------------------------
-- People, places, signatures
-- ------------------------------------------------------------------------------------------------

-- A person who acts. The id is the code the person signs in with; it is never used again.
CREATE TABLE account (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES account (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
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

-- A role given to a person, or taken away.
CREATE TABLE role_grant (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES role_grant (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    account TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL CHECK (role <> ''),
    granted INTEGER NOT NULL CHECK (granted IN (0, 1)),
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
CREATE INDEX role_grant_by_account ON role_grant (account);

-- What happened to a person's access: secrets set, sign-ins, failures, locks.
CREATE TABLE account_event (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES account_event (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    account TEXT NOT NULL REFERENCES account (id),
    event TEXT NOT NULL CHECK (event IN ('secret_set', 'signed_in', 'signed_out', 'failed', 'locked', 'unlocked', 'deactivated')),
    session_sha256 TEXT,
    until TEXT CHECK (length(until) = 27),
    detail TEXT,
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
CREATE INDEX account_event_by_account ON account_event (account);

-- How a person may act now. `secret_hash` is an argon2id hash; audit entries hold only its SHA-256.
CREATE TABLE account_standing (
    account TEXT PRIMARY KEY NOT NULL REFERENCES account (id),
    active INTEGER NOT NULL CHECK (active IN (0, 1)),
    secret_hash TEXT,
    failed_tries INTEGER NOT NULL CHECK (failed_tries >= 0),
    locked_until TEXT CHECK (length(locked_until) = 27),
    session_sha256 TEXT,
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1))
) STRICT, WITHOUT ROWID;

-- The roles a person has now.
CREATE TABLE account_role (
    account TEXT NOT NULL REFERENCES account (id),
    role TEXT NOT NULL,
    PRIMARY KEY (account, role)
) STRICT, WITHOUT ROWID;

-- Which role may do which act, and whether the act is signed (from db/roles.toml).
CREATE TABLE role_act (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES role_act (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    act TEXT NOT NULL CHECK (act <> ''),
    role TEXT NOT NULL CHECK (role <> ''),
    signed INTEGER NOT NULL CHECK (signed IN (0, 1)),
    second INTEGER NOT NULL CHECK (second IN (0, 1)),
    valid_from TEXT CHECK (valid_from GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    valid_until TEXT CHECK (valid_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
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
CREATE INDEX role_act_by_act ON role_act (act);

-- A signature: who (`performed_by`), what it means, over exactly the text that was shown.
CREATE TABLE signature (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES signature (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    meaning TEXT NOT NULL CHECK (meaning <> ''),
    shown TEXT NOT NULL CHECK (shown <> ''),
    shown_sha256 TEXT NOT NULL CHECK (length(shown_sha256) = 64),
    rests_on INTEGER NOT NULL CHECK (rests_on >= 0),
    session TEXT NOT NULL CHECK (session IN ('local', 'ssh')),
    scripted INTEGER NOT NULL CHECK (scripted IN (0, 1)),
    acknowledged INTEGER NOT NULL CHECK (acknowledged IN (0, 1)),
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

-- The records, in the versions, that a signature covers.
CREATE TABLE signature_cover (
    signature TEXT NOT NULL REFERENCES signature (id),
    record TEXT NOT NULL,
    version INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    PRIMARY KEY (signature, record)
) STRICT, WITHOUT ROWID;
CREATE INDEX signature_cover_by_record ON signature_cover (record);

-- A place cells can be at. The id is the code people chose.
CREATE TABLE place (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES place (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('gmp', 'storage', 'laboratory', 'pharmacy', 'ward', 'transport')),
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

-- ------------------------------------------------------------------------------------------------
-- Controlled documents
-- ------------------------------------------------------------------------------------------------

-- A treatment protocol, one row per edition; `source` is the file as it was loaded.
CREATE TABLE protocol (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES protocol (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    edition INTEGER NOT NULL CHECK (edition >= 1),
    title TEXT NOT NULL CHECK (title <> ''),
    source TEXT NOT NULL CHECK (source <> ''),
    source_sha256 TEXT NOT NULL CHECK (length(source_sha256) = 64),
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

-- A product specification, one row per edition; `source` is the file as it was loaded.
CREATE TABLE specification (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES specification (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    edition INTEGER NOT NULL CHECK (edition >= 1),
    title TEXT NOT NULL CHECK (title <> ''),
    product TEXT NOT NULL CHECK (product <> ''),
    source TEXT NOT NULL CHECK (source <> ''),
    source_sha256 TEXT NOT NULL CHECK (length(source_sha256) = 64),
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

-- An edition of a label template that was used to print; `source` is the file.
CREATE TABLE label_template (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES label_template (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    edition INTEGER NOT NULL CHECK (edition >= 1),
    source TEXT NOT NULL CHECK (source <> ''),
    source_sha256 TEXT NOT NULL CHECK (length(source_sha256) = 64),
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
CREATE INDEX label_template_by_name ON label_template (name);

-- A signed approval of a controlled document.
CREATE TABLE approval (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES approval (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    protocol TEXT REFERENCES protocol (id),
    specification TEXT REFERENCES specification (id),
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
    CHECK ((protocol IS NOT NULL) + (specification IS NOT NULL) = 1)
) STRICT;
CREATE INDEX approval_by_protocol ON approval (protocol);
CREATE INDEX approval_by_specification ON approval (specification);

-- A dated rule set for infectious markers; `source` is the file as it was loaded.
CREATE TABLE screening_rule (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES screening_rule (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    name TEXT NOT NULL CHECK (name <> ''),
    source TEXT NOT NULL CHECK (source <> ''),
    source_sha256 TEXT NOT NULL CHECK (length(source_sha256) = 64),
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
CREATE INDEX screening_rule_by_name ON screening_rule (name);

-- ------------------------------------------------------------------------------------------------
-- Donor, patient, pair, course
-- ------------------------------------------------------------------------------------------------

-- A person who gives marrow, under a code.
CREATE TABLE donor (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES donor (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    born_year INTEGER NOT NULL CHECK (born_year BETWEEN 1900 AND 2200),
    sex TEXT NOT NULL CHECK (sex IN ('M', 'F')),
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

-- A person for whom cells are made, under a code.
CREATE TABLE patient (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES patient (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    born_year INTEGER NOT NULL CHECK (born_year BETWEEN 1900 AND 2200),
    sex TEXT NOT NULL CHECK (sex IN ('M', 'F')),
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

-- The hospital's own wristband code of a patient, kept as a keyed hash.
CREATE TABLE patient_band (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES patient_band (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    patient TEXT NOT NULL REFERENCES patient (id),
    code_hmac TEXT NOT NULL CHECK (code_hmac <> ''),
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
CREATE INDEX patient_band_by_patient ON patient_band (patient);
CREATE INDEX patient_band_by_code_hmac ON patient_band (code_hmac);

-- A consent given, or withdrawn.
CREATE TABLE consent (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES consent (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    donor TEXT REFERENCES donor (id),
    patient TEXT REFERENCES patient (id),
    kind TEXT NOT NULL CHECK (kind IN ('donation', 'treatment', 'assent', 'data')),
    document TEXT NOT NULL CHECK (document <> ''),
    given_on TEXT NOT NULL CHECK (given_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    withdrawn INTEGER NOT NULL CHECK (withdrawn IN (0, 1)),
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
    CHECK ((donor IS NOT NULL) + (patient IS NOT NULL) = 1)
) STRICT;
CREATE INDEX consent_by_donor ON consent (donor);
CREATE INDEX consent_by_patient ON consent (patient);

-- A body weight.
CREATE TABLE weight (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES weight (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    patient TEXT NOT NULL REFERENCES patient (id),
    weight_kg TEXT NOT NULL CHECK (weight_kg GLOB '[0-9]*' AND weight_kg NOT GLOB '*[^0-9.]*'),
    weighed_on TEXT NOT NULL CHECK (weighed_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
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
CREATE INDEX weight_by_patient ON weight (patient);

-- An HLA typing as a GL string, exactly as reported.
CREATE TABLE typing (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES typing (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    donor TEXT REFERENCES donor (id),
    patient TEXT REFERENCES patient (id),
    gl_string TEXT NOT NULL CHECK (gl_string <> ''),
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
    CHECK ((donor IS NOT NULL) + (patient IS NOT NULL) = 1)
) STRICT;
CREATE INDEX typing_by_donor ON typing (donor);
CREATE INDEX typing_by_patient ON typing (patient);

-- A sample taken from a donor for infectious markers.
CREATE TABLE screening (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES screening (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    donor TEXT NOT NULL REFERENCES donor (id),
    sampled_on TEXT NOT NULL CHECK (sampled_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    sample_of TEXT NOT NULL CHECK (sample_of IN ('donation', 'archived', 'new')),
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
CREATE INDEX screening_by_donor ON screening (donor);

-- One marker result of a screening.
CREATE TABLE marker (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES marker (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    screening TEXT NOT NULL REFERENCES screening (id),
    marker TEXT NOT NULL CHECK (marker <> ''),
    outcome TEXT NOT NULL CHECK (outcome IN ('non-reactive', 'reactive', 'indeterminate')),
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
CREATE INDEX marker_by_screening ON marker (screening);

-- The responsible person's signed decision on a donor, for the donor's next collection.
CREATE TABLE eligibility (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES eligibility (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    donor TEXT NOT NULL REFERENCES donor (id),
    decision TEXT NOT NULL CHECK (decision IN ('eligible', 'deferred', 'ineligible')),
    defer_until TEXT CHECK (defer_until GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    risk_assessment TEXT,
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
CREATE INDEX eligibility_by_donor ON eligibility (donor);

-- One donor directed to one patient.
CREATE TABLE pair (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES pair (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    donor TEXT NOT NULL REFERENCES donor (id),
    patient TEXT NOT NULL REFERENCES patient (id),
    relation TEXT NOT NULL CHECK (relation IN ('mother', 'father', 'sibling', 'half-sibling', 'child', 'grandparent', 'aunt', 'uncle', 'cousin', 'unrelated')),
    evidence TEXT,
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
CREATE INDEX pair_by_donor ON pair (donor);
CREATE INDEX pair_by_patient ON pair (patient);

-- What two typings say about a pair.
CREATE TABLE hla_finding (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES hla_finding (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    pair TEXT NOT NULL REFERENCES pair (id),
    donor_typing TEXT REFERENCES typing (id),
    patient_typing TEXT REFERENCES typing (id),
    result TEXT NOT NULL CHECK (result IN ('haplo_compatible', 'hla_identical_at_tested_loci', 'not_haploidentical', 'indeterminate')),
    loci TEXT NOT NULL CHECK (json_valid(loci)),
    proof TEXT NOT NULL CHECK (proof <> ''),
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
CREATE INDEX hla_finding_by_pair ON hla_finding (pair);

-- One treatment of one patient from one donor; the number is the chain-of-identity id.
CREATE TABLE course (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES course (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    pair TEXT NOT NULL REFERENCES pair (id),
    protocol TEXT NOT NULL REFERENCES protocol (id),
    basis TEXT NOT NULL CHECK (basis IN ('trial', 'hospital-exemption', 'named-patient')),
    reference TEXT,
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
CREATE INDEX course_by_pair ON course (pair);

-- A course moved to another edition of its protocol.
CREATE TABLE course_amendment (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES course_amendment (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    course TEXT NOT NULL REFERENCES course (id),
    protocol TEXT NOT NULL REFERENCES protocol (id),
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
CREATE INDEX course_amendment_by_course ON course_amendment (course);

-- A course ended: nothing more is collected, ordered or given for it.
CREATE TABLE course_closure (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES course_closure (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    course TEXT NOT NULL REFERENCES course (id),
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
CREATE INDEX course_closure_by_course ON course_closure (course);

-- ------------------------------------------------------------------------------------------------
-- Collection
-- ------------------------------------------------------------------------------------------------

-- The marrow of one donation; registered when planned or when recorded.
CREATE TABLE collection (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES collection (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    planned_on TEXT CHECK (planned_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    donor TEXT NOT NULL REFERENCES donor (id),
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
CREATE INDEX collection_by_donor ON collection (donor);

-- The courses a collection is for.
CREATE TABLE collection_course (
    collection TEXT NOT NULL REFERENCES collection (id),
    course TEXT NOT NULL REFERENCES course (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (collection, course)
) STRICT, WITHOUT ROWID;
CREATE INDEX collection_course_by_course ON collection_course (course);

-- The donation itself, with the screening window as it was judged then.
CREATE TABLE collection_taking (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES collection_taking (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    collection TEXT NOT NULL REFERENCES collection (id),
    volume_ml TEXT CHECK (volume_ml GLOB '[0-9]*' AND volume_ml NOT GLOB '*[^0-9.]*'),
    tnc INTEGER CHECK (tnc >= 0),
    mnc INTEGER CHECK (mnc >= 0),
    anticoagulant TEXT,
    screening_rule TEXT NOT NULL REFERENCES screening_rule (id),
    window_met INTEGER NOT NULL CHECK (window_met IN (0, 1)),
    window_findings TEXT NOT NULL CHECK (json_valid(window_findings)),
    eligibility TEXT REFERENCES eligibility (id),
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
CREATE INDEX collection_taking_by_collection ON collection_taking (collection);

-- A number another system gave to a record.
CREATE TABLE external_number (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES external_number (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    record TEXT NOT NULL CHECK (record <> ''),
    scheme TEXT NOT NULL CHECK (scheme <> ''),
    value TEXT NOT NULL CHECK (value <> ''),
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
CREATE INDEX external_number_by_record ON external_number (record);
CREATE INDEX external_number_by_value ON external_number (value);

-- The arrival of a collection at the manufacturing unit.
CREATE TABLE collection_receipt (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES collection_receipt (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    collection TEXT NOT NULL REFERENCES collection (id),
    from_text TEXT NOT NULL CHECK (from_text <> ''),
    temperature_c TEXT CHECK (ltrim(temperature_c, '-') GLOB '[0-9]*' AND ltrim(temperature_c, '-') NOT GLOB '*[^0-9.]*'),
    seal TEXT,
    condition TEXT NOT NULL CHECK (condition IN ('intact', 'leaking', 'clotted')),
    labels_match INTEGER NOT NULL CHECK (labels_match IN (0, 1)),
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
CREATE INDEX collection_receipt_by_collection ON collection_receipt (collection);

-- Nucleated cells counted on receipt.
CREATE TABLE collection_count (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES collection_count (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    collection TEXT NOT NULL REFERENCES collection (id),
    tnc INTEGER NOT NULL CHECK (tnc >= 0),
    mnc INTEGER CHECK (mnc >= 0),
    viability_pct TEXT CHECK (viability_pct GLOB '[0-9]*' AND viability_pct NOT GLOB '*[^0-9.]*'),
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
CREATE INDEX collection_count_by_collection ON collection_count (collection);

-- A collection accepted (signed) or rejected.
CREATE TABLE collection_decision (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES collection_decision (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    collection TEXT NOT NULL REFERENCES collection (id),
    decision TEXT NOT NULL CHECK (decision IN ('accepted', 'rejected')),
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
CREATE INDEX collection_decision_by_collection ON collection_decision (collection);

-- ------------------------------------------------------------------------------------------------
-- Manufacture
-- ------------------------------------------------------------------------------------------------

-- All cells expanded together from one collection or a parent lot.
CREATE TABLE lot (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES lot (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    collection TEXT REFERENCES collection (id),
    parent TEXT REFERENCES lot (id),
    course TEXT NOT NULL REFERENCES course (id),
    product TEXT NOT NULL CHECK (product <> ''),
    specification TEXT NOT NULL REFERENCES specification (id),
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
    CHECK ((collection IS NOT NULL) + (parent IS NOT NULL) = 1)
) STRICT;
CREATE INDEX lot_by_collection ON lot (collection);
CREATE INDEX lot_by_product ON lot (product);
CREATE INDEX lot_by_parent ON lot (parent);
CREATE INDEX lot_by_course ON lot (course);

-- Cells put into culture for a passage.
CREATE TABLE seeding (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES seeding (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    passage INTEGER NOT NULL CHECK (passage >= 0),
    seeded INTEGER NOT NULL CHECK (seeded >= 1),
    area_cm2 TEXT NOT NULL CHECK (area_cm2 GLOB '[0-9]*' AND area_cm2 NOT GLOB '*[^0-9.]*'),
    vessel TEXT,
    count_basis TEXT NOT NULL CHECK (count_basis IN ('viable', 'total')),
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
CREATE INDEX seeding_by_lot ON seeding (lot);

-- Cells taken out of culture at the end of a passage.
CREATE TABLE harvest (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES harvest (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    passage INTEGER NOT NULL CHECK (passage >= 0),
    harvested INTEGER NOT NULL CHECK (harvested >= 0),
    viability_pct TEXT NOT NULL CHECK (viability_pct GLOB '[0-9]*' AND viability_pct NOT GLOB '*[^0-9.]*'),
    count_basis TEXT NOT NULL CHECK (count_basis IN ('viable', 'total')),
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
CREATE INDEX harvest_by_lot ON harvest (lot);

-- Something seen in culture.
CREATE TABLE observation (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES observation (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    passage INTEGER NOT NULL CHECK (passage >= 0),
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
CREATE INDEX observation_by_lot ON observation (lot);

-- One filling of a lot into containers of one presentation.
CREATE TABLE fill (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES fill (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    kind TEXT NOT NULL CHECK (kind IN ('bag', 'vial', 'syringe')),
    presentation TEXT NOT NULL CHECK (presentation IN ('fresh', 'cryopreserved')),
    purpose TEXT NOT NULL CHECK (purpose IN ('infusion', 'intermediate', 'qc', 'retention')),
    expires_at TEXT NOT NULL CHECK (length(expires_at) = 27),
    planned INTEGER NOT NULL CHECK (planned IN (0, 1)),
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
CREATE INDEX fill_by_lot ON fill (lot);

-- One bag, vial or syringe: from a fill, or made by a preparation.
CREATE TABLE container (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES container (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    fill TEXT REFERENCES fill (id),
    preparation TEXT REFERENCES preparation (id),
    ordinal INTEGER NOT NULL CHECK (ordinal >= 1),
    kind TEXT NOT NULL CHECK (kind IN ('bag', 'vial', 'syringe')),
    purpose TEXT NOT NULL CHECK (purpose IN ('infusion', 'intermediate', 'qc', 'retention')),
    planned_cells INTEGER CHECK (planned_cells >= 0),
    planned_volume_ml TEXT CHECK (planned_volume_ml GLOB '[0-9]*' AND planned_volume_ml NOT GLOB '*[^0-9.]*'),
    expires_at TEXT NOT NULL CHECK (length(expires_at) = 27),
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
    CHECK ((fill IS NOT NULL) + (preparation IS NOT NULL) = 1)
) STRICT;
CREATE INDEX container_by_lot ON container (lot);
CREATE INDEX container_by_fill ON container (fill);
CREATE INDEX container_by_preparation ON container (preparation);

-- What really went into a container.
CREATE TABLE filling (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES filling (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    container TEXT NOT NULL REFERENCES container (id),
    outcome TEXT NOT NULL CHECK (outcome IN ('filled', 'not_filled')),
    viable_cells INTEGER CHECK (viable_cells >= 0),
    volume_ml TEXT CHECK (volume_ml GLOB '[0-9]*' AND volume_ml NOT GLOB '*[^0-9.]*'),
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
    CHECK ((outcome = 'filled') = (viable_cells IS NOT NULL AND volume_ml IS NOT NULL))
) STRICT;
CREATE INDEX filling_by_container ON filling (container);

-- Material taken for tests.
CREATE TABLE sample (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES sample (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT REFERENCES lot (id),
    container TEXT REFERENCES container (id),
    kind TEXT NOT NULL CHECK (kind <> ''),
    cells INTEGER CHECK (cells >= 0),
    tests TEXT NOT NULL CHECK (json_valid(tests)),
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
    CHECK ((lot IS NOT NULL) + (container IS NOT NULL) = 1)
) STRICT;
CREATE INDEX sample_by_lot ON sample (lot);
CREATE INDEX sample_by_container ON sample (container);

-- Cells thrown away.
CREATE TABLE discard (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES discard (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    cells INTEGER NOT NULL CHECK (cells >= 1),
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
CREATE INDEX discard_by_lot ON discard (lot);

-- A lot closed: everything is accounted for.
CREATE TABLE lot_closure (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES lot_closure (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
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
CREATE INDEX lot_closure_by_lot ON lot_closure (lot);

-- ------------------------------------------------------------------------------------------------
-- Quality
-- ------------------------------------------------------------------------------------------------

-- One reported value of a test. All uncorrected results of a test count and the worst decides.
-- `reported` is the value with its unit as the laboratory gave it, where it was converted; `replicates`
-- are all readings of one determination of which `value` is the one that decides; `raw` are raw
-- counts and dilutions, by name.
CREATE TABLE result (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES result (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    container TEXT REFERENCES container (id),
    preparation TEXT REFERENCES preparation (id),
    specification TEXT NOT NULL REFERENCES specification (id),
    test TEXT NOT NULL CHECK (test <> ''),
    sign TEXT NOT NULL CHECK (sign IN ('', '<', '<=', '>', '>=')),
    value TEXT NOT NULL CHECK (value <> ''),
    unit TEXT,
    reported TEXT,
    replicates TEXT CHECK (replicates IS NULL OR json_valid(replicates)),
    raw TEXT CHECK (raw IS NULL OR json_valid(raw)),
    method TEXT,
    sample TEXT REFERENCES sample (id),
    sampled_at TEXT CHECK (length(sampled_at) = 27),
    reading TEXT NOT NULL CHECK (reading IN ('interim', 'final')),
    verdict TEXT NOT NULL CHECK (verdict IN ('pass', 'fail', 'undecided', 'informative')),
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
CREATE INDEX result_by_lot ON result (lot);
CREATE INDEX result_by_container ON result (container);
CREATE INDEX result_by_preparation ON result (preparation);

-- A signed review of results by a second person.
CREATE TABLE result_review (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES result_review (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
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

-- The results a review covers.
CREATE TABLE reviewed_result (
    review TEXT NOT NULL REFERENCES result_review (id),
    result TEXT NOT NULL REFERENCES result (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (review, result)
) STRICT, WITHOUT ROWID;
CREATE INDEX reviewed_result_by_result ON reviewed_result (result);

-- A signed review of a lot's record.
CREATE TABLE lot_review (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES lot_review (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    reviewed_as TEXT NOT NULL CHECK (reviewed_as <> ''),
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
CREATE INDEX lot_review_by_lot ON lot_review (lot);

-- A person's statement about a rule whose facts lottrack does not hold.
CREATE TABLE attestation (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES attestation (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT NOT NULL REFERENCES lot (id),
    rule TEXT NOT NULL CHECK (rule <> ''),
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
CREATE INDEX attestation_by_lot ON attestation (lot);

-- The signed quality decision on a fill, or on a lot as a whole: then it stands for every fill that
-- has none of its own, also for later ones.
CREATE TABLE disposition (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES disposition (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    lot TEXT REFERENCES lot (id),
    fill TEXT REFERENCES fill (id),
    decision TEXT NOT NULL CHECK (decision IN ('conditionally_released', 'released', 'rejected', 'recalled', 'discontinued')),
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
    CHECK ((lot IS NOT NULL) + (fill IS NOT NULL) = 1)
) STRICT;
CREATE INDEX disposition_by_lot ON disposition (lot);
CREATE INDEX disposition_by_fill ON disposition (fill);
CREATE INDEX disposition_by_decision ON disposition (decision);

-- A test still pending at a conditional release, and the day it is due.
CREATE TABLE release_condition (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES release_condition (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    disposition TEXT NOT NULL REFERENCES disposition (id),
    test TEXT NOT NULL CHECK (test <> ''),
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
CREATE INDEX release_condition_by_disposition ON release_condition (disposition);

-- An open stop on a thing.
CREATE TABLE hold (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES hold (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    donor TEXT REFERENCES donor (id),
    collection TEXT REFERENCES collection (id),
    lot TEXT REFERENCES lot (id),
    fill TEXT REFERENCES fill (id),
    container TEXT REFERENCES container (id),
    cause TEXT NOT NULL CHECK (cause IN ('oos', 'marker', 'material', 'excursion', 'damage', 'correction', 'incident', 'other')),
    automatic INTEGER NOT NULL CHECK (automatic IN (0, 1)),
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
    CHECK (id = CASE version WHEN 1 THEN root ELSE root || '#' || version END),
    CHECK ((donor IS NOT NULL) + (collection IS NOT NULL) + (lot IS NOT NULL) + (fill IS NOT NULL) + (container IS NOT NULL) = 1)
) STRICT;
CREATE INDEX hold_by_donor ON hold (donor);
CREATE INDEX hold_by_collection ON hold (collection);
CREATE INDEX hold_by_lot ON hold (lot);
CREATE INDEX hold_by_fill ON hold (fill);
CREATE INDEX hold_by_container ON hold (container);

-- A hold lifted by signature.
CREATE TABLE hold_lift (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES hold_lift (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    hold TEXT NOT NULL REFERENCES hold (id),
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
CREATE INDEX hold_lift_by_hold ON hold_lift (hold);

-- ------------------------------------------------------------------------------------------------
-- Labels
-- ------------------------------------------------------------------------------------------------

-- One printed physical label. That of a prepared dose is the label of the container it is in.
CREATE TABLE label (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES label (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    template TEXT NOT NULL REFERENCES label_template (id),
    copy TEXT NOT NULL CHECK (copy IN ('primary', 'overwrap', 'chart', 'record', 'transport', 'wristband', 'sample')),
    container TEXT REFERENCES container (id),
    collection TEXT REFERENCES collection (id),
    sample TEXT REFERENCES sample (id),
    patient TEXT REFERENCES patient (id),
    payload TEXT NOT NULL CHECK (payload <> ''),
    shown TEXT NOT NULL CHECK (json_valid(shown)),
    image_sha256 TEXT NOT NULL CHECK (length(image_sha256) = 64),
    format TEXT NOT NULL CHECK (format IN ('png', 'pdf', 'zpl')),
    replaces TEXT REFERENCES label (id),
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
    CHECK ((container IS NOT NULL) + (collection IS NOT NULL) + (sample IS NOT NULL) + (patient IS NOT NULL) = 1)
) STRICT;
CREATE INDEX label_by_container ON label (container);
CREATE INDEX label_by_collection ON label (collection);
CREATE INDEX label_by_sample ON label (sample);
CREATE INDEX label_by_patient ON label (patient);

-- What became of a printed label.
CREATE TABLE label_event (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES label_event (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    label TEXT NOT NULL REFERENCES label (id),
    event TEXT NOT NULL CHECK (event IN ('applied', 'attached', 'void', 'destroyed')),
    container TEXT REFERENCES container (id),
    lot TEXT REFERENCES lot (id),
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
CREATE INDEX label_event_by_label ON label_event (label);

-- What a printed label is now. A container carries one live primary label.
CREATE TABLE label_standing (
    label TEXT PRIMARY KEY NOT NULL REFERENCES label (id),
    state TEXT NOT NULL CHECK (state IN ('printing', 'printed', 'applied', 'attached', 'void', 'destroyed')),
    container TEXT REFERENCES container (id),
    copy TEXT NOT NULL CHECK (copy <> '')
) STRICT, WITHOUT ROWID;
CREATE INDEX label_standing_by_container ON label_standing (container);
CREATE UNIQUE INDEX label_standing_one_primary ON label_standing (container) WHERE copy = 'primary' AND state = 'applied';

-- ------------------------------------------------------------------------------------------------
-- Custody
-- ------------------------------------------------------------------------------------------------

-- One step of a container, collection or sample from hand to hand and place to place.
CREATE TABLE custody_event (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES custody_event (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    container TEXT REFERENCES container (id),
    collection TEXT REFERENCES collection (id),
    sample TEXT REFERENCES sample (id),
    act TEXT NOT NULL CHECK (act IN ('store', 'transfer', 'receive', 'inspect', 'return', 'retain', 'destroy', 'test', 'lose')),
    from_place TEXT REFERENCES place (id),
    to_place TEXT REFERENCES place (id),
    to_account TEXT REFERENCES account (id),
    to_outside TEXT,
    position TEXT,
    temperature_c TEXT CHECK (ltrim(temperature_c, '-') GLOB '[0-9]*' AND ltrim(temperature_c, '-') NOT GLOB '*[^0-9.]*'),
    max_c TEXT CHECK (ltrim(max_c, '-') GLOB '[0-9]*' AND ltrim(max_c, '-') NOT GLOB '*[^0-9.]*'),
    minutes_above INTEGER CHECK (minutes_above >= 0),
    seal TEXT,
    condition TEXT CHECK (condition IN ('intact', 'leaking', 'damaged')),
    finding TEXT CHECK (finding IN ('none', 'leak', 'crack', 'clumps', 'label-loose')),
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
    CHECK ((container IS NOT NULL) + (collection IS NOT NULL) + (sample IS NOT NULL) = 1)
) STRICT;
CREATE INDEX custody_event_by_container ON custody_event (container);
CREATE INDEX custody_event_by_collection ON custody_event (collection);
CREATE INDEX custody_event_by_sample ON custody_event (sample);

-- Where a container is in its life, at which one place, and in whose hands.
CREATE TABLE container_standing (
    container TEXT PRIMARY KEY NOT NULL REFERENCES container (id),
    lot TEXT NOT NULL REFERENCES lot (id),
    location_state TEXT NOT NULL CHECK (location_state IN ('planned', 'not_filled', 'filled', 'stored', 'in_transit', 'received', 'thawed', 'prepared', 'dispensed', 'infused', 'returned', 'retained', 'used_in_testing', 'destroyed', 'lost')),
    place TEXT REFERENCES place (id),
    holder TEXT REFERENCES account (id),
    outside TEXT,
    position TEXT,
    stage TEXT,
    last_at TEXT,
    CHECK ((place IS NOT NULL) + (outside IS NOT NULL) <= 1)
) STRICT, WITHOUT ROWID;
CREATE INDEX container_standing_by_lot ON container_standing (lot);
CREATE INDEX container_standing_by_place ON container_standing (place);
CREATE INDEX container_standing_by_state ON container_standing (location_state);

-- Two containers never share one storage position.
CREATE UNIQUE INDEX container_standing_one_position ON container_standing (place, position)
    WHERE position IS NOT NULL AND location_state = 'stored';

-- A file kept beside the database by its hash.
CREATE TABLE attachment (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES attachment (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    record TEXT NOT NULL CHECK (record <> ''),
    file_name TEXT NOT NULL CHECK (file_name <> ''),
    sha256 TEXT NOT NULL CHECK (length(sha256) = 64),
    size_bytes INTEGER NOT NULL CHECK (size_bytes >= 0),
    what TEXT NOT NULL CHECK (what <> ''),
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
CREATE INDEX attachment_by_record ON attachment (record);

-- ------------------------------------------------------------------------------------------------
-- Pharmacy and infusion
-- ------------------------------------------------------------------------------------------------

-- The prescription of one infusion, pinned to a protocol edition.
CREATE TABLE infusion_order (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES infusion_order (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    course TEXT NOT NULL REFERENCES course (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    planned_on TEXT NOT NULL CHECK (planned_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    weight_kg TEXT CHECK (weight_kg GLOB '[0-9]*' AND weight_kg NOT GLOB '*[^0-9.]*'),
    weighed_on TEXT CHECK (weighed_on GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]'),
    protocol TEXT NOT NULL REFERENCES protocol (id),
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
CREATE INDEX infusion_order_by_course ON infusion_order (course);

-- An order cancelled.
CREATE TABLE order_cancellation (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES order_cancellation (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    infusion_order TEXT NOT NULL REFERENCES infusion_order (id),
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
CREATE INDEX order_cancellation_by_infusion_order ON order_cancellation (infusion_order);

-- What an order is now. A course has one open order per infusion number.
CREATE TABLE order_standing (
    infusion_order TEXT PRIMARY KEY NOT NULL REFERENCES infusion_order (id),
    course TEXT NOT NULL REFERENCES course (id),
    number INTEGER NOT NULL CHECK (number >= 1),
    state TEXT NOT NULL CHECK (state IN ('open', 'given', 'cancelled'))
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX order_standing_one_open ON order_standing (course, number) WHERE state = 'open';

-- Thawing, and what follows, of containers for one order.
CREATE TABLE preparation (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES preparation (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    infusion_order TEXT NOT NULL REFERENCES infusion_order (id),
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
CREATE INDEX preparation_by_infusion_order ON preparation (infusion_order);

-- The containers that went into a preparation, as scanned.
CREATE TABLE preparation_input (
    preparation TEXT NOT NULL REFERENCES preparation (id),
    container TEXT NOT NULL REFERENCES container (id),
    label TEXT REFERENCES label (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (preparation, container)
) STRICT, WITHOUT ROWID;
CREATE INDEX preparation_input_by_container ON preparation_input (container);

-- Cells counted after thawing.
CREATE TABLE preparation_count (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES preparation_count (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    preparation TEXT NOT NULL REFERENCES preparation (id),
    viable_cells INTEGER NOT NULL CHECK (viable_cells >= 0),
    total_cells INTEGER CHECK (total_cells >= 0),
    viability_pct TEXT CHECK (viability_pct GLOB '[0-9]*' AND viability_pct NOT GLOB '*[^0-9.]*'),
    method TEXT,
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
CREATE INDEX preparation_count_by_preparation ON preparation_count (preparation);

-- A preparation ready: what it is in, how much, until when.
CREATE TABLE preparation_finish (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES preparation_finish (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    preparation TEXT NOT NULL REFERENCES preparation (id),
    into_kind TEXT NOT NULL CHECK (into_kind IN ('same', 'bag', 'syringe')),
    container TEXT REFERENCES container (id),
    volume_ml TEXT CHECK (volume_ml GLOB '[0-9]*' AND volume_ml NOT GLOB '*[^0-9.]*'),
    used_ml TEXT CHECK (used_ml GLOB '[0-9]*' AND used_ml NOT GLOB '*[^0-9.]*'),
    diluent TEXT,
    expires_at TEXT CHECK (length(expires_at) = 27),
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
CREATE INDEX preparation_finish_by_preparation ON preparation_finish (preparation);

-- An accepted answer to: may this go into this patient now?
CREATE TABLE verification (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES verification (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    infusion_order TEXT NOT NULL REFERENCES infusion_order (id),
    patient TEXT NOT NULL REFERENCES patient (id),
    scans TEXT NOT NULL CHECK (json_valid(scans)),
    warnings TEXT NOT NULL CHECK (json_valid(warnings)),
    dose TEXT NOT NULL CHECK (json_valid(dose)),
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
CREATE INDEX verification_by_infusion_order ON verification (infusion_order);

-- The containers of a verification.
CREATE TABLE verified_container (
    verification TEXT NOT NULL REFERENCES verification (id),
    container TEXT NOT NULL REFERENCES container (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (verification, container)
) STRICT, WITHOUT ROWID;
CREATE INDEX verified_container_by_container ON verified_container (container);

-- Containers issued for one order, signed by a pharmacist and a second person.
CREATE TABLE dispensing (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES dispensing (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    infusion_order TEXT NOT NULL REFERENCES infusion_order (id),
    patient TEXT NOT NULL REFERENCES patient (id),
    signature TEXT NOT NULL REFERENCES signature (id),
    second_signature TEXT NOT NULL REFERENCES signature (id),
    scans TEXT NOT NULL CHECK (json_valid(scans)),
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
CREATE INDEX dispensing_by_infusion_order ON dispensing (infusion_order);

-- The containers of a dispensing.
CREATE TABLE dispensed_container (
    dispensing TEXT NOT NULL REFERENCES dispensing (id),
    container TEXT NOT NULL REFERENCES container (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (dispensing, container)
) STRICT, WITHOUT ROWID;
CREATE INDEX dispensed_container_by_container ON dispensed_container (container);

-- Cells given to a patient.
CREATE TABLE infusion (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES infusion (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    infusion_order TEXT REFERENCES infusion_order (id),
    patient TEXT NOT NULL REFERENCES patient (id),
    course TEXT REFERENCES course (id),
    number INTEGER CHECK (number >= 1),
    started_at TEXT NOT NULL CHECK (length(started_at) = 27),
    ended_at TEXT NOT NULL CHECK (length(ended_at) = 27),
    volume_ml TEXT NOT NULL CHECK (volume_ml GLOB '[0-9]*' AND volume_ml NOT GLOB '*[^0-9.]*'),
    left_ml TEXT CHECK (left_ml GLOB '[0-9]*' AND left_ml NOT GLOB '*[^0-9.]*'),
    viable_cells INTEGER CHECK (viable_cells >= 0),
    cells_per_kg TEXT CHECK (cells_per_kg GLOB '[0-9]*' AND cells_per_kg NOT GLOB '*[^0-9.]*'),
    weight_kg TEXT CHECK (weight_kg GLOB '[0-9]*' AND weight_kg NOT GLOB '*[^0-9.]*'),
    dose_basis TEXT CHECK (dose_basis IN ('post_thaw', 'estimated')),
    reaction TEXT,
    grade INTEGER CHECK (grade BETWEEN 1 AND 5),
    scans TEXT NOT NULL CHECK (json_valid(scans)),
    signature TEXT NOT NULL REFERENCES signature (id),
    second TEXT NOT NULL REFERENCES account (id),
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
    CHECK ((reaction IS NULL) = (grade IS NULL))
) STRICT;
CREATE INDEX infusion_by_patient ON infusion (patient);
CREATE INDEX infusion_by_course ON infusion (course);
CREATE INDEX infusion_by_infusion_order ON infusion (infusion_order);

-- The containers of an infusion.
CREATE TABLE infused_container (
    infusion TEXT NOT NULL REFERENCES infusion (id),
    container TEXT NOT NULL REFERENCES container (id),
    seq INTEGER NOT NULL,
    PRIMARY KEY (infusion, container)
) STRICT, WITHOUT ROWID;
CREATE INDEX infused_container_by_container ON infused_container (container);

-- ------------------------------------------------------------------------------------------------
-- What went wrong, what was mended
-- ------------------------------------------------------------------------------------------------

-- An act that was refused, with everything that stood against it.
CREATE TABLE refusal (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES refusal (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    act TEXT NOT NULL CHECK (act <> ''),
    subjects TEXT NOT NULL CHECK (json_valid(subjects)),
    scans TEXT NOT NULL CHECK (json_valid(scans)),
    blockers TEXT NOT NULL CHECK (json_valid(blockers)),
    exit_code INTEGER NOT NULL CHECK (exit_code >= 0),
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

-- Something that happened against a rule, recorded all the same.
CREATE TABLE incident (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES incident (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    record TEXT NOT NULL CHECK (record <> ''),
    act TEXT NOT NULL CHECK (act <> ''),
    second TEXT NOT NULL REFERENCES account (id),
    blockers TEXT NOT NULL CHECK (json_valid(blockers)),
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
CREATE INDEX incident_by_record ON incident (record);

-- A correction or strike: the record, its versions, what changed, what it affected.
CREATE TABLE correction (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES correction (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    record TEXT NOT NULL CHECK (record <> ''),
    record_table TEXT NOT NULL CHECK (record_table <> ''),
    kind TEXT NOT NULL CHECK (kind IN ('correct', 'strike')),
    from_version INTEGER NOT NULL CHECK (from_version >= 1),
    to_version INTEGER NOT NULL CHECK (to_version >= 2),
    changes TEXT NOT NULL CHECK (json_valid(changes)),
    affected TEXT NOT NULL CHECK (json_valid(affected)),
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
CREATE INDEX correction_by_record ON correction (record);

-- A plausibility warning that was shown when a fact was recorded.
CREATE TABLE shown_warning (
    id TEXT PRIMARY KEY NOT NULL,
    root TEXT NOT NULL REFERENCES shown_warning (id),
    version INTEGER NOT NULL CHECK (version >= 1),
    struck INTEGER NOT NULL CHECK (struck IN (0, 1)),
    seq INTEGER NOT NULL,
    record TEXT NOT NULL CHECK (record <> ''),
    code TEXT NOT NULL CHECK (code <> ''),
    sentence TEXT NOT NULL CHECK (sentence <> ''),
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
CREATE INDEX shown_warning_by_record ON shown_warning (record);

-- ------------------------------------------------------------------------------------------------
-- What is true now
-- ------------------------------------------------------------------------------------------------

CREATE VIEW account_now AS SELECT * FROM account AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM account AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW role_grant_now AS SELECT * FROM role_grant AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM role_grant AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW account_event_now AS SELECT * FROM account_event AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM account_event AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW role_act_now AS SELECT * FROM role_act AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM role_act AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW signature_now AS SELECT * FROM signature AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM signature AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW place_now AS SELECT * FROM place AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM place AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW protocol_now AS SELECT * FROM protocol AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM protocol AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW specification_now AS SELECT * FROM specification AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM specification AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW label_template_now AS SELECT * FROM label_template AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM label_template AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW approval_now AS SELECT * FROM approval AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM approval AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW screening_rule_now AS SELECT * FROM screening_rule AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM screening_rule AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW donor_now AS SELECT * FROM donor AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM donor AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW patient_now AS SELECT * FROM patient AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM patient AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW patient_band_now AS SELECT * FROM patient_band AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM patient_band AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW consent_now AS SELECT * FROM consent AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM consent AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW weight_now AS SELECT * FROM weight AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM weight AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW typing_now AS SELECT * FROM typing AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM typing AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW screening_now AS SELECT * FROM screening AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM screening AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW marker_now AS SELECT * FROM marker AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM marker AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW eligibility_now AS SELECT * FROM eligibility AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM eligibility AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW pair_now AS SELECT * FROM pair AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM pair AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW hla_finding_now AS SELECT * FROM hla_finding AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM hla_finding AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW course_now AS SELECT * FROM course AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM course AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW course_amendment_now AS SELECT * FROM course_amendment AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM course_amendment AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW course_closure_now AS SELECT * FROM course_closure AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM course_closure AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW collection_now AS SELECT * FROM collection AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM collection AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW collection_taking_now AS SELECT * FROM collection_taking AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM collection_taking AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW external_number_now AS SELECT * FROM external_number AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM external_number AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW collection_receipt_now AS SELECT * FROM collection_receipt AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM collection_receipt AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW collection_count_now AS SELECT * FROM collection_count AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM collection_count AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW collection_decision_now AS SELECT * FROM collection_decision AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM collection_decision AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW lot_now AS SELECT * FROM lot AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM lot AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW seeding_now AS SELECT * FROM seeding AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM seeding AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW harvest_now AS SELECT * FROM harvest AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM harvest AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW observation_now AS SELECT * FROM observation AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM observation AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW fill_now AS SELECT * FROM fill AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM fill AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW container_now AS SELECT * FROM container AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM container AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW filling_now AS SELECT * FROM filling AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM filling AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW sample_now AS SELECT * FROM sample AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM sample AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW discard_now AS SELECT * FROM discard AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM discard AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW lot_closure_now AS SELECT * FROM lot_closure AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM lot_closure AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW result_now AS SELECT * FROM result AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM result AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW result_review_now AS SELECT * FROM result_review AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM result_review AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW lot_review_now AS SELECT * FROM lot_review AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM lot_review AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW attestation_now AS SELECT * FROM attestation AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM attestation AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW disposition_now AS SELECT * FROM disposition AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM disposition AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW release_condition_now AS SELECT * FROM release_condition AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM release_condition AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW hold_now AS SELECT * FROM hold AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM hold AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW hold_lift_now AS SELECT * FROM hold_lift AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM hold_lift AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW label_now AS SELECT * FROM label AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM label AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW label_event_now AS SELECT * FROM label_event AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM label_event AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW custody_event_now AS SELECT * FROM custody_event AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM custody_event AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW attachment_now AS SELECT * FROM attachment AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM attachment AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW infusion_order_now AS SELECT * FROM infusion_order AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM infusion_order AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW order_cancellation_now AS SELECT * FROM order_cancellation AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM order_cancellation AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW preparation_now AS SELECT * FROM preparation AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM preparation AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW preparation_count_now AS SELECT * FROM preparation_count AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM preparation_count AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW preparation_finish_now AS SELECT * FROM preparation_finish AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM preparation_finish AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW verification_now AS SELECT * FROM verification AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM verification AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW dispensing_now AS SELECT * FROM dispensing AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM dispensing AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW infusion_now AS SELECT * FROM infusion AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM infusion AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW refusal_now AS SELECT * FROM refusal AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM refusal AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW incident_now AS SELECT * FROM incident AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM incident AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW correction_now AS SELECT * FROM correction AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM correction AS later WHERE later.root = f.root AND later.version > f.version);
CREATE VIEW shown_warning_now AS SELECT * FROM shown_warning AS f WHERE f.struck = 0
    AND NOT EXISTS (SELECT 1 FROM shown_warning AS later WHERE later.root = f.root AND later.version > f.version);

-- ------------------------------------------------------------------------------------------------
-- Facts are append-only
-- ------------------------------------------------------------------------------------------------

-- The INSERT guards also stop INSERT OR REPLACE, which UPDATE and DELETE triggers do not see.

CREATE TRIGGER audit_entry_is_never_changed BEFORE UPDATE ON audit_entry
BEGIN SELECT RAISE (ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_entry_is_never_removed BEFORE DELETE ON audit_entry
BEGIN SELECT RAISE (ABORT, 'audit_entry is append-only'); END;
CREATE TRIGGER audit_entry_is_numbered_on BEFORE INSERT ON audit_entry
WHEN NEW.seq <> (SELECT coalesce(max(seq), 0) + 1 FROM audit_entry)
BEGIN SELECT RAISE (ABORT, 'audit_entry is append-only'); END;

CREATE TRIGGER audit_mention_is_never_changed BEFORE UPDATE ON audit_mention
BEGIN SELECT RAISE (ABORT, 'audit_mention is append-only'); END;
CREATE TRIGGER audit_mention_is_never_removed BEFORE DELETE ON audit_mention
BEGIN SELECT RAISE (ABORT, 'audit_mention is append-only'); END;
CREATE TRIGGER audit_mention_is_new BEFORE INSERT ON audit_mention
WHEN EXISTS (SELECT 1 FROM audit_mention WHERE record = NEW.record AND seq = NEW.seq)
BEGIN SELECT RAISE (ABORT, 'audit_mention is append-only'); END;

CREATE TRIGGER migration_is_never_changed BEFORE UPDATE ON migration
BEGIN SELECT RAISE (ABORT, 'migration is append-only'); END;
CREATE TRIGGER migration_is_never_removed BEFORE DELETE ON migration
BEGIN SELECT RAISE (ABORT, 'migration is append-only'); END;
CREATE TRIGGER migration_is_new BEFORE INSERT ON migration
WHEN EXISTS (SELECT 1 FROM migration WHERE name = NEW.name)
BEGIN SELECT RAISE (ABORT, 'migration is append-only'); END;

CREATE TRIGGER account_is_never_changed BEFORE UPDATE ON account
BEGIN SELECT RAISE (ABORT, 'account is append-only'); END;
CREATE TRIGGER account_is_never_removed BEFORE DELETE ON account
BEGIN SELECT RAISE (ABORT, 'account is append-only'); END;
CREATE TRIGGER account_is_versioned_on BEFORE INSERT ON account
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM account WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'account is append-only'); END;

CREATE TRIGGER role_grant_is_never_changed BEFORE UPDATE ON role_grant
BEGIN SELECT RAISE (ABORT, 'role_grant is append-only'); END;
CREATE TRIGGER role_grant_is_never_removed BEFORE DELETE ON role_grant
BEGIN SELECT RAISE (ABORT, 'role_grant is append-only'); END;
CREATE TRIGGER role_grant_is_versioned_on BEFORE INSERT ON role_grant
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM role_grant WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'role_grant is append-only'); END;

CREATE TRIGGER account_event_is_never_changed BEFORE UPDATE ON account_event
BEGIN SELECT RAISE (ABORT, 'account_event is append-only'); END;
CREATE TRIGGER account_event_is_never_removed BEFORE DELETE ON account_event
BEGIN SELECT RAISE (ABORT, 'account_event is append-only'); END;
CREATE TRIGGER account_event_is_versioned_on BEFORE INSERT ON account_event
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM account_event WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'account_event is append-only'); END;

CREATE TRIGGER role_act_is_never_changed BEFORE UPDATE ON role_act
BEGIN SELECT RAISE (ABORT, 'role_act is append-only'); END;
CREATE TRIGGER role_act_is_never_removed BEFORE DELETE ON role_act
BEGIN SELECT RAISE (ABORT, 'role_act is append-only'); END;
CREATE TRIGGER role_act_is_versioned_on BEFORE INSERT ON role_act
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM role_act WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'role_act is append-only'); END;

CREATE TRIGGER signature_is_never_changed BEFORE UPDATE ON signature
BEGIN SELECT RAISE (ABORT, 'signature is append-only'); END;
CREATE TRIGGER signature_is_never_removed BEFORE DELETE ON signature
BEGIN SELECT RAISE (ABORT, 'signature is append-only'); END;
CREATE TRIGGER signature_is_versioned_on BEFORE INSERT ON signature
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM signature WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'signature is append-only'); END;

CREATE TRIGGER place_is_never_changed BEFORE UPDATE ON place
BEGIN SELECT RAISE (ABORT, 'place is append-only'); END;
CREATE TRIGGER place_is_never_removed BEFORE DELETE ON place
BEGIN SELECT RAISE (ABORT, 'place is append-only'); END;
CREATE TRIGGER place_is_versioned_on BEFORE INSERT ON place
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM place WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'place is append-only'); END;

CREATE TRIGGER protocol_is_never_changed BEFORE UPDATE ON protocol
BEGIN SELECT RAISE (ABORT, 'protocol is append-only'); END;
CREATE TRIGGER protocol_is_never_removed BEFORE DELETE ON protocol
BEGIN SELECT RAISE (ABORT, 'protocol is append-only'); END;
CREATE TRIGGER protocol_is_versioned_on BEFORE INSERT ON protocol
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM protocol WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'protocol is append-only'); END;

CREATE TRIGGER specification_is_never_changed BEFORE UPDATE ON specification
BEGIN SELECT RAISE (ABORT, 'specification is append-only'); END;
CREATE TRIGGER specification_is_never_removed BEFORE DELETE ON specification
BEGIN SELECT RAISE (ABORT, 'specification is append-only'); END;
CREATE TRIGGER specification_is_versioned_on BEFORE INSERT ON specification
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM specification WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'specification is append-only'); END;

CREATE TRIGGER label_template_is_never_changed BEFORE UPDATE ON label_template
BEGIN SELECT RAISE (ABORT, 'label_template is append-only'); END;
CREATE TRIGGER label_template_is_never_removed BEFORE DELETE ON label_template
BEGIN SELECT RAISE (ABORT, 'label_template is append-only'); END;
CREATE TRIGGER label_template_is_versioned_on BEFORE INSERT ON label_template
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM label_template WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'label_template is append-only'); END;

CREATE TRIGGER approval_is_never_changed BEFORE UPDATE ON approval
BEGIN SELECT RAISE (ABORT, 'approval is append-only'); END;
CREATE TRIGGER approval_is_never_removed BEFORE DELETE ON approval
BEGIN SELECT RAISE (ABORT, 'approval is append-only'); END;
CREATE TRIGGER approval_is_versioned_on BEFORE INSERT ON approval
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM approval WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'approval is append-only'); END;

CREATE TRIGGER screening_rule_is_never_changed BEFORE UPDATE ON screening_rule
BEGIN SELECT RAISE (ABORT, 'screening_rule is append-only'); END;
CREATE TRIGGER screening_rule_is_never_removed BEFORE DELETE ON screening_rule
BEGIN SELECT RAISE (ABORT, 'screening_rule is append-only'); END;
CREATE TRIGGER screening_rule_is_versioned_on BEFORE INSERT ON screening_rule
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM screening_rule WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'screening_rule is append-only'); END;

CREATE TRIGGER donor_is_never_changed BEFORE UPDATE ON donor
BEGIN SELECT RAISE (ABORT, 'donor is append-only'); END;
CREATE TRIGGER donor_is_never_removed BEFORE DELETE ON donor
BEGIN SELECT RAISE (ABORT, 'donor is append-only'); END;
CREATE TRIGGER donor_is_versioned_on BEFORE INSERT ON donor
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM donor WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'donor is append-only'); END;

CREATE TRIGGER patient_is_never_changed BEFORE UPDATE ON patient
BEGIN SELECT RAISE (ABORT, 'patient is append-only'); END;
CREATE TRIGGER patient_is_never_removed BEFORE DELETE ON patient
BEGIN SELECT RAISE (ABORT, 'patient is append-only'); END;
CREATE TRIGGER patient_is_versioned_on BEFORE INSERT ON patient
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM patient WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'patient is append-only'); END;

CREATE TRIGGER patient_band_is_never_changed BEFORE UPDATE ON patient_band
BEGIN SELECT RAISE (ABORT, 'patient_band is append-only'); END;
CREATE TRIGGER patient_band_is_never_removed BEFORE DELETE ON patient_band
BEGIN SELECT RAISE (ABORT, 'patient_band is append-only'); END;
CREATE TRIGGER patient_band_is_versioned_on BEFORE INSERT ON patient_band
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM patient_band WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'patient_band is append-only'); END;

CREATE TRIGGER consent_is_never_changed BEFORE UPDATE ON consent
BEGIN SELECT RAISE (ABORT, 'consent is append-only'); END;
CREATE TRIGGER consent_is_never_removed BEFORE DELETE ON consent
BEGIN SELECT RAISE (ABORT, 'consent is append-only'); END;
CREATE TRIGGER consent_is_versioned_on BEFORE INSERT ON consent
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM consent WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'consent is append-only'); END;

CREATE TRIGGER weight_is_never_changed BEFORE UPDATE ON weight
BEGIN SELECT RAISE (ABORT, 'weight is append-only'); END;
CREATE TRIGGER weight_is_never_removed BEFORE DELETE ON weight
BEGIN SELECT RAISE (ABORT, 'weight is append-only'); END;
CREATE TRIGGER weight_is_versioned_on BEFORE INSERT ON weight
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM weight WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'weight is append-only'); END;

CREATE TRIGGER typing_is_never_changed BEFORE UPDATE ON typing
BEGIN SELECT RAISE (ABORT, 'typing is append-only'); END;
CREATE TRIGGER typing_is_never_removed BEFORE DELETE ON typing
BEGIN SELECT RAISE (ABORT, 'typing is append-only'); END;
CREATE TRIGGER typing_is_versioned_on BEFORE INSERT ON typing
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM typing WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'typing is append-only'); END;

CREATE TRIGGER screening_is_never_changed BEFORE UPDATE ON screening
BEGIN SELECT RAISE (ABORT, 'screening is append-only'); END;
CREATE TRIGGER screening_is_never_removed BEFORE DELETE ON screening
BEGIN SELECT RAISE (ABORT, 'screening is append-only'); END;
CREATE TRIGGER screening_is_versioned_on BEFORE INSERT ON screening
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM screening WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'screening is append-only'); END;

CREATE TRIGGER marker_is_never_changed BEFORE UPDATE ON marker
BEGIN SELECT RAISE (ABORT, 'marker is append-only'); END;
CREATE TRIGGER marker_is_never_removed BEFORE DELETE ON marker
BEGIN SELECT RAISE (ABORT, 'marker is append-only'); END;
CREATE TRIGGER marker_is_versioned_on BEFORE INSERT ON marker
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM marker WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'marker is append-only'); END;

CREATE TRIGGER eligibility_is_never_changed BEFORE UPDATE ON eligibility
BEGIN SELECT RAISE (ABORT, 'eligibility is append-only'); END;
CREATE TRIGGER eligibility_is_never_removed BEFORE DELETE ON eligibility
BEGIN SELECT RAISE (ABORT, 'eligibility is append-only'); END;
CREATE TRIGGER eligibility_is_versioned_on BEFORE INSERT ON eligibility
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM eligibility WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'eligibility is append-only'); END;

CREATE TRIGGER pair_is_never_changed BEFORE UPDATE ON pair
BEGIN SELECT RAISE (ABORT, 'pair is append-only'); END;
CREATE TRIGGER pair_is_never_removed BEFORE DELETE ON pair
BEGIN SELECT RAISE (ABORT, 'pair is append-only'); END;
CREATE TRIGGER pair_is_versioned_on BEFORE INSERT ON pair
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM pair WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'pair is append-only'); END;

CREATE TRIGGER hla_finding_is_never_changed BEFORE UPDATE ON hla_finding
BEGIN SELECT RAISE (ABORT, 'hla_finding is append-only'); END;
CREATE TRIGGER hla_finding_is_never_removed BEFORE DELETE ON hla_finding
BEGIN SELECT RAISE (ABORT, 'hla_finding is append-only'); END;
CREATE TRIGGER hla_finding_is_versioned_on BEFORE INSERT ON hla_finding
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM hla_finding WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'hla_finding is append-only'); END;

CREATE TRIGGER course_is_never_changed BEFORE UPDATE ON course
BEGIN SELECT RAISE (ABORT, 'course is append-only'); END;
CREATE TRIGGER course_is_never_removed BEFORE DELETE ON course
BEGIN SELECT RAISE (ABORT, 'course is append-only'); END;
CREATE TRIGGER course_is_versioned_on BEFORE INSERT ON course
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM course WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'course is append-only'); END;

CREATE TRIGGER course_amendment_is_never_changed BEFORE UPDATE ON course_amendment
BEGIN SELECT RAISE (ABORT, 'course_amendment is append-only'); END;
CREATE TRIGGER course_amendment_is_never_removed BEFORE DELETE ON course_amendment
BEGIN SELECT RAISE (ABORT, 'course_amendment is append-only'); END;
CREATE TRIGGER course_amendment_is_versioned_on BEFORE INSERT ON course_amendment
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM course_amendment WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'course_amendment is append-only'); END;

CREATE TRIGGER course_closure_is_never_changed BEFORE UPDATE ON course_closure
BEGIN SELECT RAISE (ABORT, 'course_closure is append-only'); END;
CREATE TRIGGER course_closure_is_never_removed BEFORE DELETE ON course_closure
BEGIN SELECT RAISE (ABORT, 'course_closure is append-only'); END;
CREATE TRIGGER course_closure_is_versioned_on BEFORE INSERT ON course_closure
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM course_closure WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'course_closure is append-only'); END;

CREATE TRIGGER collection_is_never_changed BEFORE UPDATE ON collection
BEGIN SELECT RAISE (ABORT, 'collection is append-only'); END;
CREATE TRIGGER collection_is_never_removed BEFORE DELETE ON collection
BEGIN SELECT RAISE (ABORT, 'collection is append-only'); END;
CREATE TRIGGER collection_is_versioned_on BEFORE INSERT ON collection
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM collection WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'collection is append-only'); END;

CREATE TRIGGER collection_taking_is_never_changed BEFORE UPDATE ON collection_taking
BEGIN SELECT RAISE (ABORT, 'collection_taking is append-only'); END;
CREATE TRIGGER collection_taking_is_never_removed BEFORE DELETE ON collection_taking
BEGIN SELECT RAISE (ABORT, 'collection_taking is append-only'); END;
CREATE TRIGGER collection_taking_is_versioned_on BEFORE INSERT ON collection_taking
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM collection_taking WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'collection_taking is append-only'); END;

CREATE TRIGGER external_number_is_never_changed BEFORE UPDATE ON external_number
BEGIN SELECT RAISE (ABORT, 'external_number is append-only'); END;
CREATE TRIGGER external_number_is_never_removed BEFORE DELETE ON external_number
BEGIN SELECT RAISE (ABORT, 'external_number is append-only'); END;
CREATE TRIGGER external_number_is_versioned_on BEFORE INSERT ON external_number
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM external_number WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'external_number is append-only'); END;

CREATE TRIGGER collection_receipt_is_never_changed BEFORE UPDATE ON collection_receipt
BEGIN SELECT RAISE (ABORT, 'collection_receipt is append-only'); END;
CREATE TRIGGER collection_receipt_is_never_removed BEFORE DELETE ON collection_receipt
BEGIN SELECT RAISE (ABORT, 'collection_receipt is append-only'); END;
CREATE TRIGGER collection_receipt_is_versioned_on BEFORE INSERT ON collection_receipt
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM collection_receipt WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'collection_receipt is append-only'); END;

CREATE TRIGGER collection_count_is_never_changed BEFORE UPDATE ON collection_count
BEGIN SELECT RAISE (ABORT, 'collection_count is append-only'); END;
CREATE TRIGGER collection_count_is_never_removed BEFORE DELETE ON collection_count
BEGIN SELECT RAISE (ABORT, 'collection_count is append-only'); END;
CREATE TRIGGER collection_count_is_versioned_on BEFORE INSERT ON collection_count
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM collection_count WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'collection_count is append-only'); END;

CREATE TRIGGER collection_decision_is_never_changed BEFORE UPDATE ON collection_decision
BEGIN SELECT RAISE (ABORT, 'collection_decision is append-only'); END;
CREATE TRIGGER collection_decision_is_never_removed BEFORE DELETE ON collection_decision
BEGIN SELECT RAISE (ABORT, 'collection_decision is append-only'); END;
CREATE TRIGGER collection_decision_is_versioned_on BEFORE INSERT ON collection_decision
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM collection_decision WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'collection_decision is append-only'); END;

CREATE TRIGGER lot_is_never_changed BEFORE UPDATE ON lot
BEGIN SELECT RAISE (ABORT, 'lot is append-only'); END;
CREATE TRIGGER lot_is_never_removed BEFORE DELETE ON lot
BEGIN SELECT RAISE (ABORT, 'lot is append-only'); END;
CREATE TRIGGER lot_is_versioned_on BEFORE INSERT ON lot
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM lot WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'lot is append-only'); END;

CREATE TRIGGER seeding_is_never_changed BEFORE UPDATE ON seeding
BEGIN SELECT RAISE (ABORT, 'seeding is append-only'); END;
CREATE TRIGGER seeding_is_never_removed BEFORE DELETE ON seeding
BEGIN SELECT RAISE (ABORT, 'seeding is append-only'); END;
CREATE TRIGGER seeding_is_versioned_on BEFORE INSERT ON seeding
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM seeding WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'seeding is append-only'); END;

CREATE TRIGGER harvest_is_never_changed BEFORE UPDATE ON harvest
BEGIN SELECT RAISE (ABORT, 'harvest is append-only'); END;
CREATE TRIGGER harvest_is_never_removed BEFORE DELETE ON harvest
BEGIN SELECT RAISE (ABORT, 'harvest is append-only'); END;
CREATE TRIGGER harvest_is_versioned_on BEFORE INSERT ON harvest
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM harvest WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'harvest is append-only'); END;

CREATE TRIGGER observation_is_never_changed BEFORE UPDATE ON observation
BEGIN SELECT RAISE (ABORT, 'observation is append-only'); END;
CREATE TRIGGER observation_is_never_removed BEFORE DELETE ON observation
BEGIN SELECT RAISE (ABORT, 'observation is append-only'); END;
CREATE TRIGGER observation_is_versioned_on BEFORE INSERT ON observation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM observation WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'observation is append-only'); END;

CREATE TRIGGER fill_is_never_changed BEFORE UPDATE ON fill
BEGIN SELECT RAISE (ABORT, 'fill is append-only'); END;
CREATE TRIGGER fill_is_never_removed BEFORE DELETE ON fill
BEGIN SELECT RAISE (ABORT, 'fill is append-only'); END;
CREATE TRIGGER fill_is_versioned_on BEFORE INSERT ON fill
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM fill WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'fill is append-only'); END;

CREATE TRIGGER container_is_never_changed BEFORE UPDATE ON container
BEGIN SELECT RAISE (ABORT, 'container is append-only'); END;
CREATE TRIGGER container_is_never_removed BEFORE DELETE ON container
BEGIN SELECT RAISE (ABORT, 'container is append-only'); END;
CREATE TRIGGER container_is_versioned_on BEFORE INSERT ON container
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM container WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'container is append-only'); END;

CREATE TRIGGER filling_is_never_changed BEFORE UPDATE ON filling
BEGIN SELECT RAISE (ABORT, 'filling is append-only'); END;
CREATE TRIGGER filling_is_never_removed BEFORE DELETE ON filling
BEGIN SELECT RAISE (ABORT, 'filling is append-only'); END;
CREATE TRIGGER filling_is_versioned_on BEFORE INSERT ON filling
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM filling WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'filling is append-only'); END;

CREATE TRIGGER sample_is_never_changed BEFORE UPDATE ON sample
BEGIN SELECT RAISE (ABORT, 'sample is append-only'); END;
CREATE TRIGGER sample_is_never_removed BEFORE DELETE ON sample
BEGIN SELECT RAISE (ABORT, 'sample is append-only'); END;
CREATE TRIGGER sample_is_versioned_on BEFORE INSERT ON sample
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM sample WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'sample is append-only'); END;

CREATE TRIGGER discard_is_never_changed BEFORE UPDATE ON discard
BEGIN SELECT RAISE (ABORT, 'discard is append-only'); END;
CREATE TRIGGER discard_is_never_removed BEFORE DELETE ON discard
BEGIN SELECT RAISE (ABORT, 'discard is append-only'); END;
CREATE TRIGGER discard_is_versioned_on BEFORE INSERT ON discard
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM discard WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'discard is append-only'); END;

CREATE TRIGGER lot_closure_is_never_changed BEFORE UPDATE ON lot_closure
BEGIN SELECT RAISE (ABORT, 'lot_closure is append-only'); END;
CREATE TRIGGER lot_closure_is_never_removed BEFORE DELETE ON lot_closure
BEGIN SELECT RAISE (ABORT, 'lot_closure is append-only'); END;
CREATE TRIGGER lot_closure_is_versioned_on BEFORE INSERT ON lot_closure
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM lot_closure WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'lot_closure is append-only'); END;

CREATE TRIGGER result_is_never_changed BEFORE UPDATE ON result
BEGIN SELECT RAISE (ABORT, 'result is append-only'); END;
CREATE TRIGGER result_is_never_removed BEFORE DELETE ON result
BEGIN SELECT RAISE (ABORT, 'result is append-only'); END;
CREATE TRIGGER result_is_versioned_on BEFORE INSERT ON result
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM result WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'result is append-only'); END;

CREATE TRIGGER result_review_is_never_changed BEFORE UPDATE ON result_review
BEGIN SELECT RAISE (ABORT, 'result_review is append-only'); END;
CREATE TRIGGER result_review_is_never_removed BEFORE DELETE ON result_review
BEGIN SELECT RAISE (ABORT, 'result_review is append-only'); END;
CREATE TRIGGER result_review_is_versioned_on BEFORE INSERT ON result_review
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM result_review WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'result_review is append-only'); END;

CREATE TRIGGER lot_review_is_never_changed BEFORE UPDATE ON lot_review
BEGIN SELECT RAISE (ABORT, 'lot_review is append-only'); END;
CREATE TRIGGER lot_review_is_never_removed BEFORE DELETE ON lot_review
BEGIN SELECT RAISE (ABORT, 'lot_review is append-only'); END;
CREATE TRIGGER lot_review_is_versioned_on BEFORE INSERT ON lot_review
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM lot_review WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'lot_review is append-only'); END;

CREATE TRIGGER attestation_is_never_changed BEFORE UPDATE ON attestation
BEGIN SELECT RAISE (ABORT, 'attestation is append-only'); END;
CREATE TRIGGER attestation_is_never_removed BEFORE DELETE ON attestation
BEGIN SELECT RAISE (ABORT, 'attestation is append-only'); END;
CREATE TRIGGER attestation_is_versioned_on BEFORE INSERT ON attestation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM attestation WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'attestation is append-only'); END;

CREATE TRIGGER disposition_is_never_changed BEFORE UPDATE ON disposition
BEGIN SELECT RAISE (ABORT, 'disposition is append-only'); END;
CREATE TRIGGER disposition_is_never_removed BEFORE DELETE ON disposition
BEGIN SELECT RAISE (ABORT, 'disposition is append-only'); END;
CREATE TRIGGER disposition_is_versioned_on BEFORE INSERT ON disposition
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM disposition WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'disposition is append-only'); END;

CREATE TRIGGER release_condition_is_never_changed BEFORE UPDATE ON release_condition
BEGIN SELECT RAISE (ABORT, 'release_condition is append-only'); END;
CREATE TRIGGER release_condition_is_never_removed BEFORE DELETE ON release_condition
BEGIN SELECT RAISE (ABORT, 'release_condition is append-only'); END;
CREATE TRIGGER release_condition_is_versioned_on BEFORE INSERT ON release_condition
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM release_condition WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'release_condition is append-only'); END;

CREATE TRIGGER hold_is_never_changed BEFORE UPDATE ON hold
BEGIN SELECT RAISE (ABORT, 'hold is append-only'); END;
CREATE TRIGGER hold_is_never_removed BEFORE DELETE ON hold
BEGIN SELECT RAISE (ABORT, 'hold is append-only'); END;
CREATE TRIGGER hold_is_versioned_on BEFORE INSERT ON hold
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM hold WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'hold is append-only'); END;

CREATE TRIGGER hold_lift_is_never_changed BEFORE UPDATE ON hold_lift
BEGIN SELECT RAISE (ABORT, 'hold_lift is append-only'); END;
CREATE TRIGGER hold_lift_is_never_removed BEFORE DELETE ON hold_lift
BEGIN SELECT RAISE (ABORT, 'hold_lift is append-only'); END;
CREATE TRIGGER hold_lift_is_versioned_on BEFORE INSERT ON hold_lift
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM hold_lift WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'hold_lift is append-only'); END;

CREATE TRIGGER label_is_never_changed BEFORE UPDATE ON label
BEGIN SELECT RAISE (ABORT, 'label is append-only'); END;
CREATE TRIGGER label_is_never_removed BEFORE DELETE ON label
BEGIN SELECT RAISE (ABORT, 'label is append-only'); END;
CREATE TRIGGER label_is_versioned_on BEFORE INSERT ON label
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM label WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'label is append-only'); END;

CREATE TRIGGER label_event_is_never_changed BEFORE UPDATE ON label_event
BEGIN SELECT RAISE (ABORT, 'label_event is append-only'); END;
CREATE TRIGGER label_event_is_never_removed BEFORE DELETE ON label_event
BEGIN SELECT RAISE (ABORT, 'label_event is append-only'); END;
CREATE TRIGGER label_event_is_versioned_on BEFORE INSERT ON label_event
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM label_event WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'label_event is append-only'); END;

CREATE TRIGGER custody_event_is_never_changed BEFORE UPDATE ON custody_event
BEGIN SELECT RAISE (ABORT, 'custody_event is append-only'); END;
CREATE TRIGGER custody_event_is_never_removed BEFORE DELETE ON custody_event
BEGIN SELECT RAISE (ABORT, 'custody_event is append-only'); END;
CREATE TRIGGER custody_event_is_versioned_on BEFORE INSERT ON custody_event
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM custody_event WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'custody_event is append-only'); END;

CREATE TRIGGER attachment_is_never_changed BEFORE UPDATE ON attachment
BEGIN SELECT RAISE (ABORT, 'attachment is append-only'); END;
CREATE TRIGGER attachment_is_never_removed BEFORE DELETE ON attachment
BEGIN SELECT RAISE (ABORT, 'attachment is append-only'); END;
CREATE TRIGGER attachment_is_versioned_on BEFORE INSERT ON attachment
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM attachment WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'attachment is append-only'); END;

CREATE TRIGGER infusion_order_is_never_changed BEFORE UPDATE ON infusion_order
BEGIN SELECT RAISE (ABORT, 'infusion_order is append-only'); END;
CREATE TRIGGER infusion_order_is_never_removed BEFORE DELETE ON infusion_order
BEGIN SELECT RAISE (ABORT, 'infusion_order is append-only'); END;
CREATE TRIGGER infusion_order_is_versioned_on BEFORE INSERT ON infusion_order
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM infusion_order WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'infusion_order is append-only'); END;

CREATE TRIGGER order_cancellation_is_never_changed BEFORE UPDATE ON order_cancellation
BEGIN SELECT RAISE (ABORT, 'order_cancellation is append-only'); END;
CREATE TRIGGER order_cancellation_is_never_removed BEFORE DELETE ON order_cancellation
BEGIN SELECT RAISE (ABORT, 'order_cancellation is append-only'); END;
CREATE TRIGGER order_cancellation_is_versioned_on BEFORE INSERT ON order_cancellation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM order_cancellation WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'order_cancellation is append-only'); END;

CREATE TRIGGER preparation_is_never_changed BEFORE UPDATE ON preparation
BEGIN SELECT RAISE (ABORT, 'preparation is append-only'); END;
CREATE TRIGGER preparation_is_never_removed BEFORE DELETE ON preparation
BEGIN SELECT RAISE (ABORT, 'preparation is append-only'); END;
CREATE TRIGGER preparation_is_versioned_on BEFORE INSERT ON preparation
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM preparation WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'preparation is append-only'); END;

CREATE TRIGGER preparation_count_is_never_changed BEFORE UPDATE ON preparation_count
BEGIN SELECT RAISE (ABORT, 'preparation_count is append-only'); END;
CREATE TRIGGER preparation_count_is_never_removed BEFORE DELETE ON preparation_count
BEGIN SELECT RAISE (ABORT, 'preparation_count is append-only'); END;
CREATE TRIGGER preparation_count_is_versioned_on BEFORE INSERT ON preparation_count
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM preparation_count WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'preparation_count is append-only'); END;

CREATE TRIGGER preparation_finish_is_never_changed BEFORE UPDATE ON preparation_finish
BEGIN SELECT RAISE (ABORT, 'preparation_finish is append-only'); END;
CREATE TRIGGER preparation_finish_is_never_removed BEFORE DELETE ON preparation_finish
BEGIN SELECT RAISE (ABORT, 'preparation_finish is append-only'); END;
CREATE TRIGGER preparation_finish_is_versioned_on BEFORE INSERT ON preparation_finish
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM preparation_finish WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'preparation_finish is append-only'); END;

CREATE TRIGGER verification_is_never_changed BEFORE UPDATE ON verification
BEGIN SELECT RAISE (ABORT, 'verification is append-only'); END;
CREATE TRIGGER verification_is_never_removed BEFORE DELETE ON verification
BEGIN SELECT RAISE (ABORT, 'verification is append-only'); END;
CREATE TRIGGER verification_is_versioned_on BEFORE INSERT ON verification
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM verification WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'verification is append-only'); END;

CREATE TRIGGER dispensing_is_never_changed BEFORE UPDATE ON dispensing
BEGIN SELECT RAISE (ABORT, 'dispensing is append-only'); END;
CREATE TRIGGER dispensing_is_never_removed BEFORE DELETE ON dispensing
BEGIN SELECT RAISE (ABORT, 'dispensing is append-only'); END;
CREATE TRIGGER dispensing_is_versioned_on BEFORE INSERT ON dispensing
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM dispensing WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'dispensing is append-only'); END;

CREATE TRIGGER infusion_is_never_changed BEFORE UPDATE ON infusion
BEGIN SELECT RAISE (ABORT, 'infusion is append-only'); END;
CREATE TRIGGER infusion_is_never_removed BEFORE DELETE ON infusion
BEGIN SELECT RAISE (ABORT, 'infusion is append-only'); END;
CREATE TRIGGER infusion_is_versioned_on BEFORE INSERT ON infusion
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM infusion WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'infusion is append-only'); END;

CREATE TRIGGER refusal_is_never_changed BEFORE UPDATE ON refusal
BEGIN SELECT RAISE (ABORT, 'refusal is append-only'); END;
CREATE TRIGGER refusal_is_never_removed BEFORE DELETE ON refusal
BEGIN SELECT RAISE (ABORT, 'refusal is append-only'); END;
CREATE TRIGGER refusal_is_versioned_on BEFORE INSERT ON refusal
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM refusal WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'refusal is append-only'); END;

CREATE TRIGGER incident_is_never_changed BEFORE UPDATE ON incident
BEGIN SELECT RAISE (ABORT, 'incident is append-only'); END;
CREATE TRIGGER incident_is_never_removed BEFORE DELETE ON incident
BEGIN SELECT RAISE (ABORT, 'incident is append-only'); END;
CREATE TRIGGER incident_is_versioned_on BEFORE INSERT ON incident
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM incident WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'incident is append-only'); END;

CREATE TRIGGER correction_is_never_changed BEFORE UPDATE ON correction
BEGIN SELECT RAISE (ABORT, 'correction is append-only'); END;
CREATE TRIGGER correction_is_never_removed BEFORE DELETE ON correction
BEGIN SELECT RAISE (ABORT, 'correction is append-only'); END;
CREATE TRIGGER correction_is_versioned_on BEFORE INSERT ON correction
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM correction WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'correction is append-only'); END;

CREATE TRIGGER shown_warning_is_never_changed BEFORE UPDATE ON shown_warning
BEGIN SELECT RAISE (ABORT, 'shown_warning is append-only'); END;
CREATE TRIGGER shown_warning_is_never_removed BEFORE DELETE ON shown_warning
BEGIN SELECT RAISE (ABORT, 'shown_warning is append-only'); END;
CREATE TRIGGER shown_warning_is_versioned_on BEFORE INSERT ON shown_warning
WHEN NEW.version <> (SELECT coalesce(max(version), 0) + 1 FROM shown_warning WHERE root = NEW.root)
BEGIN SELECT RAISE (ABORT, 'shown_warning is append-only'); END;

CREATE TRIGGER signature_cover_is_never_changed BEFORE UPDATE ON signature_cover
BEGIN SELECT RAISE (ABORT, 'signature_cover is append-only'); END;
CREATE TRIGGER signature_cover_is_never_removed BEFORE DELETE ON signature_cover
BEGIN SELECT RAISE (ABORT, 'signature_cover is append-only'); END;
CREATE TRIGGER signature_cover_is_new BEFORE INSERT ON signature_cover
WHEN EXISTS (SELECT 1 FROM signature_cover WHERE signature = NEW.signature AND record = NEW.record)
BEGIN SELECT RAISE (ABORT, 'signature_cover is append-only'); END;

CREATE TRIGGER collection_course_is_never_changed BEFORE UPDATE ON collection_course
BEGIN SELECT RAISE (ABORT, 'collection_course is append-only'); END;
CREATE TRIGGER collection_course_is_never_removed BEFORE DELETE ON collection_course
BEGIN SELECT RAISE (ABORT, 'collection_course is append-only'); END;
CREATE TRIGGER collection_course_is_new BEFORE INSERT ON collection_course
WHEN EXISTS (SELECT 1 FROM collection_course WHERE collection = NEW.collection AND course = NEW.course)
BEGIN SELECT RAISE (ABORT, 'collection_course is append-only'); END;

CREATE TRIGGER reviewed_result_is_never_changed BEFORE UPDATE ON reviewed_result
BEGIN SELECT RAISE (ABORT, 'reviewed_result is append-only'); END;
CREATE TRIGGER reviewed_result_is_never_removed BEFORE DELETE ON reviewed_result
BEGIN SELECT RAISE (ABORT, 'reviewed_result is append-only'); END;
CREATE TRIGGER reviewed_result_is_new BEFORE INSERT ON reviewed_result
WHEN EXISTS (SELECT 1 FROM reviewed_result WHERE review = NEW.review AND result = NEW.result)
BEGIN SELECT RAISE (ABORT, 'reviewed_result is append-only'); END;

CREATE TRIGGER preparation_input_is_never_changed BEFORE UPDATE ON preparation_input
BEGIN SELECT RAISE (ABORT, 'preparation_input is append-only'); END;
CREATE TRIGGER preparation_input_is_never_removed BEFORE DELETE ON preparation_input
BEGIN SELECT RAISE (ABORT, 'preparation_input is append-only'); END;
CREATE TRIGGER preparation_input_is_new BEFORE INSERT ON preparation_input
WHEN EXISTS (SELECT 1 FROM preparation_input WHERE preparation = NEW.preparation AND container = NEW.container)
BEGIN SELECT RAISE (ABORT, 'preparation_input is append-only'); END;

CREATE TRIGGER verified_container_is_never_changed BEFORE UPDATE ON verified_container
BEGIN SELECT RAISE (ABORT, 'verified_container is append-only'); END;
CREATE TRIGGER verified_container_is_never_removed BEFORE DELETE ON verified_container
BEGIN SELECT RAISE (ABORT, 'verified_container is append-only'); END;
CREATE TRIGGER verified_container_is_new BEFORE INSERT ON verified_container
WHEN EXISTS (SELECT 1 FROM verified_container WHERE verification = NEW.verification AND container = NEW.container)
BEGIN SELECT RAISE (ABORT, 'verified_container is append-only'); END;

CREATE TRIGGER dispensed_container_is_never_changed BEFORE UPDATE ON dispensed_container
BEGIN SELECT RAISE (ABORT, 'dispensed_container is append-only'); END;
CREATE TRIGGER dispensed_container_is_never_removed BEFORE DELETE ON dispensed_container
BEGIN SELECT RAISE (ABORT, 'dispensed_container is append-only'); END;
CREATE TRIGGER dispensed_container_is_new BEFORE INSERT ON dispensed_container
WHEN EXISTS (SELECT 1 FROM dispensed_container WHERE dispensing = NEW.dispensing AND container = NEW.container)
BEGIN SELECT RAISE (ABORT, 'dispensed_container is append-only'); END;

CREATE TRIGGER infused_container_is_never_changed BEFORE UPDATE ON infused_container
BEGIN SELECT RAISE (ABORT, 'infused_container is append-only'); END;
CREATE TRIGGER infused_container_is_never_removed BEFORE DELETE ON infused_container
BEGIN SELECT RAISE (ABORT, 'infused_container is append-only'); END;
CREATE TRIGGER infused_container_is_new BEFORE INSERT ON infused_container
WHEN EXISTS (SELECT 1 FROM infused_container WHERE infusion = NEW.infusion AND container = NEW.container)
BEGIN SELECT RAISE (ABORT, 'infused_container is append-only'); END;
