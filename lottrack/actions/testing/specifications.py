"""Specifications as they are shown, compared, and chosen for a new lot."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from lottrack.actions.testing.documents import (
    find_document,
    is_approved,
    list_documents,
    specification_of,
)
from lottrack.errors import Conflict, Refused, Usage
from lottrack.rules.reading.quantities import plain
from lottrack.rules.reading.times import from_text, is_before, iso_local
from lottrack.rules.specification.comparing import compare
from lottrack.rules.specification.criterion import limit_text
from lottrack.rules.specification.specification import is_effective, is_for_product, spec_ref

if TYPE_CHECKING:
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.rules.specification.criterion import Criterion
    from lottrack.rules.specification.presentation import Presentation
    from lottrack.rules.specification.specification import Specification
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

STATUSES = ("draft", "not_yet_effective", "effective", "ended", "retired")
"""What a version can be on a day: only one that is ``effective`` is taken by name alone."""


# -- what a version is -----------------------------------------------------------------------------


def retirement_of(reader: Reader, number: str, at: datetime | None = None) -> Row | None:
    """The retirement of a version, if it had been retired by a moment; None asks for now."""
    row = reader.last("specification_retirement", specification=number)
    if row is None or (at is not None and is_before(at, from_text(row.occurred_at))):
        return None
    return row


def status_of(reader: Reader, number: str, at: datetime) -> str:
    """What a version is at a moment, one of ``STATUSES``."""
    read, day = specification_of(reader, number), _day(reader, at)
    if retirement_of(reader, number, at) is not None:
        return "retired"
    if not is_approved(reader, "specification", number):
        return "draft"
    if is_effective(read, day):
        return "effective"
    first = read.effective_from
    return "not_yet_effective" if first is not None and day < first else "ended"


def _day(reader: Reader, at: datetime) -> date:
    return date.fromisoformat(iso_local(at, reader.setting("zone"))[:10])


# -- chosen for a lot ------------------------------------------------------------------------------


def find_version(reader: Reader, text: str) -> Row:
    """The version that ``NAME@VERSION`` names, both told.

    Raises:
        Usage: no version is told (``version-missing``).
        NotFound: there is none.
    """
    name, version = spec_ref(text)
    if version is None:
        raise Usage(
            f"{name} has to be named with its version.",
            code="version-missing",
            hint=f"Write {name}@1; `lottrack spec list` shows the versions there are.",
        )
    return find_document(reader, "specification", text)


def specification_for(reader: Reader, text: str, at: datetime) -> Row:
    """The version a lot is registered by: the one named, else the newest in effect at that moment.

    A draft may be taken: cells do not wait for papers, and the release does ask.

    Raises:
        NotFound: there is none.
        Refused: it was retired by then (``specification-retired``), or is not in effect on that
            day (``specification-not-effective``).
    """
    row = find_document(reader, "specification", text)
    if spec_ref(text)[1] is None:
        usable = [
            other
            for other in reader.rows("specification", name=row.name)
            if status_of(reader, other.root, at) == "effective"
        ]
        row = max(usable, key=lambda other: int(other.edition), default=row)
    require_usable(reader, row, at)
    return row


def require_usable(reader: Reader, row: Row, at: datetime) -> None:
    """Refuse a version by which no lot may be judged from a moment on.

    Raises:
        Refused: it was retired by then (``specification-retired``), or its own days do not include
            the moment's (``specification-not-effective``).
    """
    hint = f"Take another version: `lottrack spec list` shows those of {row.name}."
    retired = retirement_of(reader, row.root, at)
    if retired is not None:
        raise Refused(
            f"{row.root} was retired on {retired.occurred_at[:10]}: {retired.reason}.",
            code="specification-retired",
            hint=hint,
        )
    read = specification_of(reader, row.root)
    if not is_effective(read, _day(reader, at)):
        days = [f"from {read.effective_from}" if read.effective_from else ""]
        days += [f"until {read.effective_until}" if read.effective_until else ""]
        raise Refused(
            f"{row.root} is in effect {' '.join(filter(None, days))}, not on {_day(reader, at)}.",
            code="specification-not-effective",
            hint=hint,
        )


def require_for_product(reader: Reader, number: str, product: str) -> str:
    """Refuse a version that names other products; what to warn of where it only seems so, or "".

    Raises:
        Conflict: ``product-not-of-specification``.
    """
    read = specification_of(reader, number)
    if is_for_product(read, product) is not False:
        return ""
    if read.product_codes:
        raise Conflict(
            f"{number} is for {' and '.join(read.product_codes)}, not for {product}.",
            code="product-not-of-specification",
            hint="Check --product and --spec; `lottrack spec list` shows what each is for.",
        )
    return f"{number} is for {read.product}, and the lot's product is {product}. Are they the same?"


# -- shown -----------------------------------------------------------------------------------------


def list_specifications(desk: Desk) -> list[dict[str, Any]]:
    """Every version, with its days, its approval and what it is today."""
    listed = []
    for entry in list_documents(desk, "specification"):
        read = specification_of(desk.store, entry["id"])
        told = {"product": read.product, "status": status_of(desk.store, entry["id"], desk.now())}
        listed.append(entry | told | _days(read))
    return listed


def _days(read: Specification) -> dict[str, str | None]:
    first, last = read.effective_from, read.effective_until
    return {
        "effective_from": None if first is None else first.isoformat(),
        "effective_until": None if last is None else last.isoformat(),
    }


def show_specification(desk: Desk, text: str) -> dict[str, Any]:
    """One edition of a specification with its tests, limits and presentations.

    Args:
        desk: where.
        text: ``NAME`` (the newest approved edition, else the newest) or ``NAME@VERSION``.

    Raises:
        NotFound: there is none.
    """
    row = find_document(desk.store, "specification", text)
    read = specification_of(desk.store, row.root)
    retired = retirement_of(desk.store, row.root)
    return {
        "id": row.root,
        "kind": "specification",
        "name": read.name,
        "version": read.edition,
        "title": read.title,
        "product": read.product,
        "product_codes": list(read.product_codes),
        "source": read.source,
        "approved": is_approved(desk.store, "specification", row.root),
        "status": status_of(desk.store, row.root, desk.now()),
        **_days(read),
        "retired": None if retired is None else f"{retired.reason} ({retired.root})",
        "sha256": row.source_sha256,
        "fill_within_hours": read.fill_within_hours,
        "presentations": [_presentation(entry) for entry in read.presentations],
        "patient_limits": [
            entry._asdict() | {"limit": plain(entry.limit), "test": entry.test or None}
            for entry in read.patient_limits
        ],
        "criteria": [_criterion(criterion) for criterion in read.criteria],
    }


def _presentation(entry: Presentation) -> dict[str, Any]:
    life = entry.shelf_life
    return {
        "presentation": entry.name,
        "storage": entry.storage,
        "storage_min_c": None if entry.storage_min_c is None else plain(entry.storage_min_c),
        "storage_max_c": None if entry.storage_max_c is None else plain(entry.storage_max_c),
        "shelf_life": None if life is None else life._asdict(),
        "dmso_g_per_ml": None if entry.dmso_g_per_ml is None else plain(entry.dmso_g_per_ml),
    }


def _criterion(criterion: Criterion) -> dict[str, Any]:
    told = criterion._asdict()
    return told | {
        "limit": criterion.limit or None,
        "unit": criterion.unit or None,
        "limit_text": limit_text(criterion),
        "pending_basis": criterion.pending_basis or None,
        "method": criterion.method or None,
        "alternative": criterion.alternative or None,
        "sample": criterion.sample or None,
        "fails": list(criterion.fails),
        "rapid_methods": list(criterion.rapid_methods),
    }


def compare_specifications(desk: Desk, before: str, after: str) -> dict[str, Any]:
    """Two versions, criterion by criterion.

    Raises:
        Usage: one of them is told without its version.
        NotFound: there is no such version.
    """
    rows = [find_version(desk.store, text) for text in (before, after)]
    one, other = (specification_of(desk.store, row.root) for row in rows)
    entries = [
        entry._asdict() | {"differences": [each._asdict() for each in entry.differences]}
        for entry in compare(one, other)
    ]
    return {
        "id": rows[1].root,
        "kind": "specification_comparison",
        "before": rows[0].root,
        "after": rows[1].root,
        "same": not entries,
        "changes": entries,
    }
