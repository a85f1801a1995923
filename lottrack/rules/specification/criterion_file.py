"""One criterion as a specification's file tells it, and what makes it one that can be signed.

A limit that no result can meet, or every result, a unit that is none, two limits on one thing:
whoever signs would sign something else than was meant, so each is refused with its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from lottrack.errors import BadValue
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
from lottrack.rules.specification.ranges import common, is_apart, is_empty, is_inside
from lottrack.rules.specification.unit_words import unit_problem

if TYPE_CHECKING:
    from lottrack.rules.reading.datafile import Table

# A test is typed at `result record` and stands in scripts, so it is one plain word.
_TEST = r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*"
_LONGEST_TEST = 32


def parse_criterion(table: Table, units: tuple[str, ...]) -> Criterion:
    """One ``[[criterion]]``.

    Args:
        table: what the file says of it.
        units: units the file declares as its own.

    Raises:
        BadValue: it breaks a rule.
    """
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
        sample=table.optional_text("sample"),
        fails=table.words("fails") if table.has("fails") else (),
        replicates=table.choice("replicates", REPLICATES) if table.has("replicates") else "worst",
        contamination=table.has("contamination") and table.flag("contamination"),
        incubation_days=table.optional_whole("incubation_days", minimum=1),
        rapid_methods=table.words("rapid_methods") if table.has("rapid_methods") else (),
    )
    table.end()
    _require_possible_unit(table, criterion, units)
    _require_judgeable(table, criterion)
    _require_sound_pending(table, criterion)
    _require_sound_count(table, criterion)
    _require_sound_readings(table, criterion)
    _require_sound_incubation(table, criterion)
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


def _require_sound_incubation(table: Table, criterion: Criterion) -> None:
    if criterion.incubation_days is None:
        if criterion.rapid_methods:
            raise table.refusal("rapid_methods is given without incubation_days.", "rapid_methods")
        return
    if criterion.from_count is not None:
        raise table.refusal("incubation_days: a count is not incubated.", "incubation_days")
    rapid = {same_words(method) for method in criterion.rapid_methods}
    if criterion.method and same_words(criterion.method) in rapid:
        raise table.refusal(
            "rapid_methods names the method itself, so that nothing would ever be incubated.",
            "rapid_methods",
        )
    if _pending_ends_first(criterion):
        raise table.refusal(
            f"pending_days: a culture of {criterion.incubation_days} days that is begun at the"
            f" harvest cannot be read {criterion.pending_days} days after it.",
            "pending_days",
        )


def _pending_ends_first(criterion: Criterion) -> bool:
    if criterion.pending_days is None or criterion.incubation_days is None:
        return False
    in_process = re.fullmatch(r"P[0-9]+", criterion.stage.strip().upper()) is not None
    is_bound = not criterion.rapid_methods and not in_process
    return is_bound and criterion.pending_days < criterion.incubation_days


def require_apart(table: Table, earlier: Criterion, criterion: Criterion) -> None:
    """Refuse two criteria that judge the same thing: their limits overlap or contradict.

    Raises:
        BadValue: they do.
    """
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
        f"{both} are overlapping limits on the same thing: same name, stage, sample and level.",
        "name",
    )


def _subject(criterion: Criterion) -> tuple[str, ...]:
    told = (criterion.name, criterion.stage, criterion.sample, criterion.level)
    return tuple(same_words(word) for word in told)


def _contradict(one: Criterion, other: Criterion) -> bool:
    if one.operator in COMPARISONS and other.operator in COMPARISONS and one.unit == other.unit:
        return is_apart(accepted_range(one), accepted_range(other))
    words = [{same_words(word) for word in accepted_words(each)} for each in (one, other)]
    return bool(words[0]) and bool(words[1]) and words[0].isdisjoint(words[1])
