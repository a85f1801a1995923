"""A contamination found late: what it stops, who was given cells, whom to tell. One act.

A culture can turn positive days after the cells were used. Whoever records that result has done
everything that must happen at once: whatever shares the start material is on hold, and the call
sheet is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.making.lineage import Lineage, descendants_of_lot, lineage_of
from lottrack.actions.moments import shown_time
from lottrack.actions.notifying.calls import failing_beside, sheet_data, write_calls
from lottrack.actions.notifying.duties import duties_in_force
from lottrack.actions.releasing.holds import open_holds_on, write_hold
from lottrack.actions.testing.investigations import open_oos, told_with
from lottrack.actions.testing.quality_states import filled_containers, infusions_of
from lottrack.rules.certification.duties import LATE_POSITIVE, GivenTo, calls_for
from lottrack.rules.lifecycle import ENDED
from lottrack.rules.reading.times import from_text
from lottrack.rules.specification.results import FAIL, restored_value, result_text
from lottrack.store.change import Told

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from lottrack.rules.specification.criterion import Criterion
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

_PHYSICIAN = "clinician"
_LET_GO = frozenset({"released", "conditionally_released"})


class Reached(NamedTuple):
    """A container that shares the start material: its row, and the infusions of its cells."""

    row: Row
    infusions: tuple[Row, ...]


def raise_alarm(change: Change, result: Row, criterion: Criterion | None) -> list[dict[str, Any]]:
    """Do everything that a contamination found after a release makes necessary.

    Nothing happens while nothing of the start material was ever released or given: then the lot
    waits in quarantine and its check fails. A later reading of the same test holds again what was
    let go since; its call sheet is there already.

    Args:
        change: the open change in which the result was recorded.
        result: the result.
        criterion: what it is judged by.

    Returns:
        The holds it opened, as answers give them.
    """
    if criterion is None or not criterion.contamination or result.verdict != FAIL:
        return []
    lots = lots_of_start_material(change, str(result.lot))
    reached = {lot: list(_reached(change, lot)) for lot in lots}
    if not _is_late(change, reached):
        return []
    shown = result_text(restored_value(result.sign, result.value), criterion.unit)
    said = f"{criterion.name}: {shown} ({result.root})"
    open_oos(change, told_with(result), [str(result.root)], f"{said}, found after a release")
    holds = _hold_lots(change, result, said, reached)
    if alarm_of(change, str(result.root)) is None:
        at = from_text(result.occurred_at)
        number = change.record("late_positive", Told(at), result=result.root, lot=result.lot)
        change.mention(*lots, *(str(r.row.root) for each in reached.values() for r in each))
        _write_call_sheet(change, number, at, reached)
    return holds


def call_about(change: Change, infusion: Row, lots: list[str]) -> list[str]:
    """The calls that an infusion makes due whose cells were under a late positive; their numbers.

    It was recorded after the alarm: given in spite of it, or before it and told late. Once the
    alarm's hold on the lot had been lifted by signature, an infusion is like every other.

    Args:
        change: the open change in which the infusion was recorded.
        infusion: the infusion.
        lots: the lots of its containers.
    """
    if not change.rows("late_positive"):
        return []
    written: list[str] = []
    for lot in dict.fromkeys(lots):
        for alarm in _alarms_over(change, lot, str(infusion.started_at)):
            written += _call_about(change, alarm, infusion, lot)
    return written


def _alarms_over(reader: Reader, lot: str, at: str) -> list[Row]:
    """The late positives whose holds stood over a lot at a moment, or came to stand after it."""
    found: dict[str, Row] = {}
    for row in lineage_of(reader, lot).ancestors:
        for hold in reader.rows("hold", lot=row.root):
            if hold.cause != "oos" or hold.because_of is None:
                continue
            alarm = alarm_of(reader, str(hold.because_of))
            lift = reader.first("hold_lift", hold=hold.root)
            if alarm is not None and (lift is None or str(lift.occurred_at) > at):
                found[str(alarm.root)] = alarm
    return [alarm for alarm in found.values() if failing_beside(reader, str(alarm.result))]


def _call_about(change: Change, alarm: Row, infusion: Row, lot: str) -> list[str]:
    """The physician's call, and those that are owed only once a patient was given cells."""
    patient, course = str(infusion.patient), lineage_of(change, lot).course
    given = GivenTo(patient, physician_of(change, infusion), str(infusion.root))
    sheet = change.rows("notification", late_positive=alarm.root)
    if any(str(row.infusion) == given.infusion for row in sheet):
        return []
    told = {str(row.whom) for row in sheet}
    calls = [
        call
        for call in calls_for(
            duties_in_force(change).duties, LATE_POSITIVE, str(course.basis), [given], change.now
        )
        if call.infusion or (call.duty.only_if_given and call.duty.whom not in told)
    ]
    change.mention(str(alarm.root))
    return write_calls(change, calls, late_positive=str(alarm.root))


def late_positive_of(reader: Reader, result: str, now: str) -> dict[str, Any] | None:
    """What a result set off, as answers give it at a moment; None when it set off nothing."""
    row = alarm_of(reader, result)
    return None if row is None else late_positive_data(reader, row, now)


def alarm_of(reader: Reader, result: str) -> Row | None:
    """The late positive a result is part of: its own, or that of an earlier reading of its test."""
    first = reader.versions("result", result)[0]
    rows = reader.sql(
        "SELECT l.root FROM result AS r CROSS JOIN late_positive_now AS l ON l.result = r.root"
        " WHERE r.lot = :lot AND r.version = 1 AND r.test = :test"
        " AND r.container IS :container AND r.preparation IS :preparation",
        lot=first.lot,
        test=first.test,
        container=first.container,
        preparation=first.preparation,
    )
    return reader.get("late_positive", rows[0].root) if rows else None


def late_positive_data(reader: Reader, alarm: Row, now: str) -> dict[str, Any]:
    """A late positive: the result, what shares the start material, the calls.

    ``given`` holds the infusions recorded before the result, and those after it whose physicians
    are called all the same (``call_about``).
    """
    result = reader.find("result", alarm.result)
    called = {str(row.infusion) for row in reader.rows("notification", late_positive=alarm.root)}
    lots = lots_of_start_material(reader, str(alarm.lot))
    reached = {lot: list(_reached(reader, lot)) for lot in lots}
    return {
        "id": str(alarm.root),
        "kind": "late_positive",
        "result": str(alarm.result),
        "test": None if result is None else str(result.test),
        "value": None if result is None else f"{result.sign}{result.value}",
        "known_at": shown_time(reader, alarm.occurred_at),
        "lot": str(alarm.lot),
        "stopped": [
            _stopped_data(reader, lot, each, str(alarm.lot))
            for lot, found in reached.items()
            for each in found
        ],
        "given": [
            given_data(reader, each, infusion)
            for found in reached.values()
            for each in found
            for infusion in each.infusions
            if str(infusion.root) in called
            or reader.versions("infusion", infusion.root)[0].seq < alarm.seq
        ],
        "calls": sheet_data(reader, now, late_positive=str(alarm.root)),
    }


def lots_of_start_material(reader: Reader, lot: str) -> list[str]:
    """Every lot grown from the collection that a lot comes from, the lot itself first."""
    collection = str(lineage_of(reader, lot).collection.root)
    found = [lot]
    for row in reader.rows("lot", collection=collection):
        found += descendants_of_lot(reader, str(row.root))
    return list(dict.fromkeys(found))


def physician_of(reader: Reader, infusion: Row) -> str:
    """Who answers for an infusion: the clinician who signed its order.

    One given without an order is answered for by the clinician at the bedside, else by the one who
    signed the last order of the course; where there is none, by who signed the infusion.
    """
    order = infusion.infusion_order and reader.find("infusion_order", infusion.infusion_order)
    if order:
        return str(order.performed_by)
    for person in (str(infusion.performed_by), str(infusion.second)):
        if any(row.role == _PHYSICIAN for row in reader.rows("account_role", account=person)):
            return person
    last = reader.last("infusion_order", course=infusion.course)
    return str(infusion.performed_by if last is None else last.performed_by)


def given_data(reader: Reader, each: Reached, infusion: Row) -> dict[str, Any]:
    """One infusion of cells concerned: patient, day, physician."""
    return {
        "id": str(infusion.root),
        "kind": "infusion",
        "patient": str(infusion.patient),
        "number": infusion.number,
        "started": shown_time(reader, infusion.started_at),
        "physician": physician_of(reader, infusion),
        "lot": str(each.row.lot),
        "container": str(each.row.root),
    }


# -- what it reaches -------------------------------------------------------------------------------


def _reached(reader: Reader, lot: str) -> Iterator[Reached]:
    for fill in reader.rows("fill", lot=lot):
        for row in filled_containers(reader, fill.root):
            infusions = {str(i.root): i for i in infusions_of(reader, row.root)}
            yield Reached(row, tuple(infusions.values()))


def _is_late(reader: Reader, reached: dict[str, list[Reached]]) -> bool:
    """Whether anything of the start material was ever released, or given all the same."""
    if any(each.infusions for found in reached.values() for each in found):
        return True
    fills = [fill for lot in reached for fill in reader.rows("fill", lot=lot)]
    return any(
        row.decision in _LET_GO
        for fill in fills
        for row in reader.rows("disposition", fill=fill.root)
    )


def _hold_lots(
    change: Change, result: Row, said: str, reached: dict[str, list[Reached]]
) -> list[dict[str, Any]]:
    """One hold for each lot of the start material: it stops its containers, prepared ones too."""
    collection = lineage_of(change, str(result.lot)).collection.root
    known = {str(row.root) for row in failing_beside(change, str(result.root))}
    holds = []
    for lot, found in reached.items():
        if {str(hold.because_of) for hold in open_holds_on(change, "lot", lot)} & known:
            continue
        left = [str(each.row.root) for each in found if _is_there(change, each)]
        why = (
            f"{said}, found after a release; lot {lot} comes from the same collection {collection}."
            f" Stopped: {', '.join(left) or 'none left'}."
        )
        number = write_hold(change, "lot", lot, "oos", why, because_of=str(result.root))
        holds.append({"id": number, "kind": "hold", "on_kind": "lot", "on": lot, "cause": "oos"})
    return holds


def _is_there(reader: Reader, each: Reached) -> bool:
    standing = reader.first("container_standing", container=each.row.root)
    return standing is not None and standing.location_state not in ENDED


def _stopped_data(reader: Reader, lot: str, each: Reached, tested: str) -> dict[str, Any]:
    standing = reader.first("container_standing", container=each.row.root)
    return {
        "id": str(each.row.root),
        "kind": "container",
        "lot": lot,
        "shares": "the lot" if lot == tested else "the start material",
        "location_state": None if standing is None else str(standing.location_state),
    }


# -- whom to tell ----------------------------------------------------------------------------------


def _write_call_sheet(
    change: Change, alarm: str, at: datetime, reached: dict[str, list[Reached]]
) -> None:
    """Write every call that is owed, for each legal basis among the courses concerned."""
    duties = duties_in_force(change).duties
    bases: dict[str, dict[str, GivenTo]] = {}
    for lot, found in reached.items():
        lineage: Lineage = lineage_of(change, lot)
        given = bases.setdefault(str(lineage.course.basis), {})
        infusions = [infusion for each in found for infusion in each.infusions]
        for infusion in sorted(infusions, key=lambda row: str(row.started_at)):
            patient = str(infusion.patient)
            given[patient] = GivenTo(patient, physician_of(change, infusion), str(infusion.root))
    for basis, patients in bases.items():
        calls = calls_for(duties, LATE_POSITIVE, basis, list(patients.values()), at)
        write_calls(change, calls, late_positive=alarm)
