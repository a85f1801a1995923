"""Specifications: which tests a lot, a container or a prepared dose must pass, with what limits.

A specification is an approved document, not code: published release criteria vary widely between
centres, and an expert survey of European centres found that they need harmonising (EBMT, doi
10.1016/j.bbmt.2018.07.015). What is read here is what a qualified person signs, so a file that
contradicts itself is refused before anyone can approve it.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, NotFound
from lottrack.rules.codes.identifiers import require_code
from lottrack.rules.reading.datafile import Table, read_toml
from lottrack.rules.reading.text import printable, quoted
from lottrack.rules.specification.criterion import (
    CELL_UNITS,
    COMPARISONS,
    COUNTS,
    LEVELS,
    OPERATORS,
    PERCENT,
    REPLICATES,
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
from lottrack.rules.specification.patient_limits import parse_patient_limit, require_distinct
from lottrack.rules.specification.presentation import parse_presentations
from lottrack.rules.specification.ranges import common, is_apart, is_empty, is_inside
from lottrack.rules.specification.unit_words import unit_problem

if TYPE_CHECKING:
    from datetime import date

    from lottrack.rules.specification.patient_limits import PatientLimit
    from lottrack.rules.specification.presentation import Presentation, ShelfLife

_INVALID = "specification-invalid"
# A test is typed at `result record` and stands in scripts, so it is one plain word.
_TEST = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_LONGEST_TEST = 32


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
        presentations=parse_presentations(table.table("presentation")),
        criteria=_criteria(table, units),
    )
    limits = tuple(
        parse_patient_limit(entry, specification.criteria)
        for entry in table.optional_tables("patient_limit")
    )
    table.end()
    _require_effective_days(table, specification)
    require_distinct(table, limits)
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


def _criteria(table: Table, units: tuple[str, ...]) -> tuple[Criterion, ...]:
    """The criteria, each judged against those before it."""
    found: list[Criterion] = []
    for entry in table.tables("criterion"):
        criterion = _criterion(entry, units)
        for earlier in found:
            _require_apart(entry, earlier, criterion)
        found.append(criterion)
    return tuple(found)


def _criterion(table: Table, units: tuple[str, ...]) -> Criterion:
    test = table.text("test", _LONGEST_TEST)
    table.where = f"{table.where} ({test})"
    if not re.fullmatch(_TEST, test):
        raise table.refusal("test is not one word of letters, digits and single hyphens.", "test")
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
        fails=table.words("fails") if table.has("fails") else (),
        replicates=table.choice("replicates", REPLICATES) if table.has("replicates") else "worst",
        contamination=table.has("contamination") and table.flag("contamination"),
    )
    table.end()
    _require_judgeable(table, criterion)
    _require_sound_pending(table, criterion)
    _require_sound_count(table, criterion)
    _require_sound_readings(table, criterion)
    return criterion


def _limit(table: Table, operator: str) -> str:
    if operator == REPORT:
        if table.has("limit"):
            raise table.refusal("report judges nothing, so it takes no limit.", "limit")
        return ""
    if operator == "one_of":
        words = table.words("limit")
        if any("|" in word for word in words):
            raise table.refusal("limit: a word may not hold '|'.", "limit")
        return " | ".join(words)
    return table.literal("limit")


def _require_possible_unit(table: Table, criterion: Criterion, units: tuple[str, ...]) -> None:
    problem = unit_problem(criterion.unit, units) if criterion.unit else ""
    if problem:
        raise table.refusal(problem, "unit")


def _require_judgeable(table: Table, criterion: Criterion) -> None:
    if criterion.operator == REPORT:
        if criterion.required:
            raise table.refusal("required and operator 'report' contradict each other.", "required")
    elif criterion.operator in WORD_OPERATORS:
        if criterion.unit:
            raise table.refusal(
                f"unit {criterion.unit!r} belongs to a number, not to words.", "unit"
            )
        _require_sound_words(table, criterion)
    else:
        _require_sound_numbers(table, criterion)


def _require_sound_words(table: Table, criterion: Criterion) -> None:
    words = [same_words(word) for word in accepted_words(criterion)]
    if criterion.operator == "one_of" and len(words) < 2:
        raise table.refusal("one_of needs two words or more; use equals for one.", "limit")
    if len(set(words)) != len(words):
        raise table.refusal("limit names the same word twice.", "limit")
    for word in words:
        if is_number_like(word):
            raise table.refusal(
                f"limit {word!r} is no word; compare numbers with >= or <=.", "limit"
            )


def _require_sound_numbers(table: Table, criterion: Criterion) -> None:
    if not criterion.unit:
        raise table.refusal("unit is missing; a number without one cannot be judged.")
    try:
        accepted = accepted_range(criterion)
        possible = possible_range(criterion)
    except BadValue as error:
        raise table.refusal(
            f"limit {criterion.limit!r} is not a number: {error.sentence}", "limit"
        ) from error
    if is_empty(common(accepted, possible)):
        raise table.refusal(f"no result can meet the limit {limit_text(criterion)}.", "limit")
    if is_inside(possible, accepted):
        raise table.refusal(
            f"every result meets the limit {limit_text(criterion)}; use report.", "limit"
        )


def _require_sound_pending(table: Table, criterion: Criterion) -> None:
    if criterion.pending_days is None:
        if criterion.pending_basis:
            raise table.refusal("pending_basis is given without pending_days.", "pending_basis")
        return
    if not criterion.pending_basis:
        raise table.refusal(
            "pending_days needs pending_basis: why may it be pending?", "pending_days"
        )
    if not criterion.required:
        raise table.refusal(
            "pending_days: what is not required holds up no release.", "pending_days"
        )
    if criterion.level == "preparation":
        raise table.refusal(
            "pending_days: a dose to be given now cannot wait for a result.", "pending_days"
        )


def _require_sound_count(table: Table, criterion: Criterion) -> None:
    if criterion.from_count is None:
        return
    if criterion.from_count not in COUNTS:
        raise table.refusal(
            f"from_count {criterion.from_count!r} is none of {', '.join(COUNTS)}.", "from_count"
        )
    if criterion.level != "preparation":
        raise table.refusal(
            "from_count: only a preparation is counted; level says otherwise.", "from_count"
        )
    units = (PERCENT,) if criterion.from_count == "viability_pct" else tuple(CELL_UNITS)
    if criterion.unit not in units:
        raise table.refusal(
            f"from_count {criterion.from_count} needs unit {' or '.join(units)}.", "unit"
        )


def _require_sound_readings(table: Table, criterion: Criterion) -> None:
    if criterion.fails and criterion.operator not in WORD_OPERATORS:
        raise table.refusal("fails: only a criterion judged by words has words that fail it.")
    met = {same_words(word) for word in accepted_words(criterion)}
    for word in criterion.fails:
        if same_words(word) in met:
            raise table.refusal(f"fails: {word!r} meets the limit.")
    if criterion.replicates == "mean" and criterion.operator not in COMPARISONS:
        raise table.refusal("replicates: only numbers have a mean.")


def _require_apart(table: Table, earlier: Criterion, criterion: Criterion) -> None:
    """Refuse two criteria that judge the same thing: their limits overlap or contradict."""
    if criterion.test.casefold() == earlier.test.casefold():
        raise table.refusal(
            f"the test {criterion.test} stands in it twice; one test has one limit.", "test"
        )
    if _subject(criterion) != _subject(earlier):
        return
    both = f"{earlier.test} ({limit_text(earlier)}) and {criterion.test} ({limit_text(criterion)})"
    if _contradict(earlier, criterion):
        raise table.refusal(
            f"{both} are limits on the same thing, and no result can meet both.", "limit"
        )
    raise table.refusal(
        f"{both} are overlapping limits on the same thing: same name, stage and level.", "name"
    )


def _subject(criterion: Criterion) -> tuple[str, str, str]:
    return (
        same_words(criterion.name),
        same_words(criterion.stage),
        criterion.level,
    )


def _contradict(one: Criterion, other: Criterion) -> bool:
    if one.operator in COMPARISONS and other.operator in COMPARISONS and one.unit == other.unit:
        return is_apart(accepted_range(one), accepted_range(other))
    words = [{same_words(word) for word in accepted_words(each)} for each in (one, other)]
    return bool(words[0]) and bool(words[1]) and words[0].isdisjoint(words[1])


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
