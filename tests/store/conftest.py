"""Records made with the store alone: a bare one, and one with a row in every table."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from lottrack.store.chain import sha256
from lottrack.store.change import Actor, Told
from lottrack.store.store import Store, make_database

if TYPE_CHECKING:
    from pathlib import Path

ACTOR = Actor("ANA", "technician", "bench-1")
NOW = datetime(2026, 2, 2, 8, 0, tzinfo=UTC)
SETTINGS = {"site_name": "Unit", "site_code": "TST", "zone": "Europe/Madrid", "band_key": "ab" * 32}
TEXT = "2026-02-02T08:00:00.000000Z"
DAY = "2026-02-01"
HASH = "0" * 64


class Record:
    """A store and how its tests write: always by the same person, at the same time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.path = store.path

    def change(self, act="test", reason=None, **extra):
        return self.store.change(ACTOR, act, reason, now=NOW, **extra)

    def sql(self, text, *values):
        """Reach behind the door: SQL that lottrack itself never runs."""
        return self.store.database.execute_sql(text, values).fetchall()

    def rows(self, table):
        return self.sql(f"SELECT * FROM {table}")

    @property
    def entries(self) -> int:
        return self.sql("SELECT count(*) FROM audit_entry")[0][0]


def make_record(path: Path) -> Record:
    """A site with one person."""
    store = make_database(path, SETTINGS, host="bench-1", now=NOW)
    record = Record(store)
    with record.change("init") as change:
        change.record("account", number="ANA", name="Ana")
        change.stand(
            "account_standing",
            {"account": "ANA"},
            active=1,
            failed_tries=0,
            acknowledged=0,
            secret_hash="plain:secret",
        )
    return record


# In the order in which they can be written; `$name` is the number of the row of that table.
ROWS = {
    "role_grant": {"account": "ANA", "role": "qa", "granted": 1},
    "account_event": {"account": "ANA", "event": "locked", "until": TEXT},
    "role_act": {
        "number": "RA1",
        "act": "lot fill",
        "role": "technician",
        "signed": 0,
        "second": 0,
    },
    "signature": {
        "meaning": "approval",
        "shown": "what was shown",
        "shown_sha256": sha256("what was shown"),
        "rests_on": 1,
        "session": "local",
        "scripted": 0,
        "acknowledged": 1,
    },
    "place": {"number": "GMP", "name": "Unit", "kind": "gmp"},
    "protocol": {
        "number": "P@1",
        "name": "P",
        "edition": 1,
        "title": "A protocol",
        "source": "x = 1",
        "source_sha256": HASH,
    },
    "specification": {
        "number": "S@1",
        "name": "S",
        "edition": 1,
        "title": "A specification",
        "product": "MSC",
        "source": "x = 1",
        "source_sha256": HASH,
    },
    "label_template": {"name": "vial", "edition": 1, "source": "x = 1", "source_sha256": HASH},
    "approval": {"protocol": "$protocol", "signature": "$signature"},
    "screening_rule": {"number": "EU", "name": "EU", "source": "x = 1", "source_sha256": HASH},
    "donor": {"number": "D1", "born_year": 1980, "sex": "F"},
    "patient": {"number": "P1", "born_year": 2016, "sex": "M"},
    "patient_band": {"patient": "$patient", "code_hmac": HASH},
    "consent": {
        "donor": "$donor",
        "kind": "donation",
        "document": "v1",
        "given_on": DAY,
        "withdrawn": 0,
    },
    "weight": {"patient": "$patient", "weight_kg": "16.20", "weighed_on": DAY},
    "typing": {"donor": "$donor", "gl_string": "HLA-A*01:01+HLA-A*02:01"},
    "screening": {"donor": "$donor", "sampled_on": DAY, "sample_of": "donation"},
    "marker": {"screening": "$screening", "marker": "HBsAg", "outcome": "non-reactive"},
    "eligibility": {"donor": "$donor", "decision": "eligible", "signature": "$signature"},
    "pair": {"donor": "$donor", "patient": "$patient", "relation": "mother"},
    "hla_finding": {"pair": "$pair", "result": "indeterminate", "loci": "{}", "proof": "none"},
    "course": {"pair": "$pair", "protocol": "$protocol", "basis": "trial"},
    "course_amendment": {"course": "$course", "protocol": "$protocol"},
    "course_closure": {"course": "$course"},
    "collection": {"donor": "$donor", "planned_on": DAY},
    "collection_taking": {
        "collection": "$collection",
        "volume_ml": "80.0",
        "screening_rule": "$screening_rule",
        "window_met": 1,
        "window_findings": "[]",
    },
    "external_number": {"record": "$collection", "scheme": "DIN", "value": "W1"},
    "collection_receipt": {
        "collection": "$collection",
        "from_text": "ward",
        "temperature_c": "-4.5",
        "condition": "intact",
        "labels_match": 1,
    },
    "collection_count": {"collection": "$collection", "tnc": 10},
    "collection_decision": {
        "collection": "$collection",
        "decision": "accepted",
        "signature": "$signature",
    },
    "lot": {
        "collection": "$collection",
        "course": "$course",
        "product": "MSC",
        "specification": "$specification",
    },
    "seeding": {
        "lot": "$lot",
        "passage": 1,
        "seeded": 10,
        "area_cm2": "175",
        "count_basis": "viable",
    },
    "harvest": {
        "lot": "$lot",
        "passage": 1,
        "harvested": 40,
        "viability_pct": "95.5",
        "count_basis": "viable",
    },
    "observation": {"lot": "$lot", "passage": 1, "text": "spindle-shaped"},
    "fill": {
        "lot": "$lot",
        "kind": "bag",
        "presentation": "cryopreserved",
        "purpose": "infusion",
        "expires_at": TEXT,
        "planned": 0,
    },
    "container": {
        "lot": "$lot",
        "fill": "$fill",
        "ordinal": 1,
        "kind": "bag",
        "purpose": "infusion",
        "expires_at": TEXT,
    },
    "filling": {
        "container": "$container",
        "outcome": "filled",
        "viable_cells": 20,
        "volume_ml": "20",
    },
    "sample": {"lot": "$lot", "kind": "supernatant", "tests": "[]"},
    "discard": {"lot": "$lot", "cells": 5},
    "lot_closure": {"lot": "$lot"},
    "result": {
        "lot": "$lot",
        "specification": "$specification",
        "test": "viability",
        "sign": "",
        "value": "95",
        "reading": "final",
        "verdict": "pass",
    },
    "result_review": {"signature": "$signature"},
    "lot_review": {"lot": "$lot", "reviewed_as": "qa", "signature": "$signature"},
    "attestation": {"lot": "$lot", "rule": "materials-in-date", "text": "checked"},
    "oos": {
        "lot": "$lot",
        "specification": "$specification",
        "test": "CD73",
        "result": "$result",
        "verdict": "fail",
        "automatic": 1,
    },
    "oos_investigation": {"oos": "$oos", "assignable": 1, "finding": "no control"},
    "oos_plan": {"oos": "$oos", "retests": 2, "text": "stain again", "signature": "$signature"},
    "oos_conclusion": {
        "oos": "$oos",
        "outcome": "confirmed",
        "text": "it stands",
        "signature": "$signature",
    },
    "result_import": {"file_name": "flow.csv", "sha256": "0" * 64, "rows_read": 3},
    "disposition": {"fill": "$fill", "decision": "released", "signature": "$signature"},
    "release_condition": {"disposition": "$disposition", "test": "sterility", "due_on": DAY},
    "hold": {"lot": "$lot", "cause": "other", "automatic": 0},
    "hold_lift": {"hold": "$hold", "signature": "$signature"},
    "label": {
        "template": "$label_template",
        "copy": "primary",
        "container": "$container",
        "payload": "LT.1",
        "shown": "{}",
        "image_sha256": HASH,
        "format": "png",
    },
    "label_event": {"label": "$label", "event": "applied", "container": "$container"},
    "custody_event": {"container": "$container", "act": "store", "to_place": "$place"},
    "attachment": {
        "record": "$lot",
        "file_name": "a.pdf",
        "sha256": HASH,
        "size_bytes": 1,
        "what": "x",
    },
    "document_issue": {
        "lot": "$lot",
        "document": "dossier",
        "rests_on": 1,
        "head": HASH,
        "content_sha256": HASH,
        "file_name": "a.pdf",
        "file_sha256": HASH,
        "pages": 1,
    },
    "infusion_order": {
        "course": "$course",
        "number": 1,
        "planned_on": DAY,
        "weight_kg": "16.2",
        "weighed_on": DAY,
        "protocol": "$protocol",
        "signature": "$signature",
    },
    "order_cancellation": {"infusion_order": "$infusion_order"},
    "preparation": {"infusion_order": "$infusion_order"},
    "preparation_count": {"preparation": "$preparation", "viable_cells": 18},
    "preparation_finish": {"preparation": "$preparation", "into_kind": "same"},
    "verification": {
        "infusion_order": "$infusion_order",
        "patient": "$patient",
        "scans": "[]",
        "warnings": "[]",
        "dose": "{}",
    },
    "dispensing": {
        "infusion_order": "$infusion_order",
        "patient": "$patient",
        "signature": "$signature",
        "second_signature": "$signature",
        "scans": "[]",
    },
    "infusion": {
        "infusion_order": "$infusion_order",
        "patient": "$patient",
        "course": "$course",
        "number": 1,
        "started_at": TEXT,
        "ended_at": TEXT,
        "volume_ml": "20",
        "scans": "[]",
        "signature": "$signature",
        "second": "ANA",
    },
    "refusal": {"act": "x", "subjects": "[]", "scans": "[]", "blockers": "[]", "exit_code": 42},
    "incident": {"record": "$infusion", "act": "x", "second": "ANA", "blockers": "[]"},
    "correction": {
        "record": "$harvest",
        "record_table": "harvest",
        "kind": "correct",
        "from_version": 1,
        "to_version": 2,
        "changes": "[]",
        "affected": "{}",
    },
    "material": {"number": "HPL", "name": "Lysate", "kind": "supplement", "unit": "mL"},
    "material_lot": {
        "material": "$material",
        "supplier": "Blood bank",
        "supplier_lot": "HPL-1",
        "expires_on": "2026-12-31",
        "quantity": "500",
    },
    "material_decision": {
        "material_lot": "$material_lot",
        "decision": "released",
        "signature": "$signature",
    },
    "material_opening": {"material_lot": "$material_lot"},
    "material_use": {
        "material_lot": "$material_lot",
        "lot": "$lot",
        "fill": "$fill",
        "material_opening": "$material_opening",
        "quantity": "10",
    },
    "material_discard": {"material_lot": "$material_lot", "quantity": "5"},
    "material_recall": {"material_lot": "$material_lot"},
    "deviation": {"severity": "major", "title": "Door ajar", "text": "For an hour."},
    "deviation_concern": {
        "deviation": "$deviation",
        "record": "$lot",
        "record_kind": "lot",
        "because_of": "$result",
    },
    "deviation_class": {"deviation": "$deviation", "severity": "minor"},
    "deviation_investigation": {"deviation": "$deviation", "cause": "Seal.", "text": "Worn."},
    "corrective_action": {
        "deviation": "$deviation",
        "text": "New seal.",
        "owner": "ANA",
        "due_on": "2026-12-31",
    },
    "action_done": {"corrective_action": "$corrective_action", "text": "Done."},
    "effectiveness_check": {"deviation": "$deviation", "effective": 1, "text": "It helped."},
    "deviation_closure": {
        "deviation": "$deviation",
        "text": "No effect.",
        "check_due_on": "2026-12-31",
        "signature": "$signature",
    },
    "equipment": {
        "number": "INC-01",
        "name": "Incubator",
        "kind": "incubator",
        "place": "$place",
        "needs_calibration": 1,
    },
    "calibration": {
        "equipment": "$equipment",
        "calibrated_on": "2026-01-12",
        "due_on": "2026-12-31",
        "certificate": "KAL-1",
        "outcome": "pass",
    },
    "equipment_retirement": {"equipment": "$equipment"},
    "equipment_use": {
        "equipment": "$equipment",
        "record": "$seeding",
        "record_kind": "seeding",
    },
    "audit_review": {
        "from_at": TEXT,
        "to_at": "2026-02-03T08:00:00.000000Z",
        "first_seq": 1,
        "last_seq": 2,
        "remarks": "Nothing found.",
        "signature": "$signature",
    },
    "printer": {
        "number": "ZEBRA1",
        "name": "Clean room",
        "address": "tcp://10.0.0.7:9100",
        "dpi": 300,
        "language": "zpl",
    },
    "printer_retirement": {"printer": "$printer"},
    "print_job": {
        "printer": "$printer",
        "purpose": "labels",
        "language": "zpl",
        "job_sha256": HASH,
    },
    "print_job_end": {"print_job": "$print_job", "outcome": "taken", "said": "ready"},
    "print_job_scan": {"print_job": "$print_job"},
    "bench_profile": {
        "host": "bench-1",
        "prefix_hex": "",
        "suffix_hex": "0d0a",
        "layout": "[]",
        "doubled": 0,
        "arrived_hex": "300d0a",
    },
    "bench_reason": {"ordinal": 1, "text": "label torn"},
    "clearance_rule": {"place": "$place", "required": 1},
    "line_clearance": {"place": "$place", "lot": "$lot", "signature": "$signature"},
    "template_approval": {"label_template": "$label_template", "signature": "$signature"},
    "order_waiver": {
        "infusion_order": "$infusion_order",
        "code": "interval-too-long",
        "signature": "$signature",
        "second_signature": "$signature",
    },
    "training_requirement": {"act": "lot harvest", "subject": "SOP-1"},
    "training_withdrawal": {"training_requirement": "$training_requirement"},
    "training": {
        "account": "ANA",
        "subject": "SOP-1",
        "trained_on": "2026-01-12",
        "valid_until": "2026-12-31",
        "document": "TR-1",
    },
    "specification_retirement": {"specification": "$specification", "signature": "$signature"},
    "lot_respecification": {
        "lot": "$lot",
        "moved_from": "$specification",
        "specification": "$specification",
        "signature": "$signature",
    },
    "container_extension": {
        "container": "$container",
        "expires_at": TEXT,
        "basis": "Stability report.",
        "signature": "$signature",
    },
    "supply": {
        "container": "$container",
        "patient": "$patient",
        "text": "No other bag.",
        "signature": "$signature",
    },
    "supply_assessment": {
        "supply": "$supply",
        "text": "Small.",
        "faults": "[]",
        "organism": "C. acnes",
        "sensitivities": "penicillin",
        "signature": "$signature",
    },
    "supply_decision": {
        "supply": "$supply",
        "supply_assessment": "$supply_assessment",
        "decision": "accepted",
        "prophylaxis": "penicillin",
        "signature": "$signature",
    },
    "duty_list": {
        "number": "DUTIES@1",
        "name": "DUTIES",
        "edition": 1,
        "source": "x",
        "source_sha256": HASH,
        "signature": "$signature",
    },
    "late_positive": {"result": "$result", "lot": "$lot"},
    "notification": {
        "late_positive": "$late_positive",
        "whom": "physician",
        "addressee": "ANA",
        "patient": "$patient",
        "infusion": "$infusion",
        "due_at": TEXT,
        "text": "Growth.",
        "basis": "SOP-14",
    },
    "notification_call": {
        "notification": "$notification",
        "outcome": "reached",
        "reached": "Dr. Serra",
        "text": "Growth.",
    },
    "shown_warning": {"record": "$weight", "code": "x", "sentence": "X."},
}

LINK_ROWS = {
    "signature_cover": {"signature": "$signature", "record": "$lot", "version": 1},
    "collection_course": {"collection": "$collection", "course": "$course"},
    "reviewed_result": {"review": "$result_review", "result": "$result"},
    "oos_result": {"oos": "$oos", "result": "$result", "retest": 0},
    "imported_result": {"result_import": "$result_import", "result": "$result", "line": 2},
    "print_job_label": {"print_job": "$print_job", "label": "$label"},
    "cleared_label": {"line_clearance": "$line_clearance", "label": "$label"},
    "preparation_input": {"preparation": "$preparation", "container": "$container"},
    "verified_container": {"verification": "$verification", "container": "$container"},
    "dispensed_container": {"dispensing": "$dispensing", "container": "$container"},
    "infused_container": {"infusion": "$infusion", "container": "$container"},
    "rejudged_result": {
        "respecification": "$lot_respecification",
        "result": "$result",
        "verdict_before": "pass",
        "verdict": "fail",
    },
}

STANDING_ROWS = {
    "condition_standing": (
        {"condition": "$release_condition"},
        {"fill": "$fill", "due_on": DAY},
    ),
    "account_role": ({"account": "ANA", "role": "qa"}, {}),
    "label_standing": ({"label": "$label"}, {"state": "applied", "copy": "primary"}),
    "container_standing": (
        {"container": "$container"},
        {"lot": "$lot", "location_state": "stored", "place": "$place", "position": "A1"},
    ),
    "order_standing": (
        {"infusion_order": "$infusion_order"},
        {"course": "$course", "number": 1, "state": "given"},
    ),
}


def fill_every_table(record: Record) -> dict[str, str]:
    """Write a row into every table; returns table -> number of its row."""
    numbers: dict[str, str] = {}

    def filled(values):
        return {
            name: numbers[value[1:]] if str(value).startswith("$") else value
            for name, value in values.items()
        }

    with record.change("fill every table", "because") as change:
        for table, values in ROWS.items():
            told = Told(at=NOW, reason="because", witness="")
            numbers[table] = change.record(table, told, **filled(values))
        for table, values in LINK_ROWS.items():
            change.link(table, **filled(values))
        for table, (key, values) in STANDING_ROWS.items():
            change.stand(table, filled(key), **filled(values))
    return numbers


@pytest.fixture
def record(tmp_path: Path):
    """A site with one person and nothing else."""
    made = make_record(tmp_path / "record.sqlite")
    yield made
    made.store.close()


@pytest.fixture(scope="session")
def full_file(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A file with a row in every table, and the numbers of its rows by table."""
    made = make_record(tmp_path_factory.mktemp("full") / "full.sqlite")
    numbers = fill_every_table(made)
    made.store.close()
    return made.path, numbers


@pytest.fixture
def numbers(full_file: tuple[Path, dict[str, str]]) -> dict[str, str]:
    """The number of the row of each fact table of ``full``."""
    return full_file[1]


@pytest.fixture
def full(full_file: tuple[Path, dict[str, str]], tmp_path: Path):
    """A copy of the record with a row in every table."""
    path = tmp_path / "full.sqlite"
    shutil.copy(full_file[0], path)
    store = Store(path)
    yield Record(store)
    store.close()


@pytest.fixture
def payload_of():
    """An audit entry's payload as it stands in a record."""

    def read(record: Record, seq: int):
        return json.loads(record.sql("SELECT payload FROM audit_entry WHERE seq = ?", seq)[0][0])

    return read
