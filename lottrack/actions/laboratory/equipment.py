"""Equipment: registered, calibrated, taken out of use."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.finding import code_of
from lottrack.actions.laboratory.calibrations import (
    calibration_of,
    equipment_of,
    require_day_reached,
)
from lottrack.actions.laboratory.uses import look_back
from lottrack.actions.moments import happened_at, require_in_order, shown_time
from lottrack.actions.record.corrected import corrected_in
from lottrack.errors import AlreadyDone, BadValue
from lottrack.rules.calibration import (
    FAILED,
    calibration_blockers,
    due_day,
    require_calibration_days,
)
from lottrack.rules.codes.identifiers import require_own_number
from lottrack.rules.obligations import Obligation
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import from_text

if TYPE_CHECKING:
    from datetime import date, datetime
    from zoneinfo import ZoneInfo

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.calibration import Calibration, Equipment
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

WHO = "technician, production_lead, qc or qa"
"""Who may record a calibration, as messages say it."""


class NewCalibration(NamedTuple):
    """A calibration about to be recorded.

    Attributes:
        on: its day.
        due_on: the last day it holds.
        certificate: number or place of its certificate.
        outcome: ``pass`` or ``fail``.
    """

    on: date
    due_on: date
    certificate: str
    outcome: str


# -- the acts --------------------------------------------------------------------------------------


def register_equipment(
    desk: Desk, code: str, name: str, kind: str, place: str, *, needs_calibration: bool
) -> dict[str, Any]:
    """Register equipment that takes part in making or testing.

    Raises:
        NumberUsed: the code is taken.
        NotFound: there is no such place.
    """
    number = require_own_number(code, "the equipment's code", desk.store.setting("site_code"))
    site = code_of(desk.store, "place", place)
    with desk.change("equipment register") as change:
        change.record(
            "equipment",
            number=number,
            name=clean_text(name, "the name", 120),
            kind=clean_text(kind, "the kind", 60),
            place=site,
            needs_calibration=int(needs_calibration),
        )
        data = _data(change, change.get("equipment", number), change.now, desk.today())
    return data | {"warnings": []}


def calibrate(desk: Desk, code: str, new: NewCalibration, telling: Telling) -> dict[str, Any]:
    """Record a calibration. One that failed answers with everything used since the last good one.

    Raises:
        NotFound: there is no such equipment.
        BadValue: the day lies in the future, or it would be due before.
        AlreadyDone: it is out of use.
        Conflict: told for a time before its day (``out-of-order``).
    """
    number = _found(desk, code)
    require_calibration_days(new.on, new.due_on, desk.today())
    told = desk.told(telling)
    with desk.change("equipment calibrate") as change:
        require_day_reached(change, told, new.on, f"the calibration of {number}")
        retirement = change.first("equipment_retirement", equipment=number)
        if retirement is not None and not (
            happened_at(change, told) < from_text(retirement.occurred_at)
        ):
            raise _out_of_use(number, retirement)
        record = change.record(
            "calibration",
            told,
            equipment=number,
            calibrated_on=new.on.isoformat(),
            due_on=new.due_on.isoformat(),
            certificate=clean_text(new.certificate, "the certificate", 200),
            outcome=new.outcome,
        )
        equipment = equipment_of(change, number)
        calibration = calibration_of(change.get("calibration", record))
        doubtful = look_back(change, equipment, calibration) if new.outcome == FAILED else []
        lots = list(dict.fromkeys(lot for use in doubtful for lot in use["lots"]))
        change.mention(*lots)
    return {
        "id": record,
        "kind": "calibration",
        "equipment": number,
        "calibrated_on": new.on,
        "due_on": new.due_on,
        "certificate": new.certificate,
        "outcome": new.outcome,
        "lots_in_doubt": lots,
        "look_back": doubtful,
        "warnings": _look_back_warnings(record, number, lots),
    }


def _look_back_warnings(calibration: str, code: str, lots: list[str]) -> list[dict[str, str]]:
    if not lots:
        return []
    return [
        {
            "code": "used-since-last-good-calibration",
            "sentence": f"{code} was used for {', '.join(lots)} since its last good calibration."
            " Judge it: lottrack deviation open --class CLASS --title TEXT --text TEXT"
            f" --concerns {calibration}",
        }
    ]


def retire(desk: Desk, code: str, reason: str, telling: Telling) -> dict[str, Any]:
    """Take equipment out of use for good.

    Raises:
        NotFound: there is no such equipment.
        AlreadyDone: it is out of use.
        Conflict: it was used or calibrated later than that (``out-of-order``).
    """
    number = _found(desk, code)
    why = clean_text(reason, "the reason")
    told = desk.told(telling._replace(reason=why))
    with desk.change("equipment retire", why) as change:
        earlier = change.first("equipment_retirement", equipment=number)
        if earlier is not None:
            raise _out_of_use(number, earlier)
        last = max(
            (str(row.occurred_at) for row in change.rows("equipment_use", equipment=number)),
            default=None,
        )
        require_in_order(change, happened_at(change, told), last, f"a use of {number}")
        for row in change.rows("calibration", equipment=number):
            day = calibration_of(row).on
            require_day_reached(change, told, day, f"a calibration of {number}")
        record = change.record("equipment_retirement", told, equipment=number)
    return {
        "id": record,
        "kind": "equipment_retirement",
        "equipment": number,
        "reason": why,
        "warnings": [],
    }


def _found(desk: Desk, code: str) -> str:
    number = code_of(desk.store, "equipment", code)
    desk.subjects.append(number)
    return number


def _out_of_use(code: str, retirement: Row) -> AlreadyDone:
    return AlreadyDone(
        f"{code} is out of use since {retirement.occurred_at[:10]} ({retirement.root}).",
        code="equipment-retired",
        hint="`lottrack equipment list` shows what is in use.",
    )


# -- looking ---------------------------------------------------------------------------------------


def list_equipment(desk: Desk, *, retired: bool) -> list[dict[str, Any]]:
    """The equipment in use with its calibration, or with ``retired`` all of it."""
    reader, now, today = desk.store, desk.now(), desk.today()
    listed = [_data(reader, row, now, today) for row in reader.rows("equipment")]
    return [data for data in listed if retired or data["state"] != "retired"]


def show_equipment(desk: Desk, code: str) -> dict[str, Any]:
    """Equipment with its calibrations and uses, and what is in doubt since the last good one."""
    reader = desk.store
    number = code_of(reader, "equipment", code)
    equipment = equipment_of(reader, number)
    last = max(equipment.calibrations, key=lambda each: each.on, default=None)
    failed = last is not None and last.outcome == FAILED
    shown: dict[str, Any] = {
        **_data(reader, reader.get("equipment", number), desk.now(), desk.today()),
        "calibrations": [
            {
                "id": row.root,
                "calibrated_on": row.calibrated_on,
                "due_on": row.due_on,
                "certificate": row.certificate,
                "outcome": row.outcome,
                "recorded_by": row.recorded_by,
            }
            for row in reader.rows("calibration", equipment=number)
        ],
        "uses": [
            {
                "id": row.root,
                "record": row.record,
                "record_kind": row.record_kind,
                "at": shown_time(reader, row.occurred_at),
                "performed_by": row.performed_by,
            }
            for row in reader.rows("equipment_use", equipment=number)
        ],
        "look_back": look_back(reader, equipment, last) if failed and last else [],
    }
    return shown | {"corrected": corrected_in(reader, shown)}


def _data(reader: Reader, row: Row, now: datetime, today: date) -> dict[str, Any]:
    equipment = equipment_of(reader, str(row.root))
    against = calibration_blockers(equipment, now, today)
    state = "in_calibration" if equipment.needs_calibration else "needs_none"
    if against:
        states = {"equipment-retired": "retired"}
        state = states.get(against[0].code, "out_of_calibration")
    return {
        "id": row.root,
        "kind": "equipment",
        "name": row.name,
        "equipment_kind": row.kind,
        "place": row.place,
        "state": state,
        "due_on": due_day(equipment),
        "against": " ".join(blocker.sentence for blocker in against),
    }


# -- what is owed ----------------------------------------------------------------------------------


def obligations(reader: Reader, zone: ZoneInfo) -> list[Obligation]:
    """Calibrations due or missing, and failed ones that nobody has judged yet."""
    del zone
    owed = []
    for row in reader.rows("equipment"):
        equipment = equipment_of(reader, str(row.root))
        if equipment.retired_at is None and equipment.needs_calibration:
            owed.append(_calibration_owed(equipment))
        owed += [_judgement_owed(equipment, each) for each in _unjudged(reader, equipment)]
    return owed


def _calibration_owed(equipment: Equipment) -> Obligation:
    code, due_on = equipment.code, due_day(equipment)
    said = (
        f"{code} is to be calibrated; no calibration holds."
        if due_on is None
        else f"{code} is to be calibrated again; the last calibration holds until {due_on}."
    )
    command = f"lottrack equipment calibrate {code} --on DATE --due DATE --certificate TEXT"
    return Obligation("calibration-due", code, due_on, said, WHO, command)


def _unjudged(reader: Reader, equipment: Equipment) -> list[Calibration]:
    """Failed calibrations after which something is in doubt that no deviation speaks of."""
    return [
        each
        for each in equipment.calibrations
        if each.outcome == FAILED
        and reader.first("deviation_concern", record=each.number) is None
        and look_back(reader, equipment, each)
    ]


def _judgement_owed(equipment: Equipment, failed: Calibration) -> Obligation:
    return Obligation(
        "failed-calibration-unjudged",
        failed.number,
        None,
        f"{equipment.code} failed its calibration on {failed.on}; what it was used for since the"
        " last good one is to be judged.",
        "qa",
        "lottrack deviation open --class CLASS --title TEXT --text TEXT --concerns"
        f" {failed.number}",
    )


def require_codes(desk: Desk, codes: tuple[str, ...]) -> tuple[str, ...]:
    """The equipment that codes or scans name, each once.

    Raises:
        NotFound: one of them is unknown.
        BadValue: a code is empty or cannot be one.
    """
    if any(not code.strip() for code in codes):
        raise BadValue("--equipment names no equipment.", hint="Give its code, or leave it out.")
    return tuple(dict.fromkeys(_found(desk, code) for code in codes))
