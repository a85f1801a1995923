"""What a correction may change: which values of which facts, and how each is read.

What a fact is about (the lot of a container, the patient of a weight) is not a value of it: a fact
told of the wrong thing is struck and recorded of the right one. Signed decisions are not corrected,
they are followed by another decision.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Conflict
from lottrack.rules.reading.quantities import parse_count, parse_decimal, parse_percent, plain
from lottrack.rules.reading.text import clean_text, quoted
from lottrack.rules.reading.times import parse_date, parse_time, require_not_future, to_text
from lottrack.rules.relations import RELATIONS
from lottrack.rules.screening.markers import parse_outcome

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

Stored = str | int | None
"""A value as the record keeps it."""


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

SIGNED = frozenset({"dispensing", "infusion"})
"""Facts whose performer is the signer, and whose time is what was signed."""

DECISIONS: dict[str, str] = {
    "collection_decision": "collection accept",
    "material_decision": "material release",
    "material_recall": "material release",
    "result_review": "result review",
    "lot_review": "lot review",
    "oos_conclusion": "oos conclude",
    "oos_investigation": "oos investigate",
    "oos_plan": "oos plan",
    "audit_review": "audit review",
    "bench_profile": "bench doctor",
    "bench_reason": "bench reason",
    "calibration": "equipment calibrate",
    "corrective_action": "deviation action",
    "deviation_concern": "deviation reclassify",
    "effectiveness_check": "deviation check",
    "training": "training record",
}
"""Decisions, signed or of a few, that can be struck by those who may decide so."""

CORRECTED_BY: dict[str, str] = {
    "account": "user add",
    "calibration": "equipment calibrate",
    "corrective_action": "deviation action",
    "deviation_investigation": "deviation investigate",
    "effectiveness_check": "deviation check",
    "equipment": "equipment register",
    "oos_investigation": "oos investigate",
    "printer": "printer register",
    "training": "training record",
}
"""Facts that those correct who may do another act: a person's name, by an administrator."""

INSTEAD: dict[str, str] = {
    "audit_review": "A review is not corrected. Strike it and review again.",
    "bench_profile": "Find it out anew: lottrack bench doctor.",
    "bench_reason": "Printed sheets carry it. Strike it, and register another.",
    "approval": "An approved document stays approved; load and approve a new edition.",
    "clearance_rule": "Turn it on or off anew: lottrack place line-clearance.",
    "collection_decision": "A decision is not corrected. Strike it and decide again.",
    "container_extension": "Extend it anew, by signature: lottrack container extend.",
    "correction": "Correct the record itself again; every version stays visible.",
    "deviation_class": "Class it anew: lottrack deviation reclassify.",
    "deviation_closure": "It stands until a check finds no effect: lottrack deviation check.",
    "deviation_concern": "Strike it, and link the right thing: lottrack deviation link.",
    "disposition": "A disposition is followed by another one: lottrack lot reject, lot recall.",
    "document_issue": "It was issued as it is; issue the document again, under its own number.",
    "duty_list": "Load a new edition: lottrack notify load.",
    "eligibility": "Decide again: lottrack donor decide.",
    "equipment_retirement": "Equipment out of use stays so; register it under a new code.",
    "hla_finding": "It follows from the two typings; correct the typing.",
    "hold": "A hold is lifted by signature: lottrack hold lift.",
    "hold_lift": "Open another hold: lottrack hold open.",
    "incident": "What happened stays on record; correct the event it is about.",
    "infusion_order": "Cancel the order and place another one: lottrack order cancel.",
    "label": "Void the label and print another one: lottrack label void.",
    "label_template": "Print with another edition of the template.",
    "line_clearance": "It tells what was seen then; look again: lottrack label clear.",
    "template_approval": "An approved template stays so; approve its next edition.",
    "print_job": "It tells what was sent; void the labels: lottrack label void.",
    "print_job_end": "It tells how a sending ended; void the labels: lottrack label void.",
    "print_job_scan": "Test the printer again: lottrack printer test.",
    "printer_retirement": "A retired printer stays so; register it under a new code.",
    "lot_respecification": "Move the lot again, by signature: lottrack lot respecify.",
    "late_positive": "It follows from the result; correct or strike the result.",
    "lot_review": "A review is not corrected. Strike it and review again.",
    "material_decision": "A decision is not corrected. Strike it and decide again.",
    "material_recall": "Strike it if it was of another lot; its holds are lifted by signature.",
    "notification": "The call stays owed; record it: lottrack notify record.",
    "oos": "An investigation is ended by a signed conclusion: lottrack oos conclude.",
    "oos_conclusion": "A conclusion is not corrected. Strike it and conclude again.",
    "oos_plan": "A plan is fixed when it is signed. Strike it, and sign another before any retest.",
    "protocol": "Load a new edition: lottrack protocol load.",
    "refusal": "A refusal tells what was tried.",
    "release_condition": "It is part of a signed release; release or reject the lot.",
    "result_import": "Correct or strike the results it brought, one by one.",
    "result_review": "A review is not corrected. Correct the results and review again.",
    "role_act": "Who may do what is changed with a new table of roles.",
    "role_grant": "Give and take roles with lottrack user role.",
    "screening_rule": "A rule set is followed by another edition.",
    "shown_warning": "A warning tells what was shown.",
    "signature": "A signature cannot be mended; it becomes void when what it covers is corrected.",
    "specification": "Load a new edition: lottrack spec load.",
    "specification_retirement": "A retired version stays retired; load and approve a new one.",
    "training_requirement": "Withdraw it: lottrack training withdraw.",
    "training_withdrawal": "Require it again: lottrack training require.",
    "supply": "A dossier is closed by the physician: lottrack supply decline.",
    "supply_assessment": "Assess again: lottrack supply assess.",
    "supply_decision": "A decision is followed by another: lottrack supply decline.",
    "verification": "It tells what was answered at that moment; verify again.",
    "account_event": "Use lottrack user unlock, reset or deactivate.",
}
"""Table -> what to do instead of correcting or striking."""

_NOT_STRUCK = {
    "deviation": "A deviation is closed by signature: lottrack deviation close.",
    "equipment": "Equipment is taken out of use: lottrack equipment retire.",
    "printer": "A printer is taken off the list: lottrack printer retire.",
    "account": "An account is ended, and its code is never used again: lottrack user deactivate.",
}


def parse_pairs(texts: tuple[str, ...]) -> dict[str, str]:
    """``KEY=VALUE`` words as a dictionary; hyphens in keys are underscores.

    Raises:
        BadValue: no ``=``, or a key twice.
    """
    pairs: dict[str, str] = {}
    for text in texts:
        key, sign, value = text.partition("=")
        name = key.strip().lower().replace("-", "_")
        if not sign or not name:
            raise BadValue(
                f"{quoted(text)} does not say which value is to be what.",
                code="bad-correction",
                hint="Write KEY=VALUE, for example harvested=4.2e7.",
            )
        if name in pairs:
            raise BadValue(f"{name} is given twice.", code="bad-correction")
        pairs[name] = value.strip()
    return pairs


def require_values(table: str, word: str, record: str) -> dict[str, Value]:
    """What can be corrected of a record, by key.

    Raises:
        Conflict: nothing (``not-correctable``); the hint says what to do instead.
    """
    if table not in VALUES:
        raise Conflict(
            f"The {word} {record} cannot be corrected.",
            code="not-correctable",
            hint=INSTEAD[table],
        )
    told = {"at": TIME, "entry": TOLD["entry"]} if table in SIGNED else TOLD
    values = {**VALUES[table], **told}
    if table == "infusion":
        del values["at"]  # it happened when it was started
    return values


def unknown_value(values: dict[str, Value], key: str, word: str, record: str) -> Conflict:
    """The refusal (``not-correctable``) of a value that a record has not, or that is not mended."""
    return Conflict(
        f"{quoted(key)} of {word} {record} cannot be corrected.",
        code="not-correctable",
        hint=f"These can: {', '.join(values)}. If the record is about the wrong thing, or never"
        f" happened: lottrack strike {record} --reason TEXT, and record it anew.",
    )


def require_strikable(table: str, word: str, record: str) -> None:
    """Refuse to strike what is no fact of its own, or is a decision that another one follows.

    Raises:
        Conflict: ``not-strikable``; the hint says what to do instead.
    """
    if table in DECISIONS:
        return
    instead = _NOT_STRUCK.get(table) or INSTEAD.get(table)
    if instead is not None:
        raise Conflict(f"The {word} {record} cannot be struck.", code="not-strikable", hint=instead)


def read_value(value: Value, key: str, text: str, zone: str, now: datetime) -> Stored:
    """A new value as the record keeps it; codes and results are looked up by the caller.

    Raises:
        BadValue: it is none; or it is empty where something must stand.
    """
    if not text:
        if value.optional:
            return None
        raise BadValue(f"{key} cannot be left empty.", code="bad-value", hint=f"Write {key}=VALUE.")
    if value.kind in _READERS:
        return _READERS[value.kind](value, key, text)
    if value.kind in {"time", "later"}:
        moment = parse_time(text, zone, now)
        if value.kind == "time":
            require_not_future(moment, now, key)
        return to_text(moment)
    if value.kind == "date":
        day = parse_date(text, key)
        # The site's date may be a day ahead of UTC; the caller compares with the site's.
        if not (day <= (now + timedelta(days=1)).date()):
            raise BadValue(f"{key} {day} lies in the future.", code="date-in-future")
        return day.isoformat()
    return clean_text(text, key)


def _count(value: Value, key: str, text: str) -> int:
    count = parse_count(text, key, "" if value.kind == "number" else "cells")
    if not (count >= value.least):
        raise BadValue(f"{key} is at least {value.least}.", code="out-of-range")
    return count


def _positive(_: Value, key: str, text: str) -> str:
    number = parse_decimal(text, key)
    if not (number > 0):
        raise BadValue(f"{key} is above 0.", code="out-of-range")
    return plain(number)


def _choice(value: Value, key: str, text: str) -> str:
    for choice in value.choices:
        if choice.lower() == text.lower():
            return choice
    raise BadValue(f"{key} cannot be {quoted(text)}.", hint=f"One of: {', '.join(value.choices)}.")


def _flag(_: Value, key: str, text: str) -> int:
    if text.lower() not in {"yes", "no"}:
        raise BadValue(f"{key} is yes or no, not {quoted(text)}.")
    return int(text.lower() == "yes")


def _year(_: Value, key: str, text: str) -> int:
    return parse_count(text, key, "")


_READERS: dict[str, Callable[[Value, str, str], Stored]] = {
    "cells": _count,
    "number": _count,
    "decimal": lambda _, key, text: plain(parse_decimal(text, key)),
    "positive": _positive,
    "percent": lambda _, key, text: plain(parse_percent(text, key)),
    "temperature": lambda _, key, text: plain(parse_decimal(text, key, minimum=-273, maximum=200)),
    "choice": _choice,
    "flag": _flag,
    "year": _year,
    "later-date": lambda _, key, text: parse_date(text, key).isoformat(),
    "marker": lambda _value, _key, text: parse_outcome(text),
    "hla": lambda _value, _key, text: _gl_string(text),
}


def _gl_string(text: str) -> str:
    from lottrack.rules.hla.glstring import parse_gl_string

    return str(parse_gl_string(text).text)
