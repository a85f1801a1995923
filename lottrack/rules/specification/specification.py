"""Specifications: which tests a lot, a container or a prepared dose must pass, with what limits.

A specification is an approved document, not code: published release criteria vary widely between
centres, and an expert survey of European centres found that they need harmonising (EBMT, doi
10.1016/j.bbmt.2018.07.015). What is read here is what a qualified person signs, so a file that
contradicts itself is refused before anyone can approve it.
"""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, NotFound
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.datafile import Table, read_toml
from lottrack.rules.reading.text import printable, quoted
from lottrack.rules.specification.criterion import (
    CELL_UNITS,
    COUNTS,
    LEVELS,
    OPERATORS,
    PERCENT,
    REPORT,
    WORD_OPERATORS,
    Criterion,
    accepted_range,
    accepted_words,
    is_number_like,
    limit_text,
    possible_range,
    same_words,
)
from lottrack.rules.specification.ranges import common, is_empty, is_inside

if TYPE_CHECKING:
    from datetime import datetime

PRESENTATIONS = ("fresh", "cryopreserved")

_INVALID = "specification-invalid"
# A test is typed at `result record` and stands in scripts, so it is one plain word.
_TEST = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_LONGEST_TEST = 32


class ShelfLife(NamedTuple):
    """How long one presentation lasts after it was filled, and how it is kept.

    Attributes:
        presentation: one of ``PRESENTATIONS``.
        length: how many days or hours.
        unit: ``days`` or ``hours``.
        storage: the storage conditions in words, for labels.
    """

    presentation: str
    length: int
    unit: str
    storage: str


class Specification(NamedTuple):
    """An edition of a specification.

    Attributes:
        name: its name, upper case.
        edition: what users call its version, 1 or more.
        title: one line that says what it is.
        product: the product it is for.
        source: where its limits come from.
        shelf_life: one entry per presentation; none where the site sets no limit.
        criteria: its tests, in the order of the file.
    """

    name: str
    edition: int
    title: str
    product: str
    source: str
    shelf_life: tuple[ShelfLife, ...]
    criteria: tuple[Criterion, ...]


def parse_specification(text: str, file: str) -> Specification:
    """The specification a TOML file holds.

    Args:
        text: what the file holds.
        file: its name, for refusals.

    Raises:
        BadValue: ``specification-invalid``: it breaks a rule; the sentence names file, criterion
            and reason.
    """
    table = read_toml(text, file, _INVALID)
    specification = Specification(
        name=table.code("name"),
        edition=table.whole("edition", minimum=1),
        title=table.text("title"),
        product=table.text("product"),
        source=table.text("source"),
        shelf_life=_shelf_lives(table.table("shelf_life")),
        criteria=tuple(_criterion(entry) for entry in table.tables("criterion")),
    )
    table.end()
    _require_distinct_tests(table, specification.criteria)
    _require_whole_groups(table, specification.criteria)
    return specification


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


def require_criterion(specification: Specification, test: str) -> Criterion:
    """The criterion of a test, whatever its case.

    Raises:
        NotFound: ``unknown-test``; the hint lists the tests there are.
    """
    criterion = find_criterion(specification, test)
    if criterion is None:
        tests = ", ".join(entry.test for entry in specification.criteria)
        raise NotFound(
            f"{specification.name}@{specification.edition} has no test '{printable(test)}'.",
            code="unknown-test",
            hint=f"Its tests are: {tests}.",
        )
    return criterion


def shelf_life_of(specification: Specification, presentation: str) -> ShelfLife | None:
    """The shelf life of a presentation, or None where the specification sets none."""
    for entry in specification.shelf_life:
        if entry.presentation == presentation:
            return entry
    return None


def latest_expiry(shelf_life: ShelfLife, filled_at: datetime) -> datetime:
    """The last moment a container filled then may carry as its expiry."""
    if shelf_life.unit == "hours":
        return filled_at + timedelta(hours=shelf_life.length)
    return filled_at + timedelta(days=shelf_life.length)


def _shelf_lives(table: Table | None) -> tuple[ShelfLife, ...]:
    if table is None:
        return ()
    lives = []
    for presentation in PRESENTATIONS:
        entry = table.table(presentation)
        if entry is None:
            continue
        told = [
            (length, unit)
            for unit in ("days", "hours")
            if (length := entry.optional_whole(unit, minimum=1)) is not None
        ]
        if len(told) != 1:
            raise entry.refusal("give either days or hours.")
        lives.append(ShelfLife(presentation, *told[0], entry.text("storage")))
        entry.end()
    table.end()
    return tuple(lives)


def _criterion(table: Table) -> Criterion:
    test = table.text("test", _LONGEST_TEST)
    table.where = f"{table.where} ({test})"
    if not re.fullmatch(_TEST, test):
        raise table.refusal("test is not one word of letters, digits and single hyphens.")
    operator = table.choice("operator", OPERATORS)
    criterion = Criterion(
        test=test,
        name=table.text("name"),
        stage=table.text("stage", 60),
        level=table.choice("level", LEVELS),
        operator=operator,
        limit=_limit(table, operator),
        unit=table.optional_text("unit"),
        required=table.flag("required"),
        pending_days=table.optional_whole("pending_days", minimum=1),
        pending_basis=table.optional_text("pending_basis"),
        method=table.optional_text("method"),
        alternative=table.optional_text("alternative"),
        from_count=table.optional_text("from_count") or None,
    )
    table.end()
    _require_judgeable(table, criterion)
    _require_sound_pending(table, criterion)
    _require_sound_count(table, criterion)
    return criterion


def _limit(table: Table, operator: str) -> str:
    if operator == REPORT:
        if table.has("limit"):
            raise table.refusal("report judges nothing, so it takes no limit.")
        return ""
    if operator == "one_of":
        words = table.words("limit")
        if any("|" in word for word in words):
            raise table.refusal("limit: a word may not hold '|'.")
        return " | ".join(words)
    return table.literal("limit")


def _require_judgeable(table: Table, criterion: Criterion) -> None:
    if criterion.operator == REPORT:
        if criterion.required:
            raise table.refusal("required and operator 'report' contradict each other.")
    elif criterion.operator in WORD_OPERATORS:
        if criterion.unit:
            raise table.refusal(f"unit {criterion.unit!r} belongs to a number, not to words.")
        _require_sound_words(table, criterion)
    else:
        _require_sound_numbers(table, criterion)


def _require_sound_words(table: Table, criterion: Criterion) -> None:
    words = [same_words(word) for word in accepted_words(criterion)]
    if criterion.operator == "one_of" and len(words) < 2:
        raise table.refusal("one_of needs two words or more; use equals for one.")
    if len(set(words)) != len(words):
        raise table.refusal("limit names the same word twice.")
    for word in words:
        if is_number_like(word):
            raise table.refusal(f"limit {word!r} is no word; compare numbers with >= or <=.")


def _require_sound_numbers(table: Table, criterion: Criterion) -> None:
    if not criterion.unit:
        raise table.refusal("unit is missing; a number without one cannot be judged.")
    try:
        accepted = accepted_range(criterion)
        possible = possible_range(criterion)
    except BadValue as error:
        raise table.refusal(
            f"limit {criterion.limit!r} is not a number: {error.sentence}"
        ) from error
    if is_empty(common(accepted, possible)):
        raise table.refusal(f"no result can meet the limit {limit_text(criterion)}.")
    if is_inside(possible, accepted):
        raise table.refusal(f"every result meets the limit {limit_text(criterion)}; use report.")


def _require_sound_pending(table: Table, criterion: Criterion) -> None:
    if criterion.pending_days is None:
        if criterion.pending_basis:
            raise table.refusal("pending_basis is given without pending_days.")
        return
    if not criterion.pending_basis:
        raise table.refusal("pending_days needs pending_basis: why may it be pending?")
    if not criterion.required:
        raise table.refusal("pending_days: what is not required holds up no release.")
    if criterion.level == "preparation":
        raise table.refusal("pending_days: a dose to be given now cannot wait for a result.")


def _require_sound_count(table: Table, criterion: Criterion) -> None:
    if criterion.from_count is None:
        return
    if criterion.from_count not in COUNTS:
        raise table.refusal(f"from_count {criterion.from_count!r} is none of {', '.join(COUNTS)}.")
    if criterion.level != "preparation":
        raise table.refusal("from_count: only a preparation is counted; level says otherwise.")
    units = (PERCENT,) if criterion.from_count == "viability_pct" else tuple(CELL_UNITS)
    if criterion.unit not in units:
        raise table.refusal(f"from_count {criterion.from_count} needs unit {' or '.join(units)}.")


def _require_distinct_tests(table: Table, criteria: tuple[Criterion, ...]) -> None:
    seen: set[str] = set()
    for criterion in criteria:
        if criterion.test.casefold() in seen:
            raise table.refusal(f"the test {criterion.test} stands in it twice.")
        seen.add(criterion.test.casefold())


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
