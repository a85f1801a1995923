"""Fulfilment: what all results together say, in whatever order they came in."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lottrack.assets import database_folder
from lottrack.rules.specification.criterion import Criterion
from lottrack.rules.specification.fulfilment import (
    OpenTest,
    RecordedResult,
    SpecificationState,
    criterion_state,
    due_on,
    results_from_count,
    specification_state,
    verdict_of,
)
from lottrack.rules.specification.results import judge, parse_result
from lottrack.rules.specification.specification import (
    Specification,
    find_criterion,
    parse_specification,
)

LOT = "LOT-1"
BAGS = ("BAG-1", "BAG-2")


def shipped(name: str) -> Specification:
    path = database_folder("specifications") / f"{name}.toml"
    return parse_specification(path.read_text(encoding="utf-8"), path.name)


TRIAL = shipped("MSC-EB-TRIAL")
ISCT = shipped("ISCT-2006")


def criterion_of(test: str) -> Criterion:
    found = find_criterion(TRIAL, test)
    assert found is not None
    return found


CD73 = criterion_of("CD73")
STERILITY = criterion_of("sterility-product")


def result(
    test: str,
    text: str,
    *,
    specification: Specification = TRIAL,
    subject: str = LOT,
    reading: str = "final",
    reviewed: bool = True,
    verdict: str = "",
    number: str = "",
) -> RecordedResult:
    criterion = next(
        (entry for entry in specification.criteria if entry.test.casefold() == test.casefold()),
        None,
    )
    value = parse_result(text, criterion)
    return RecordedResult(
        number or f"R-{test}-{text}-{subject}-{reading}",
        test,
        value,
        verdict or judge(criterion, value),
        reading,
        reviewed,
        subject,
    )


def meeting(criterion: Criterion) -> str:
    """A value that meets a criterion."""
    step = {">": Decimal(1), "<": Decimal("-0.5")}.get(criterion.operator, Decimal(0))
    if criterion.operator in {"equals", "report"}:
        return criterion.limit or "1"
    return format(Decimal(criterion.limit) + step, "f")


def good_results(specification: Specification, *without: str) -> list[RecordedResult]:
    """A passing result of every required test of lot and bags, but for those named."""
    return [
        result(entry.test, meeting(entry), specification=specification, subject=subject)
        for entry in specification.criteria
        if entry.required and entry.level != "preparation" and entry.test not in without
        for subject in (BAGS if entry.level == "container" else (LOT,))
    ]


def state_of(
    results: list[RecordedResult], specification: Specification = TRIAL
) -> SpecificationState:
    return specification_state(specification, results, lot=LOT, containers=BAGS)


# -- one criterion ---------------------------------------------------------------------------------


def test_without_a_result_a_criterion_is_missing() -> None:
    state = criterion_state(CD73, [result("CD90", "99")], LOT)

    assert (state.outcome, state.results, state.unreviewed) == ("missing", (), ())


@pytest.mark.parametrize(
    ("told", "outcome"),
    [
        (["99.1"], "pass"),
        (["94.0"], "fail"),
        (["99.1", "94.0"], "fail"),
        (["99.1", ">90"], "undecided"),
        (["94.0", ">90", "99.1"], "fail"),
        (["99.1", "98.0", "97.0"], "pass"),
    ],
)
def test_all_results_of_a_test_count_and_the_worst_decides(told: list[str], outcome: str) -> None:
    assert criterion_state(CD73, [result("cd73", text) for text in told], LOT).outcome == outcome


@pytest.mark.parametrize(
    ("interim", "final", "outcome"),
    [
        ("no growth", None, "interim"),
        ("no growth to date", None, "interim"),
        ("growth", None, "fail"),
        ("no growth", "no growth", "pass"),
        ("no growth to date", "no growth", "pass"),
        ("growth", "no growth", "fail"),
        (None, "no growth to date", "undecided"),
    ],
)
def test_an_interim_reading_can_fail_a_test_but_never_closes_it(
    interim: str | None, final: str | None, outcome: str
) -> None:
    results = [
        result("sterility-product", text, reading=reading)
        for text, reading in ((interim, "interim"), (final, "final"))
        if text is not None
    ]

    assert criterion_state(STERILITY, results, LOT).outcome == outcome


def test_a_reading_nobody_knows_closes_nothing() -> None:
    state = criterion_state(CD73, [result("CD73", "99", reading="Final")], LOT)

    assert state.outcome == "interim"


def test_what_nobody_reviewed_is_listed() -> None:
    results = [
        result("CD73", "99", number="R-2", reviewed=False),
        result("CD73", "98", number="R-1"),
    ]

    state = criterion_state(CD73, results, LOT)
    assert (state.results, state.unreviewed) == (("R-1", "R-2"), ("R-2",))


@pytest.mark.parametrize(
    ("recorded", "text", "verdict"),
    [
        ("pass", "94.0", "fail"),
        ("fail", "99.0", "fail"),
        ("undecided", "99.0", "undecided"),
        ("informative", "99.0", "pass"),
        ("informative", "94.0", "fail"),
        ("passed", "99.0", "undecided"),
    ],
)
def test_a_recorded_verdict_can_make_the_judgement_worse_and_never_better(
    recorded: str, text: str, verdict: str
) -> None:
    assert verdict_of(CD73, result("CD73", text, verdict=recorded)) == verdict


told = st.sampled_from(["99.1", "95", "94.9", ">90", "<95", "<99", ">99", "991"])
readings = st.sampled_from(["interim", "final"])
series = st.lists(st.tuples(told, readings), max_size=6)


def recorded_series(entries: list[tuple[str, str]]) -> list[RecordedResult]:
    return [
        result("CD73", text, reading=reading, number=f"R-{place}")
        for place, (text, reading) in enumerate(entries)
    ]


@given(entries=series, data=st.data())
def test_no_order_of_results_changes_what_they_say(
    entries: list[tuple[str, str]], data: st.DataObject
) -> None:
    results = recorded_series(entries)
    shuffled = data.draw(st.permutations(results))

    assert criterion_state(CD73, shuffled, LOT) == criterion_state(CD73, results, LOT)


@given(entries=series, place=st.integers(0, 6), reading=readings)
def test_a_failing_result_fails_whatever_stands_beside_it(
    entries: list[tuple[str, str]], place: int, reading: str
) -> None:
    results = recorded_series(entries)
    results.insert(place, result("CD73", "80", reading=reading))

    assert criterion_state(CD73, results, LOT).outcome == "fail"


@given(entries=series, more=st.tuples(told, readings))
def test_a_further_result_never_turns_a_bad_outcome_into_a_good_one(
    entries: list[tuple[str, str]], more: tuple[str, str]
) -> None:
    before = criterion_state(CD73, recorded_series(entries), LOT).outcome
    after = criterion_state(CD73, recorded_series([*entries, more]), LOT).outcome

    if before == "fail":
        assert after == "fail"
    if before == "undecided":
        assert after in {"undecided", "fail"}


# -- a whole specification -------------------------------------------------------------------------


def test_with_every_required_result_within_its_limit_a_lot_is_complete_and_within() -> None:
    state = state_of(good_results(TRIAL))

    assert state.is_complete
    assert state.is_reviewed
    assert state.is_within
    assert state.missing == state.pending == ()
    assert state.failed == state.undecided == ()
    assert state.unreviewed == ()


def test_without_results_everything_required_is_missing_or_pending_and_nothing_is_outside() -> None:
    state = state_of([])
    open_tests = {entry.tests for entry in (*state.missing, *state.pending)}
    required = {
        (entry.test,) for entry in TRIAL.criteria if entry.required and entry.level != "preparation"
    }

    assert open_tests == required
    assert not state.is_complete
    assert state.missing
    assert state.is_within


def test_the_fresh_first_dose_of_lot_4_can_be_released_on_what_is_known_by_then() -> None:
    """Event E04: 13 November harvest, given the next day, culture closed on 27 November."""
    known = [
        result("appearance", "conforms"),
        result("gram", "negative"),
        result("endotoxin", "<0.50"),
        result("viability-fill", "96"),
        result("sterility-p0", "no growth"),
        result("sterility-p2", "no growth to date", reading="interim"),
        *(result("viable-count", "53.8", subject=bag) for bag in BAGS),
    ]

    state = state_of(known)
    due = {entry.tests[0]: due_on(entry, date(2025, 11, 13)) for entry in state.pending}
    assert not state.is_complete
    assert not state.missing
    assert state.is_within
    assert due["CD73"] == date(2025, 11, 15)
    assert due["mycoplasma"] == date(2025, 11, 16)
    assert due["sterility-p2"] == due["sterility-product"] == date(2025, 11, 20)
    assert due["sterility-product-14d"] == date(2025, 11, 27)
    assert due["karyotype"] == date(2025, 12, 3)


def test_a_late_positive_culture_is_outside_whatever_the_others_said() -> None:
    results = [*good_results(TRIAL), result("sterility-product", "growth, Cutibacterium acnes")]

    state = state_of(results)
    assert not state.is_within
    assert [entry.criterion.test for entry in state.failed] == ["sterility-product"]


def test_what_may_not_be_pending_has_no_day() -> None:
    (entry,) = state_of(good_results(TRIAL, "gram")).missing

    assert entry == OpenTest(("gram",), LOT, None, "")
    assert due_on(entry, date(2025, 11, 13)) is None


def test_an_informative_result_outside_its_limit_stops_nothing() -> None:
    barcelona = shipped("BM-MSC")
    hla = result("HLA-DR", "64", specification=barcelona)

    state = state_of([*good_results(barcelona), hla], barcelona)
    outcomes = {entry.criterion.test: entry.outcome for entry in state.criteria}
    assert outcomes["HLA-DR"] == "fail"
    assert state.is_within
    assert state.is_complete


def test_every_result_that_counts_needs_a_review_informative_or_not() -> None:
    unread = result("HLA-DR", "3.1", reviewed=False, number="R-9")

    state = state_of([*good_results(TRIAL), unread])
    assert not state.is_reviewed
    assert state.unreviewed == ("R-9",)


def test_results_of_tests_outside_the_specification_are_not_judged() -> None:
    extra = result("antibody-panel", "positive", number="R-7", reviewed=False)

    state = state_of([*good_results(TRIAL), extra])
    assert state == state_of(good_results(TRIAL))
    assert state.is_reviewed
    assert state.is_within


# -- levels ----------------------------------------------------------------------------------------


def count_outcomes(results: list[RecordedResult]) -> dict[str, str]:
    return {
        entry.subject: entry.outcome
        for entry in state_of(results).criteria
        if entry.criterion.test == "viable-count"
    }


def test_a_container_criterion_is_judged_for_each_container_by_its_own_results() -> None:
    one = [result("viable-count", "44.1", subject="BAG-1")]
    other = [result("viable-count", "39.9", subject="BAG-2")]

    assert count_outcomes(one) == {"BAG-1": "pass", "BAG-2": "missing"}
    assert count_outcomes(one + other) == {"BAG-1": "pass", "BAG-2": "fail"}


def test_a_container_result_told_of_the_whole_lot_closes_none_but_counts_against_each() -> None:
    assert count_outcomes([result("viable-count", "44.1")]) == dict.fromkeys(BAGS, "missing")
    assert count_outcomes([result("viable-count", "39.9")]) == dict.fromkeys(BAGS, "fail")


def test_a_container_that_is_not_asked_for_says_nothing_about_the_others() -> None:
    others = [result("viable-count", "12", subject="BAG-9")]

    assert count_outcomes(others) == dict.fromkeys(BAGS, "missing")


def test_a_lot_criterion_counts_a_sample_out_of_one_bag() -> None:
    without = good_results(TRIAL, "sterility-product")

    bag = result("sterility-product", "no growth", subject="BAG-1")
    assert state_of([*without, bag]).is_complete
    bag = result("sterility-product", "growth", subject="BAG-1")
    assert not state_of([*without, bag]).is_within


def prepared(results: list[RecordedResult], *preparations: str) -> dict[str, str]:
    state = specification_state(TRIAL, results, lot=LOT, preparations=preparations)
    return {
        entry.subject: entry.outcome
        for entry in state.criteria
        if entry.criterion.test == "viability-post-thaw"
    }


def test_a_prepared_dose_is_judged_by_its_own_count() -> None:
    """Event E05: the first bag thaws at 64 %, the one taken instead at 88 %."""
    first = results_from_count(
        TRIAL, "C-1", "PREP-1", viable_cells=31_000_000, viability_pct=Decimal(64)
    )
    second = results_from_count(
        TRIAL, "C-2", "PREP-2", viable_cells=43_700_000, viability_pct=Decimal(88)
    )

    assert prepared([*first, *second], "PREP-1", "PREP-2") == {"PREP-1": "fail", "PREP-2": "pass"}
    assert second[0].reviewed


def test_a_count_without_a_viability_leaves_a_limit_on_viability_open() -> None:
    counted = results_from_count(
        TRIAL, "C-1", "PREP-1", viable_cells=43_700_000, viability_pct=None
    )

    assert counted == []
    assert prepared(counted, "PREP-1") == {"PREP-1": "missing"}


@pytest.mark.parametrize(
    ("unit", "limit", "verdict"),
    [
        ("cells", "43700000", "pass"),
        ("cells", "43700001", "fail"),
        ("10^6", "43.7", "pass"),
        ("10^6", "43.8", "fail"),
    ],
)
def test_a_count_is_compared_in_the_unit_of_the_limit(unit: str, limit: str, verdict: str) -> None:
    criterion = criterion_of("viability-post-thaw")._replace(
        unit=unit, limit=limit, from_count="viable_cells"
    )
    specification = TRIAL._replace(criteria=(criterion,))

    (told,) = results_from_count(
        specification, "C-1", "PREP-1", viable_cells=43_700_000, viability_pct=None
    )
    assert told.verdict == verdict


# -- alternatives ----------------------------------------------------------------------------------


def marker_outcomes(results: list[RecordedResult]) -> tuple[str, str]:
    outcomes = {entry.criterion.test: entry.outcome for entry in state_of(results, ISCT).criteria}
    return outcomes["CD14"], outcomes["CD11b"]


def isct(test: str, text: str, reading: str = "final") -> RecordedResult:
    return result(test, text, specification=ISCT, reading=reading)


def test_one_marker_of_a_pair_suffices() -> None:
    results = [*good_results(ISCT, "CD14", "CD11b", "CD19"), isct("CD11b", "0.3")]

    assert marker_outcomes(results) == ("not_needed", "pass")
    assert state_of(results, ISCT).is_complete


def test_a_pair_of_which_neither_was_measured_is_missing_once() -> None:
    state = state_of(good_results(ISCT, "CD14", "CD11b"), ISCT)

    assert state.missing == (OpenTest(("CD14", "CD11b"), LOT, None, ""),)


def test_a_failing_marker_is_not_covered_by_its_alternative() -> None:
    results = [*good_results(ISCT, "CD14", "CD11b"), isct("CD14", "4"), isct("CD11b", "0.3")]

    assert marker_outcomes(results) == ("fail", "pass")
    assert not state_of(results, ISCT).is_within


def test_an_undecided_marker_is_not_covered_by_its_alternative() -> None:
    results = [*good_results(ISCT, "CD14", "CD11b"), isct("CD14", "<5"), isct("CD11b", "0.3")]

    assert [entry.criterion.test for entry in state_of(results, ISCT).undecided] == ["CD14"]


def test_an_interim_reading_does_not_close_a_pair() -> None:
    results = [*good_results(ISCT, "CD14", "CD11b"), isct("CD14", "0.3", "interim")]

    assert marker_outcomes(results) == ("interim", "missing")
    assert not state_of(results, ISCT).is_complete


every_marker = st.sampled_from(["CD14", "CD11b", "CD19", "CD79a", "CD45", "HLA-DR"])
shares = st.sampled_from(["0.3", "2", "4", "<1", "<5"])


@given(
    entries=st.lists(st.tuples(every_marker, shares, readings), max_size=8),
    bad=every_marker,
    data=st.data(),
)
def test_no_order_and_no_further_result_makes_a_failing_specification_pass(
    entries: list[tuple[str, str, str]], bad: str, data: st.DataObject
) -> None:
    results = [
        result(test, text, specification=ISCT, reading=reading, number=f"R-{place}")
        for place, (test, text, reading) in enumerate(entries)
    ]
    failing = [*results, isct(bad, "60")]

    assert not state_of(failing, ISCT).is_within
    shuffled = data.draw(st.permutations(failing))
    assert state_of(shuffled, ISCT) == state_of(failing, ISCT)


# -- results that were found invalid ---------------------------------------------------------------


def invalid(text: str = "90", **more: object) -> RecordedResult:
    return result("CD73", text, number="R-0", **more)._replace(is_invalidated=True)  # type: ignore[arg-type]


def test_an_invalidated_result_stays_beside_its_criterion_and_does_not_count() -> None:
    state = criterion_state(CD73, [invalid(), result("CD73", "99", number="R-1")], LOT)
    assert (state.outcome, state.results, state.set_aside) == ("pass", ("R-1",), ("R-0",))


def test_without_its_retest_an_invalidated_result_leaves_the_test_missing() -> None:
    assert criterion_state(CD73, [invalid()], LOT).outcome == "missing"
    assert "CD73" in {t for e in state_of([invalid()]).pending for t in e.tests}


def test_an_invalidated_result_is_reviewed_like_every_other() -> None:
    state = criterion_state(CD73, [invalid(reviewed=False)], LOT)
    assert state.unreviewed == ("R-0",)


def test_a_result_that_was_mended_and_passes_counts_though_it_was_invalidated() -> None:
    state = criterion_state(CD73, [invalid("99")], LOT)
    assert (state.outcome, state.set_aside) == ("pass", ())


def test_the_failing_ones_beside_an_invalidated_result_still_decide() -> None:
    others = [result("CD73", "99", number="R-1"), result("CD73", "94", number="R-2")]
    assert criterion_state(CD73, [invalid(), *others], LOT).outcome == "fail"
