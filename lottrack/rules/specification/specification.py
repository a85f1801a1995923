"""Specifications: which tests a lot, a container or a prepared dose must pass, with what limits.

A specification is an approved document, not code: published release criteria vary widely between
centres, and an expert survey of European centres found that they need harmonising (EBMT, doi
10.1016/j.bbmt.2018.07.015). What is read here is what a qualified person signs, so a file that
contradicts itself is refused before anyone can approve it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.datafile import Table, read_toml
from lottrack.rules.reading.text import quoted
from lottrack.rules.specification.criterion_file import parse_criterion, require_apart
from lottrack.rules.specification.patient_limits import parse_patient_limit, require_sense
from lottrack.rules.specification.presentation import parse_presentations

if TYPE_CHECKING:
    from datetime import date

    from lottrack.rules.specification.criterion import Criterion
    from lottrack.rules.specification.patient_limits import PatientLimit
    from lottrack.rules.specification.presentation import Presentation, ShelfLife

_INVALID = "specification-invalid"


class Specification(NamedTuple):
    """An edition of a specification.

    Attributes:
        name: its name, upper case.
        edition: what users call its version, 1 or more.
        title: one line that says what it is.
        product: the product it is for.
        source: where its limits come from.
        presentations: how each presentation is kept and how long it lasts; none where the file
            names none.
        criteria: its tests, in the order of the file.
        effective_from: the first day on which lots may be registered by it, or None.
        effective_until: the last such day, or None.
        patient_limits: what one infusion may bring of something per kg of body weight.
        fill_within_hours: hours that harvested cells usually wait for their fill at most; a later
            fill is worth a second look. None where the site has said nothing.
        product_codes: the only products whose lots may be registered by it, as codes; none where
            the file names none.
    """

    name: str
    edition: int
    title: str
    product: str
    source: str
    presentations: tuple[Presentation, ...]
    criteria: tuple[Criterion, ...]
    effective_from: date | None = None
    effective_until: date | None = None
    patient_limits: tuple[PatientLimit, ...] = ()
    fill_within_hours: int | None = None
    product_codes: tuple[str, ...] = ()


def parse_specification(text: str, file: str) -> Specification:
    """The specification a TOML file holds.

    Args:
        text: what the file holds.
        file: its name, for refusals.

    Raises:
        BadValue: ``specification-invalid``: it breaks a rule; the sentence names file, line,
            criterion and reason.
    """
    table = read_toml(text, file, _INVALID)
    units = table.words("units") if table.has("units") else ()
    specification = Specification(
        name=table.code("name"),
        edition=table.whole("edition", minimum=1),
        title=table.text("title"),
        product=table.text("product"),
        source=table.text("source"),
        effective_from=table.optional_day("effective_from"),
        effective_until=table.optional_day("effective_until"),
        product_codes=_product_codes(table),
        presentations=parse_presentations(table.table("presentation")),
        criteria=_criteria(table, units),
        fill_within_hours=table.optional_whole("fill_within_hours", minimum=1),
    )
    limits = tuple(
        parse_patient_limit(entry, specification.criteria)
        for entry in table.optional_tables("patient_limit")
    )
    table.end()
    _require_effective_days(table, specification)
    require_sense(table, limits, specification.presentations)
    _require_whole_groups(table, specification.criteria)
    return specification._replace(patient_limits=limits)


def spec_ref(text: str) -> tuple[str, int | None]:
    """A document as people name it, ``NAME`` or ``NAME@VERSION``: its name and version.

    Raises:
        BadValue: it is no such reference.
    """
    name, mark, edition = text.strip().partition("@")
    code = require_code(name, "the name of the document")
    if not mark:
        return code, None
    if not re.fullmatch(r"[1-9][0-9]{0,5}", edition):
        raise BadValue(
            f"{quoted(text)} does not name a version after the @.",
            hint=f"Write {code}@1 for version 1, or {code} alone for the newest.",
        )
    return code, int(edition)


def find_criterion(specification: Specification, test: str) -> Criterion | None:
    """The criterion of a test, whatever its case, or None."""
    wanted = test.strip().casefold()
    for criterion in specification.criteria:
        if criterion.test.casefold() == wanted:
            return criterion
    return None


def presentation_of(specification: Specification, name: str) -> Presentation | None:
    """What the specification says of a presentation, or None where it does not name it."""
    for entry in specification.presentations:
        if entry.name == name:
            return entry
    return None


def shelf_life_of(specification: Specification, presentation: str) -> ShelfLife | None:
    """The shelf life of a presentation, or None where the specification sets none."""
    found = presentation_of(specification, presentation)
    return None if found is None else found.shelf_life


def is_for_product(specification: Specification, product: str) -> bool | None:
    """Whether a specification is for a product; None where it does not say so as a code.

    ``product_codes`` decide. Without them the product of a file is a title: one word can be
    compared with a code, several (``Bone-marrow MSC``) cannot.

    Args:
        specification: the specification.
        product: the code of a lot's product.
    """
    if specification.product_codes:
        return product in specification.product_codes
    if re.fullmatch(r"[A-Za-z0-9-]+", specification.product) is None:
        return None
    return specification.product.upper() == product


def is_effective(specification: Specification, day: date) -> bool:
    """Whether lots may be registered by it on a day, by its own dates; both ends belong to it."""
    first, last = specification.effective_from, specification.effective_until
    return (first is None or first <= day) and (last is None or day <= last)


def _require_effective_days(table: Table, specification: Specification) -> None:
    first, last = specification.effective_from, specification.effective_until
    if first is not None and last is not None and not (first <= last):
        raise table.refusal(
            f"effective_until {last} is before effective_from {first}.", "effective_until"
        )


def _product_codes(table: Table) -> tuple[str, ...]:
    if not table.has("product_codes"):
        return ()
    words = table.words("product_codes")
    try:
        return tuple(require_code(word, "product") for word in words)
    except BadValue as error:
        raise table.refusal(f"product_codes: {error.sentence}", "product_codes") from error


def _criteria(table: Table, units: tuple[str, ...]) -> tuple[Criterion, ...]:
    """The criteria, each judged against those before it."""
    found: list[Criterion] = []
    for entry in table.tables("criterion"):
        criterion = parse_criterion(entry, units)
        for earlier in found:
            require_apart(entry, earlier, criterion)
        found.append(criterion)
    return tuple(found)


def _require_whole_groups(table: Table, criteria: tuple[Criterion, ...]) -> None:
    """Refuse a group of alternatives whose members could not stand in for each other."""
    groups: dict[str, list[Criterion]] = {}
    for criterion in criteria:
        if criterion.alternative:
            groups.setdefault(criterion.alternative, []).append(criterion)
    for name, members in groups.items():
        if len(members) < 2:
            raise table.refusal(f"the alternative {name} has one test only: {members[0].test}.")
        if len({(entry.level, entry.required, entry.pending_days) for entry in members}) > 1:
            raise table.refusal(
                f"the tests of the alternative {name} differ in level, required or pending_days."
            )
