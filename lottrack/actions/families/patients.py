"""Patients: registered under codes, weighed, and known again by their wristbands."""

from __future__ import annotations

import hashlib
import hmac
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions import signing
from lottrack.actions.families.consents import consent_state, consents_of
from lottrack.actions.families.persons import (
    latest_typing,
    require_day,
    told_of,
    write_person,
)
from lottrack.actions.finding import code_of, find, word_for
from lottrack.actions.record.corrected import corrected_in, struck_facts
from lottrack.actions.scanning import label_row
from lottrack.actions.shown import write_warnings
from lottrack.errors import (
    AlreadyDone,
    BadValue,
    CodeUnreadable,
    LabelRefused,
    LottrackError,
    NotFound,
    NumberUsed,
    WrongKindOfCode,
)
from lottrack.rules.codes.identifiers import read_number
from lottrack.rules.codes.scans import read_scan
from lottrack.rules.culture.plausibility import weight_warnings
from lottrack.rules.reading.quantities import plain

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.families.persons import NewPerson
    from lottrack.rules.codes.scans import Scan
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

__all__ = [
    "ScannedPatient",
    "Weighing",
    "attach_band",
    "consent_state",
    "latest_weight",
    "list_patients",
    "patient_of_scan",
    "register_patient",
    "show_patient",
    "weigh_patient",
]

_VOID = frozenset({"void", "destroyed"})


class Weighing(NamedTuple):
    """A body weight and the day it was measured."""

    weight_kg: Decimal
    on: date


class ScannedPatient(NamedTuple):
    """The patient a scan names.

    Attributes:
        code: the patient's code.
        entry: ``scanned`` for a wristband, ``typed`` for a bare code or an order's number.
    """

    code: str
    entry: str


def register_patient(
    desk: Desk, person: NewPerson, weighing: Weighing | None, telling: Telling
) -> dict[str, Any]:
    """Register a patient, with typing and weight where they are known already.

    Raises:
        NumberUsed: the code belongs to another patient.
        BadValue: unusable code, year of birth, typing, weight or date.
        Conflict: a date before the year of birth.
    """
    with desk.change("patient register") as change:
        made = write_person(change, desk, "patient", person, telling)
        if weighing is not None:
            row = change.get("patient", made["id"])
            told = told_of(desk, telling, row.root, row.born_year, "the weighing")
            weighed = _write_weight(change, row, weighing, told, desk.today())
            made["weight_kg"] = weighed["weight_kg"]
            made["weighed_on"] = weighed["weighed_on"]
            made["warnings"] += weighed["warnings"]
    return made


def weigh_patient(desk: Desk, code: str, weighing: Weighing, telling: Telling) -> dict[str, Any]:
    """Record a body weight.

    Raises:
        NotFound: there is no such patient.
        BadValue: no weight, or a date in the future.
        Conflict: a date before the year of birth.
    """
    patient = desk.store.get("patient", code_of(desk.store, "patient", code))
    desk.subjects.append(str(patient.root))
    told = told_of(desk, telling, patient.root, patient.born_year, "the weighing")
    with desk.change("patient weigh") as change:
        return _write_weight(change, patient, weighing, told, desk.today())


def _write_weight(
    change: Change, patient: Row, weighing: Weighing, told: Told, today: date
) -> dict[str, Any]:
    if not (weighing.weight_kg > 0):
        raise BadValue(
            "A body weight of 0 kg is none.",
            code="out-of-range",
            hint="Give the weight in kilograms, for example --weight-kg 16.2.",
        )
    require_day(weighing.on, "the weighing", patient, today)
    before = _weight_by(change, patient.root, weighing.on.isoformat())
    warnings = weight_warnings(
        f"patient {patient.root}",
        weighing.weight_kg,
        previous_kg=None if before is None else Decimal(before.weight_kg),
        age_years=weighing.on.year - int(patient.born_year),
    )
    number = change.record(
        "weight",
        told,
        patient=patient.root,
        weight_kg=plain(weighing.weight_kg),
        weighed_on=weighing.on.isoformat(),
    )
    return {
        "id": number,
        "kind": "weight",
        "patient": patient.root,
        "weight_kg": plain(weighing.weight_kg),
        "weighed_on": weighing.on.isoformat(),
        "warnings": write_warnings(change, number, warnings),
    }


def latest_weight(reader: Reader, patient: str) -> Row | None:
    """The weight measured last (of one day, the one recorded last), or None."""
    return _weight_by(reader, patient, "9999-12-31")


def _weight_by(reader: Reader, patient: str, day: str) -> Row | None:
    """The weight measured last up to a day."""
    weights = [row for row in reader.rows("weight", patient=patient) if row.weighed_on <= day]
    # Turned round, for max() takes the first of equals.
    return max(reversed(weights), key=lambda row: str(row.weighed_on), default=None)


# -- wristbands ------------------------------------------------------------------------------------


def attach_band(
    desk: Desk, code: str, raw: str, second: signing.Proof, telling: Telling
) -> dict[str, Any]:
    """Keep the hospital's own wristband code of a patient, as a keyed hash (HMAC-SHA256).

    The code itself, which may be a hospital record number, never enters the record: not the audit
    trail, and not a refusal.

    Raises:
        NotFound: there is no such patient.
        SamePerson: the second person is the actor or who performed it.
        WrongKindOfCode: the scan is one of lottrack's own codes.
        CodeUnreadable: nothing was scanned.
        NumberUsed: the band is another patient's (``band-already-used``).
        AlreadyDone: it is this patient's already.
    """
    patient = desk.store.get("patient", code_of(desk.store, "patient", code))
    desk.subjects.append(str(patient.root))
    told = told_of(desk, telling, patient.root, patient.born_year, "the band")
    digest = _band_hash(desk.store, _foreign_band(desk.store, raw))
    performer = told.performed_by or desk.require_actor()
    witness = signing.require_second(desk, second, desk.require_actor(), performer).account
    with desk.change("patient band") as change:
        _require_new_band(change, digest, str(patient.root))
        number = change.record(
            "patient_band",
            told._replace(witness=witness),
            patient=patient.root,
            code_hmac=digest,
        )
    return {
        "id": number,
        "kind": "patient_band",
        "patient": patient.root,
        "second": witness,
        "warnings": [],
    }


def _foreign_band(reader: Reader, raw: str) -> str:
    """The cleaned text of a hospital's band, which is no code this record would read otherwise."""
    scan = read_scan(raw)
    if scan.form == "unknown":
        raise CodeUnreadable(
            "The scan holds nothing.", code="unreadable", hint="Scan the patient's wristband again."
        )
    number = None
    if scan.form == "number":
        number = read_number(scan.text, reader.setting("site_code"))
    if scan.form == "label" or number is not None or reader.find("patient", scan.text) is not None:
        raise WrongKindOfCode(
            "That is a code of this record, not the hospital's own wristband code.",
            hint="Scan the band the hospital put on the patient. lottrack's own bands need no"
            " attaching.",
        )
    return scan.text


def _require_new_band(reader: Reader, digest: str, patient: str) -> None:
    known = reader.first("patient_band", code_hmac=digest)
    if known is None:
        return
    if known.patient == patient:
        raise AlreadyDone(f"This band is on record for {patient} already.", hint="Nothing to do.")
    raise NumberUsed(
        f"This band belongs to patient {known.patient}, so it cannot be {patient}'s.",
        code="band-already-used",
        hint=f"Check whose band was scanned. If it was attached wrongly: lottrack strike"
        f" {known.root} --reason TEXT.",
    )


def _band_hash(reader: Reader, text: str) -> str:
    key = bytes.fromhex(reader.setting("band_key"))
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def patient_of_scan(reader: Reader, raw: str) -> ScannedPatient:
    """The patient a scan names: lottrack's wristband, the hospital's, an order or a typed code.

    Raises:
        NotFound: no patient of this record has it (``patient-band-unknown``).
        LabelRefused: the wristband's label was voided (``label-void``).
        CodeUnreadable: a damaged label, or a number with a wrong check character.
        WrongKindOfCode: it names another kind of thing.
    """
    scan = read_scan(raw)
    if scan.form == "label":
        return _of_label(reader, scan)
    band = reader.first("patient_band", code_hmac=_band_hash(reader, scan.text))
    if band is not None:
        return ScannedPatient(str(band.patient), "scanned")
    number = read_number(scan.text, reader.setting("site_code"))
    if number is not None and number.kind != "infusion_order":
        raise _wrong_kind(f"This is the number of a {word_for(number.kind)}")
    if number is not None:
        return _of_order(reader, number.id)
    if reader.find("patient", scan.text) is not None:
        return ScannedPatient(scan.text, "typed")
    raise _unknown()


def scan_as_kept(reader: Reader, raw: str) -> str:
    """How the scan of a patient stands in the record.

    A label, a code or an order of this record is kept as it was scanned; any other code may be a
    hospital's own, which names a person, and is kept as its keyed hash.
    """
    text = raw.strip()
    try:
        scan = read_scan(raw)
        text = scan.text
        if scan.form == "label" or find(reader, text).table in {"patient", "infusion_order"}:
            return raw
    except LottrackError:
        pass
    return f"band:{_band_hash(reader, text)}"


def _of_label(reader: Reader, scan: Scan) -> ScannedPatient:
    try:
        label = label_row(reader, scan)
    except NotFound as error:
        raise _unknown() from error
    if label.patient is None:
        raise _wrong_kind(f"{label.root} is not the label of a patient")
    # Read from the events and not from the standing, which has no past.
    if any(event.event in _VOID for event in reader.rows("label_event", label=label.root)):
        raise LabelRefused(
            f"The wristband {label.root} of {label.patient} was voided.",
            code="label-void",
            hint="Scan the band the patient wears now; if it is this one, print a new one.",
        )
    return ScannedPatient(str(label.patient), "scanned")


def _of_order(reader: Reader, number: str) -> ScannedPatient:
    order = reader.find("infusion_order", number)
    if order is None:
        raise _unknown()
    course = reader.get("course", order.course)
    return ScannedPatient(str(reader.get("pair", course.pair).patient), "typed")


def _unknown() -> NotFound:
    # The scan is not repeated here: a hospital's band may hold a name or a record number.
    return NotFound(
        "No patient of this record has this band, code or order.",
        code="patient-band-unknown",
        hint="Scan the patient's wristband again. A hospital's band is made known by: lottrack"
        " patient band CODE --scan SCAN --second USER.",
    )


def _wrong_kind(why: str) -> WrongKindOfCode:
    return WrongKindOfCode(
        f"{why}, and a patient's wristband is needed here.", hint="Scan the patient's wristband."
    )


# -- reading ---------------------------------------------------------------------------------------


def show_patient(desk: Desk, code: str) -> dict[str, Any]:
    """All that is recorded of one patient.

    Raises:
        NotFound: there is no such patient.
    """
    reader = desk.store
    patient = reader.get("patient", code_of(reader, "patient", code))
    number = str(patient.root)
    typing = latest_typing(reader, "patient", number)
    weights = sorted(reader.rows("weight", patient=number), key=lambda row: str(row.weighed_on))
    shown: dict[str, Any] = {
        "id": number,
        "kind": "patient",
        "born": patient.born_year,
        "sex": patient.sex,
        "hla": None if typing is None else typing.gl_string,
        "typing": None if typing is None else typing.root,
        "hospital_bands": len(reader.rows("patient_band", patient=number)),
        "weights": [
            {
                "id": row.root,
                "kind": "weight",
                "weight_kg": row.weight_kg,
                "weighed_on": row.weighed_on,
            }
            for row in weights
        ],
        "consents": consents_of(reader, "patient", number),
        "courses": [
            {"id": course.root, "kind": "course", "pair": pair.root, "donor": pair.donor}
            for pair in reader.rows("pair", patient=number)
            for course in reader.rows("course", pair=pair.root)
        ],
        "struck": struck_facts(
            reader,
            ("typing", "weight", "consent", "patient_band", "pair", "infusion"),
            patient=number,
        ),
    }
    return shown | {"corrected": corrected_in(reader, shown)}


def list_patients(desk: Desk) -> list[dict[str, Any]]:
    """Every patient with the latest weight and whether a typing is on record."""
    reader = desk.store
    typed = {row.patient for row in reader.rows("typing")}
    weights: dict[str, Row] = {}
    for row in sorted(reader.rows("weight"), key=lambda each: str(each.weighed_on)):
        weights[row.patient] = row
    listed = []
    for row in reader.rows("patient"):
        weight = weights.get(row.root)
        listed.append(
            {
                "id": row.root,
                "kind": "patient",
                "born": row.born_year,
                "sex": row.sex,
                "typed": row.root in typed,
                "weight": None if weight is None else weight.root,
                "weight_kg": None if weight is None else weight.weight_kg,
                "weighed_on": None if weight is None else weight.weighed_on,
            }
        )
    return listed
