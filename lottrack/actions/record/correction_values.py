"""The new values of a correction: read, looked up, and in order with what else is recorded."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any, NoReturn

from lottrack.actions.families.persons import require_birth_year, require_day
from lottrack.actions.finding import Found, code_of, word_for
from lottrack.actions.making.lots import passages_of
from lottrack.actions.materials.corrections import (
    MATERIAL_FACTS,
    moments_in_order,
    require_on_hand,
)
from lottrack.actions.notation import decimal_mark
from lottrack.actions.record.consequences import dose_again, window_again
from lottrack.actions.record.owning import holders_of, pointing
from lottrack.actions.record.reach import containers_of
from lottrack.actions.testing.results import revalued
from lottrack.errors import BadValue, Conflict
from lottrack.rules.correcting.decisions import require_values, unknown_value
from lottrack.rules.correcting.reading import parse_pairs, read_value
from lottrack.rules.culture.growth import passage_name
from lottrack.rules.reading.times import from_text, is_before, local_text
from lottrack.store.lives import life_events
from lottrack.store.rows import Row

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import date

    from lottrack.actions.desk import Desk
    from lottrack.rules.correcting.values import Value
    from lottrack.store.reader import Reader

New = dict[str, Any]

_AFTER_TAKING = ("collection_receipt", "collection_count", "collection_decision")
_DAYS = {"given_on": "the consent", "weighed_on": "the weighing", "sampled_on": "the sample"}


def new_values(reader: Reader, desk: Desk, found: Found, row: Row, texts: tuple[str, ...]) -> New:
    """The columns a correction changes, as stored, with those that follow from them.

    Raises:
        BadValue: a value is none, or excludes another one of the fact.
        NotFound: a code is unknown.
        Conflict: a value cannot be corrected, or every one stands so already
            (``nothing-to-correct``).
    """
    word = word_for(found.table)
    values = require_values(found.table, word, found.record)
    new: New = {}
    for key, text in parse_pairs(texts).items():
        if key not in values:
            _refuse_value(reader, found, values, key)
        value = values[key]
        new.update(_columns(reader, desk, row, key, value, text))
    changed = {name: value for name, value in new.items() if getattr(row, name) != value}
    if not changed:
        raise Conflict(
            f"The {word} {found.record} says so already.",
            code="nothing-to-correct",
            hint=f"`lottrack audit show {found.record}` shows its values.",
        )
    _require_consistent(found.table, Row({**row.values(), **changed}))
    changed |= _reckoned(reader, found.table, row, changed)
    if "occurred_at" in changed:
        first = reader.versions(found.table, found.record)[0]
        changed["late"] = int(changed["occurred_at"] < first.recorded_at)
    return changed


def _refuse_value(reader: Reader, found: Found, values: dict[str, Value], key: str) -> NoReturn:
    """Refuse a value that a record does not have, pointing at the one that does, if one is near."""
    holders = holders_of(reader, found, key)
    refusal = unknown_value(values, key, word_for(found.table), found.record)
    if not holders:
        raise refusal
    word = word_for(found.table)
    raise Conflict(
        f"{key} is no value of {word} {found.record} itself.",
        code=refusal.code,
        hint=pointing(holders, key),
    )


def _reckoned(reader: Reader, table: str, row: Row, changed: New) -> New:
    """Columns of the same fact that follow from its corrected ones."""
    mended = Row({**row.values(), **changed})
    if table == "infusion" and {"volume_ml", "left_ml"} & set(changed):
        return dose_again(reader, mended)
    if table == "collection_taking" and "occurred_at" in changed:
        return window_again(reader, mended)
    return {}


def _columns(reader: Reader, desk: Desk, row: Row, key: str, value: Value, text: str) -> New:
    if value.kind == "result":
        return dict(revalued(reader, row, text, decimal_mark(reader)))
    if value.kind in {"account", "place"}:
        code = code_of(reader, value.kind, text) if text or not value.optional else None
        return {key: code}
    stored = read_value(value, key, text, desk.zone, desk.now(), decimal_mark(reader))
    if value.kind == "year":
        assert isinstance(stored, int)
        require_birth_year(stored, desk.today())
    if key == "at":
        return {"occurred_at": stored}
    if key == "started_at":
        return {"started_at": stored, "occurred_at": stored}
    return {key: stored}


# -- in order with the rest ------------------------------------------------------------------------


def require_sound(reader: Reader, table: str, record: str) -> None:
    """Refuse a correction after which a fact does not go together with what else is recorded.

    Raises:
        BadValue: a day lies in the future.
        Conflict: something would have happened before what must have come first
            (``out-of-order``).
    """
    row = reader.get(table, record)
    _require_days(reader, row)
    require_on_hand(reader, table, row)
    for earlier, later in _pairs_in_order(reader, table, row):
        _require_in_order(reader, earlier, later)
    for container in containers_of(reader, table, row):
        _require_life_in_order(reader, container)


def _require_consistent(table: str, row: Row) -> None:
    if table == "infusion" and (row.reaction is None) != (row.grade is None):
        raise BadValue(
            "A reaction needs its grade, and a grade its reaction.",
            code="reaction-incomplete",
            hint="Give both: reaction=TEXT grade=1.",
        )
    if table == "infusion" and row.grade is not None and not (1 <= row.grade <= 5):
        raise BadValue("A grade is 1 to 5.", code="out-of-range")
    counted = table == "preparation_count" and row.total_cells is not None
    if counted and not (row.viable_cells <= row.total_cells):
        raise BadValue("There cannot be more viable cells than cells.", code="out-of-range")
    if table == "custody_event":
        targets = [row.to_place, row.to_account, row.to_outside]
        if sum(target is not None for target in targets) > 1:
            raise BadValue(
                "Something goes to one place or to one person.",
                hint="Empty the other one in the same command: to_place= to_account=ANA.",
            )


def _require_days(reader: Reader, row: Row) -> None:
    """Days of a person's acts: not in the future, not before the birth."""
    for column, what in _DAYS.items():
        values = row.values()
        if values.get(column) is None:
            continue
        kind = "donor" if values.get("donor") is not None else "patient"
        person = reader.get(kind, values[kind])
        require_day(_date(values[column]), what, person, _today(reader, row))


def _date(text: str) -> date:
    from datetime import date

    return date.fromisoformat(text)


def _today(reader: Reader, row: Row) -> date:
    """The site's date when a version was recorded: the day of the correction."""
    from zoneinfo import ZoneInfo

    zone = ZoneInfo(reader.setting("zone"))
    return from_text(row.recorded_at).astimezone(zone).date()


Moment = tuple[str, str]
"""What happened, for the sentence, and when, as stored."""


def _pairs_in_order(reader: Reader, table: str, row: Row) -> Iterator[tuple[Moment, Moment]]:
    """Moments of which the first must not be later than the second."""
    this = (f"{word_for(table)} {row.root}", str(row.occurred_at))
    if table in {"seeding", "harvest"}:
        yield from _culture(reader, str(row.lot))
    elif table in _AFTER_TAKING:
        for taking in reader.rows("collection_taking", collection=row.collection):
            yield ("the donation", taking.occurred_at), this
    elif table == "collection_taking":
        yield from _after_taking(reader, row, this)
    elif table in {"preparation_count", "preparation_finish"}:
        preparation = reader.get("preparation", row.preparation)
        yield (f"the start of {preparation.root}", preparation.occurred_at), this
    elif table == "result" and row.sampled_at is not None:
        yield (f"the sampling for {row.root}", row.sampled_at), this
    elif table in MATERIAL_FACTS:
        yield from moments_in_order(reader, table, row)
    elif table == "infusion":
        yield ("the start", row.started_at), ("the end", row.ended_at)


def _after_taking(reader: Reader, taking: Row, this: Moment) -> Iterator[tuple[Moment, Moment]]:
    for table in _AFTER_TAKING:
        for later in reader.rows(table, collection=taking.collection):
            yield this, (f"{word_for(table)} {later.root}", str(later.occurred_at))
    for lot in reader.rows("lot", collection=taking.collection):
        yield from _culture(reader, str(lot.root))


def _culture(reader: Reader, lot: str) -> Iterator[tuple[Moment, Moment]]:
    """The steps of a culture, each after the one before."""
    steps: list[Moment] = []
    collection = reader.get("lot", lot).collection
    if collection is not None:
        takings = reader.rows("collection_taking", collection=collection)
        steps += [("the donation", str(taking.occurred_at)) for taking in takings]
    for passage in passages_of(reader, lot):
        name = f"{passage_name(passage.number)} of lot {lot}"
        if passage.seeding is not None:
            steps.append((f"the seeding of {name}", str(passage.seeding.occurred_at)))
        if passage.harvest is not None:
            steps.append((f"the harvest of {name}", str(passage.harvest.occurred_at)))
    yield from pairwise(steps)


def _require_in_order(reader: Reader, earlier: Moment, later: Moment) -> None:
    if is_before(from_text(later[1]), from_text(earlier[1])):
        zone = reader.setting("zone")
        first, then = (local_text(from_text(moment[1]), zone) for moment in (earlier, later))
        raise Conflict(
            f"{earlier[0][:1].upper()}{earlier[0][1:]} would be at {first}, after {later[0]} at"
            f" {then}.",
            code="out-of-order",
            hint="Check the time; if the other one is wrong, correct that first.",
        )


def _require_life_in_order(reader: Reader, container: str) -> None:
    """The events of a container in the order recorded, but for those told against the rules."""
    events = [event for event in life_events(reader, container) if not event.forced]
    for before, after in pairwise(events):
        names = [f"{event.act.replace('_', ' ')} of {container}" for event in (before, after)]
        _require_in_order(reader, (names[0], before.at), (names[1], after.at))
