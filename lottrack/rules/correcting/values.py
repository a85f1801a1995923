"""What a correction may change: the values of each fact, and what kind of value each is.

What a fact is about (the lot of a container, the patient of a weight) is not a value of it: a fact
told of the wrong thing is struck and recorded of the right one.
"""

from __future__ import annotations

from typing import NamedTuple

from lottrack.rules.relations import RELATIONS


class Value(NamedTuple):
    """How one value of a fact is read.

    Attributes:
        kind: ``cells, number, decimal, positive, percent, temperature, date, later-date, time,
            later, choice, flag, year, text, account, place, hla, marker, result``.
        choices: what a ``choice`` can be.
        optional: whether it can be taken away (``KEY=``).
        least: least value of a count.
    """

    kind: str
    choices: tuple[str, ...] = ()
    optional: bool = False
    least: int = 0


def _maybe(kind: str, *choices: str) -> Value:
    return Value(kind, choices, optional=True)


CELLS, DECIMAL, PERCENT = Value("cells"), Value("decimal"), Value("percent")
DATE, TIME, LATER, TEXT = Value("date"), Value("time"), Value("later"), Value("text")
FLAG, YEAR = Value("flag"), Value("year")
SEX = Value("choice", ("M", "F"))
BASIS = Value("choice", ("viable", "total"))

VALUES: dict[str, dict[str, Value]] = {
    "account": {"name": TEXT},
    "place": {
        "name": TEXT,
        "kind": Value("choice", ("gmp", "storage", "laboratory", "pharmacy", "ward", "transport")),
    },
    "donor": {"born_year": YEAR, "sex": SEX},
    "patient": {"born_year": YEAR, "sex": SEX},
    "patient_band": {},
    "consent": {
        "kind": Value("choice", ("donation", "treatment", "assent", "data")),
        "document": TEXT,
        "given_on": DATE,
        "withdrawn": FLAG,
    },
    "weight": {"weight_kg": Value("positive"), "weighed_on": DATE},
    "typing": {"gl_string": Value("hla")},
    "screening": {
        "sampled_on": DATE,
        "sample_of": Value("choice", ("donation", "archived", "new")),
    },
    "marker": {"outcome": Value("marker")},
    "pair": {"relation": Value("choice", RELATIONS), "evidence": _maybe("text")},
    "course": {
        "basis": Value("choice", ("trial", "hospital-exemption", "named-patient")),
        "reference": _maybe("text"),
    },
    "course_amendment": {},
    "course_closure": {},
    "collection": {"planned_on": _maybe("later-date")},
    "collection_taking": {
        "volume_ml": _maybe("decimal"),
        "tnc": _maybe("cells"),
        "mnc": _maybe("cells"),
        "anticoagulant": _maybe("text"),
    },
    "external_number": {"scheme": TEXT, "value": TEXT},
    "collection_receipt": {
        "from_text": TEXT,
        "temperature_c": _maybe("temperature"),
        "seal": _maybe("text"),
        "condition": Value("choice", ("intact", "leaking", "clotted")),
        "labels_match": FLAG,
    },
    "collection_count": {
        "tnc": CELLS,
        "mnc": _maybe("cells"),
        "viability_pct": _maybe("percent"),
    },
    "lot": {},
    "seeding": {
        "seeded": Value("cells", least=1),
        "area_cm2": Value("positive"),
        "vessel": _maybe("text"),
        "count_basis": BASIS,
    },
    "harvest": {"harvested": CELLS, "viability_pct": PERCENT, "count_basis": BASIS},
    "observation": {"text": TEXT},
    "fill": {"expires_at": LATER},
    "container": {
        "expires_at": LATER,
        "planned_cells": _maybe("cells"),
        "planned_volume_ml": _maybe("decimal"),
    },
    "filling": {"viable_cells": CELLS, "volume_ml": DECIMAL},
    "sample": {"kind": TEXT, "cells": _maybe("cells")},
    "discard": {"cells": Value("cells", least=1)},
    "material": {
        "name": TEXT,
        "kind": TEXT,
        "open_hours": Value("number", optional=True, least=1),
        "storage": _maybe("text"),
    },
    "material_lot": {
        "supplier": TEXT,
        "supplier_lot": TEXT,
        "expires_on": Value("later-date"),
        "quantity": Value("positive"),
        "certificate": _maybe("text"),
    },
    "material_opening": {},
    "material_use": {"quantity": Value("positive")},
    "material_discard": {"quantity": Value("positive")},
    "lot_closure": {},
    "result": {
        "value": Value("result"),
        "method": _maybe("text"),
        "sampled_at": _maybe("time"),
        "reading": Value("choice", ("interim", "final")),
    },
    "attestation": {"text": TEXT},
    "label_event": {},
    "printer": {"name": TEXT},
    "custody_event": {
        "to_place": _maybe("place"),
        "to_account": _maybe("account"),
        "to_outside": _maybe("text"),
        "position": _maybe("text"),
        "temperature_c": _maybe("temperature"),
        "max_c": _maybe("temperature"),
        "minutes_above": _maybe("number"),
        "seal": _maybe("text"),
        "condition": _maybe("choice", "intact", "leaking", "damaged"),
        "finding": _maybe("choice", "none", "leak", "crack", "clumps", "label-loose"),
    },
    "attachment": {"what": TEXT},
    "notification_call": {"reached": _maybe("text"), "text": TEXT},
    "order_cancellation": {},
    "preparation": {},
    "preparation_count": {
        "viable_cells": CELLS,
        "total_cells": _maybe("cells"),
        "viability_pct": _maybe("percent"),
        "method": _maybe("text"),
    },
    "preparation_finish": {
        "volume_ml": _maybe("decimal"),
        "used_ml": _maybe("decimal"),
        "diluent": _maybe("text"),
        "expires_at": _maybe("later"),
    },
    "dispensing": {},
    "infusion": {
        "started_at": TIME,
        "ended_at": TIME,
        "volume_ml": Value("positive"),
        "left_ml": _maybe("decimal"),
        "reaction": _maybe("text"),
        "grade": _maybe("number"),
    },
    "oos_investigation": {"assignable": FLAG, "finding": TEXT},
    "deviation": {"title": TEXT, "text": TEXT},
    "deviation_investigation": {"cause": TEXT, "text": TEXT},
    "corrective_action": {"text": TEXT, "owner": Value("account"), "due_on": Value("later-date")},
    "action_done": {"text": TEXT},
    "effectiveness_check": {"effective": FLAG, "text": TEXT},
    "equipment": {
        "name": TEXT,
        "kind": TEXT,
        "place": Value("place"),
        "needs_calibration": FLAG,
    },
    "calibration": {
        "calibrated_on": DATE,
        "due_on": Value("later-date"),
        "certificate": TEXT,
        "outcome": Value("choice", ("pass", "fail")),
    },
    "equipment_use": {},
    "training": {
        "subject": TEXT,
        "trained_on": DATE,
        "valid_until": Value("later-date"),
        "document": _maybe("text"),
    },
}
"""Table -> its own values that a correction may change."""

TOLD: dict[str, Value] = {
    "at": TIME,
    "performed_by": Value("account"),
    "entry": Value("choice", ("scanned", "typed", "imported", "from_paper")),
}
"""What was said about a fact beside its values; the same for every fact that can be corrected."""
