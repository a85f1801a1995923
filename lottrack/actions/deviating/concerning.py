"""What a deviation concerns: the things people name, what stands behind them, and a lot's share.

A thing is named as it is met: a bag, a passage, a result, an incident. What stands behind it (the
bag of an incident, the lot of a result) is concerned through it, and is written down with it, so
that a lot is asked with a few lookups however the deviation was told.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions import signing
from lottrack.actions.finding import CODED, Found, find, word_for
from lottrack.actions.scanning import scanned_record
from lottrack.errors import Conflict
from lottrack.rules.codes.identifiers import read_number
from lottrack.rules.deviations import DeviationFact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from lottrack.actions.desk import Desk
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

THINGS = (
    *("container", "fill", "lot", "collection", "donor", "patient", "pair", "course"),
    *("equipment", "material_lot", "material", "place"),
)
"""Things that deviations are about in the end; whatever else is named leads to some of them."""

_LEADING = ("container", "fill", "lot", "collection", "equipment", "material_lot", "patient")
"""Columns by which a fact leads to the things it is about, in the order told."""


class Concern(NamedTuple):
    """A thing a deviation concerns, and the record through which it does; "" for one named."""

    table: str
    record: str
    through: str = ""


# -- naming ----------------------------------------------------------------------------------------


def find_concerns(desk: Desk, texts: Sequence[str]) -> list[Concern]:
    """The things that numbers, codes or scans name, each with what stands behind it.

    A code that two kinds of things share is told with its kind: ``equipment:INC-01``.

    Raises:
        NotFound: nothing has it, or it was struck.
        Conflict: things of several kinds have it (``ambiguous-code``).
    """
    concerns: dict[tuple[str, str], Concern] = {}
    for text in texts:
        named = find_thing(desk, text)
        desk.subjects.append(named.record)
        desk.store.get(named.table, named.record)
        concerns[named.table, named.record] = Concern(*named)
        for behind in behind_of(desk.store, named):
            if behind != named:
                concerns.setdefault(
                    (behind.table, behind.record), Concern(*behind, through=named.record)
                )
    return list(concerns.values())


def find_thing(desk: Desk, text: str) -> Found:
    """The one thing a number, a code, ``KIND:CODE`` or a scan names.

    Raises:
        NotFound: nothing has it.
        Conflict: things of several kinds have it (``ambiguous-code``).
    """
    kind, colon, code = text.partition(":")
    if colon and kind in CODED:
        found = Found(kind, code.strip().upper())
        return Found(kind, str(desk.store.get(kind, found.record, word_for(kind)).root))
    number, _ = scanned_record(desk, text)
    upper = number.strip().upper()
    kinds = [each for each in CODED if desk.store.versions(each, upper)]
    if len(kinds) > 1:
        words = " and of a ".join(word_for(each) for each in kinds)
        raise Conflict(
            f"{upper} is the code of a {words}.",
            code="ambiguous-code",
            hint=f"Say which is meant: {' or '.join(f'{each}:{upper}' for each in kinds)}.",
        )
    return find(desk.store, number)


def behind_of(reader: Reader, named: Found) -> Iterator[Found]:
    """The things that stand behind a record: what it is about, and what that came with."""
    row = reader.find(named.table, named.record)
    if row is None:
        return
    if named.table in THINGS:
        if named.table == "fill":
            yield Found("lot", str(row.lot))
        return
    values = row.values()
    told_of = values.get("record") or values.get("because_of")
    if told_of is not None:
        number = read_number(str(told_of), reader.setting("site_code"))
        if number is not None:
            yield Found(number.kind, number.id)
            yield from behind_of(reader, Found(number.kind, number.id))
    for column in _LEADING:
        if values.get(column) is not None:
            yield Found(column, str(values[column]))
    from lottrack.actions.record.reach import containers_of

    for container in containers_of(reader, named.table, row):
        yield Found("container", container)
    if values.get("preparation") is not None:
        yield from behind_of(reader, Found("preparation", str(values["preparation"])))


def write_concerns(
    change: Change, told: Told, deviation: str, concerns: Iterable[Concern]
) -> list[str]:
    """Link a deviation with what it concerns, each once; returns the new links' numbers."""
    known = {
        (row.record_kind, row.record)
        for row in change.rows("deviation_concern", deviation=deviation)
    }
    numbers = []
    for concern in concerns:
        if (concern.table, concern.record) in known:
            continue
        numbers.append(
            change.record(
                "deviation_concern",
                told,
                deviation=deviation,
                record=concern.record,
                record_kind=concern.table,
                because_of=concern.through or None,
            )
        )
    return numbers


# -- how a deviation stands ------------------------------------------------------------------------


def class_of(reader: Reader, deviation: Row) -> str:
    """The class of a deviation as it stands: the last one it was given."""
    latest = reader.last("deviation_class", deviation=deviation.root)
    return str(deviation.severity if latest is None else latest.severity)


def closing_of(reader: Reader, deviation: str) -> Row | None:
    """The closing that stands; None while a deviation is open.

    A closing does not stand once something its signature covers was corrected, nor after a check
    that found what was done without effect.
    """
    closing = reader.last("deviation_closure", deviation=deviation)
    if closing is None or not signing.is_valid(reader, str(closing.signature)):
        return None
    checks = reader.rows("effectiveness_check", deviation=deviation)
    if any(not check.effective and check.seq > closing.seq for check in checks):
        return None
    return closing


# -- a lot's share ---------------------------------------------------------------------------------

_CONCERNING = """
SELECT c.deviation, c.record, c.record_kind
FROM json_each(:records) AS r CROSS JOIN {deviation_concern} AS c ON c.record = r.value
ORDER BY c.seq, c.root
"""


def is_kept(reader: Reader) -> bool:
    """Whether the site keeps its deviations in this record: any was opened."""
    rows = reader.facts_in("SELECT EXISTS (SELECT 1 FROM {deviation}) AS found")
    return bool(rows[0].found)


def deviations_about(reader: Reader, things: Iterable[Found]) -> tuple[DeviationFact, ...]:
    """The deviations that concern some things, in the order opened, each with what it concerns."""
    asked = dict.fromkeys(things)
    rows = _concerning(reader, [thing.record for thing in asked])
    concerned: dict[str, list[str]] = {}
    for row in rows:
        if Found(row.record_kind, row.record) in asked:
            named = f"{word_for(row.record_kind)} {row.record}"
            concerned.setdefault(str(row.deviation), []).append(named)
    facts = []
    for number, words in sorted(concerned.items(), key=lambda item: (len(item[0]), item[0])):
        deviation = reader.find("deviation", number)
        if deviation is not None:
            more = f" and {len(words) - 3} more" if len(words) > 3 else ""
            facts.append(
                DeviationFact(
                    number,
                    class_of(reader, deviation),
                    str(deviation.title),
                    closing_of(reader, number) is None,
                    f"{', '.join(words[:3])}{more}",
                )
            )
    return tuple(facts)


def closings_concerning(reader: Reader, records: Sequence[str]) -> dict[str, int]:
    """The closed deviations that concern some records -> the entry that closed each."""
    found = {}
    for number in dict.fromkeys(str(row.deviation) for row in _concerning(reader, records)):
        closing = closing_of(reader, number)
        if closing is not None:
            found[number] = int(closing.seq)
    return found


def _concerning(reader: Reader, records: Sequence[str]) -> list[Row]:
    return reader.facts_in(_CONCERNING, records=json.dumps(list(dict.fromkeys(records))))
