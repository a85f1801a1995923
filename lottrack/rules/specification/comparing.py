"""Two versions of a specification, criterion by criterion: what was added, removed, changed.

Whoever approves a new version signs all of it and means the difference. Whether a changed limit is
tighter or looser is said where ranges can tell: every result the one accepts, the other does, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.rules.reading.quantities import plain
from lottrack.rules.specification.criterion import (
    COMPARISONS,
    Criterion,
    accepted_range,
    accepted_words,
    limit_text,
    same_words,
)
from lottrack.rules.specification.presentation import shelf_life_text, storage_text
from lottrack.rules.specification.ranges import is_inside

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from lottrack.rules.specification.patient_limits import PatientLimit
    from lottrack.rules.specification.presentation import Presentation
    from lottrack.rules.specification.specification import Specification

ADDED, REMOVED, CHANGED = "added", "removed", "changed"
TIGHTER, LOOSER = "tighter", "looser"


class Difference(NamedTuple):
    """One value in which two versions differ.

    Attributes:
        field: what differs, as the file names it.
        before: the value in the one version, in words; "" for none.
        after: the value in the other.
        direction: ``tighter`` or ``looser`` for a limit that became so; else "".
    """

    field: str
    before: str
    after: str
    direction: str = ""


class Entry(NamedTuple):
    """One thing that differs: the head, a criterion, a presentation, a patient limit.

    Attributes:
        part: ``specification``, ``criterion``, ``presentation`` or ``patient limit``.
        name: the test, the presentation, the quantity; "" for the head.
        change: ``added``, ``removed`` or ``changed``.
        differences: what of it; of what was added or removed all that it says.
    """

    part: str
    name: str
    change: str
    differences: tuple[Difference, ...]


def compare(before: Specification, after: Specification) -> tuple[Entry, ...]:
    """Everything in which two versions differ but their version numbers; empty when nothing does.

    Criteria are matched by their test, whatever its case; their order means nothing.
    """
    head = _differences(_head(before), _head(after))
    entries = [Entry("specification", "", CHANGED, head)] if head else []
    entries += _criteria(before, after)
    entries += _parts(
        "presentation",
        {entry.name: _presentation(entry) for entry in before.presentations},
        {entry.name: _presentation(entry) for entry in after.presentations},
    )
    entries += _parts(
        "patient limit",
        {entry.quantity: _patient_limit(entry) for entry in before.patient_limits},
        {entry.quantity: _patient_limit(entry) for entry in after.patient_limits},
    )
    return tuple(entries)


def direction_of(before: Criterion, after: Criterion) -> str:
    """Whether a limit became ``tighter`` or ``looser``; "" where that cannot be said."""
    if before.operator in COMPARISONS and after.operator in COMPARISONS:
        if before.unit != after.unit:
            return ""
        one, other = accepted_range(before), accepted_range(after)
        if one == other:
            return ""
        return TIGHTER if is_inside(other, one) else LOOSER if is_inside(one, other) else ""
    words = [{same_words(word) for word in accepted_words(each)} for each in (before, after)]
    if not words[0] or not words[1] or words[0] == words[1]:
        return ""
    return TIGHTER if words[1] < words[0] else LOOSER if words[0] < words[1] else ""


def _criteria(before: Specification, after: Specification) -> Iterator[Entry]:
    old = {criterion.test.casefold(): criterion for criterion in before.criteria}
    new = {criterion.test.casefold(): criterion for criterion in after.criteria}
    for key in dict.fromkeys([*old, *new]):
        one, other = old.get(key), new.get(key)
        told = _differences(
            {} if one is None else _criterion(one), {} if other is None else _criterion(other)
        )
        if not told:
            continue
        if one is not None and other is not None:
            direction = direction_of(one, other)
            told = tuple(
                entry._replace(direction=direction) if entry.field == "limit" else entry
                for entry in told
            )
        test = (other or one or before.criteria[0]).test
        yield Entry("criterion", test, _change(one, other), told)


def _parts(
    part: str, before: Mapping[str, Mapping[str, str]], after: Mapping[str, Mapping[str, str]]
) -> Iterator[Entry]:
    for name in dict.fromkeys([*before, *after]):
        one, other = before.get(name), after.get(name)
        told = _differences(one or {}, other or {})
        if told:
            yield Entry(part, name, _change(one, other), told)


def _change(one: object, other: object) -> str:
    if one is None:
        return ADDED
    return REMOVED if other is None else CHANGED


def _differences(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    return tuple(
        Difference(field, before.get(field, ""), after.get(field, ""))
        for field in dict.fromkeys([*before, *after])
        if before.get(field, "") != after.get(field, "")
    )


def _head(specification: Specification) -> dict[str, str]:
    return {
        "name": specification.name,
        "title": specification.title,
        "product": specification.product,
        "product_codes": _text(specification.product_codes),
        "source": specification.source,
        "effective_from": _text(specification.effective_from),
        "effective_until": _text(specification.effective_until),
        "fill_within_hours": _text(specification.fill_within_hours),
    }


def _criterion(criterion: Criterion) -> dict[str, str]:
    """A criterion as words; the operator and the unit stand in the limit."""
    told = {name: _text(value) for name, value in criterion._asdict().items()}
    for name in ("operator", "unit"):
        del told[name]
    return told | {"test": criterion.test.casefold(), "limit": limit_text(criterion)}


def _presentation(presentation: Presentation) -> dict[str, str]:
    life = presentation.shelf_life
    return {
        "storage": presentation.storage,
        "storage_range": storage_text(presentation),
        "shelf_life": "" if life is None else shelf_life_text(life),
        "dmso_g_per_ml": _text(presentation.dmso_g_per_ml),
    }


def _patient_limit(limit: PatientLimit) -> dict[str, str]:
    return {
        "test": limit.test,
        "limit": f"{plain(limit.limit)} {limit.unit}",
        "basis": limit.basis,
    }


def _text(value: object) -> str:
    if value is None or value == ():
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(str(entry) for entry in value)
    return str(value)
