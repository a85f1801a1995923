"""Infectious-marker screenings of donors: recorded, judged by a dated rule, acted upon."""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.families.persons import require_day, told_of
from lottrack.actions.finding import code_of
from lottrack.actions.making.lineage import lots_of_donor
from lottrack.actions.releasing.holds import write_hold
from lottrack.actions.shown import write_warnings
from lottrack.errors import BadValue, NotFound
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.text import printable
from lottrack.rules.screening import markers
from lottrack.rules.screening.markers import MarkerOutcome
from lottrack.rules.screening.screening import (
    ScreeningVerdict,
    parse_rule_set,
    screening_findings,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from lottrack.actions.desk import Desk, Telling
    from lottrack.rules.screening.rule_sets import RuleSet
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

SAMPLES = ("donation", "archived", "new")
"""Where a screening's sample came from: drawn at the donation, kept from then, drawn anew."""


class Sample(NamedTuple):
    """A sample of a donor and what its tests said.

    Attributes:
        sampled_on: the day it was drawn.
        sample_of: one of ``SAMPLES``.
        results: marker and outcome, in the order told.
    """

    sampled_on: date
    sample_of: str
    results: tuple[tuple[str, str], ...]


# -- what the record says --------------------------------------------------------------------------


@lru_cache(maxsize=32)
def _parsed(name: str, source: str) -> RuleSet:
    return parse_rule_set(name, source)


def rule_set(reader: Reader, name: str | None = None) -> tuple[Row, RuleSet]:
    """A screening rule by its name, or the site's own: its row and what it says.

    Raises:
        NotFound: there is no such rule.
    """
    wanted = name or reader.setting("screening_rule")
    row = reader.find("screening_rule", wanted.strip().upper())
    if row is None:
        known = ", ".join(str(rule.name) for rule in reader.rows("screening_rule"))
        raise NotFound(
            f"There is no screening rule {printable(wanted)}.", hint=f"There are: {known}."
        )
    return row, rule_of(row)


def rule_of(row: Row) -> RuleSet:
    """What a screening rule says, as it was loaded."""
    return _parsed(str(row.name), str(row.source))


def outcomes_of(reader: Reader, donor: str) -> tuple[MarkerOutcome, ...]:
    """Every marker result of a donor that stands, in the order recorded."""
    return tuple(
        MarkerOutcome(
            str(marker.marker),
            str(marker.outcome),
            date.fromisoformat(screening.sampled_on),
            int(marker.seq),
        )
        for screening, marker in marker_rows(reader, donor)
    )


def marker_rows(reader: Reader, donor: str) -> list[tuple[Row, Row]]:
    """The rows behind ``outcomes_of``: each marker with its screening."""
    return [
        (screening, marker)
        for screening in reader.rows("screening", donor=donor)
        for marker in reader.rows("marker", screening=screening.root)
    ]


def window_verdict(
    reader: Reader, donor: str, rule_row: Row, collected_on: date | None
) -> ScreeningVerdict:
    """A donor's results judged under a rule.

    Args:
        reader: the record.
        donor: the donor's code.
        rule_row: the rule's row (``rule_set``).
        collected_on: the site's date of the collection; None judges without a window.
    """
    outcomes = outcomes_of(reader, donor)
    return screening_findings(rule_of(rule_row), outcomes, collected_on, f"donor {donor}")


def label_statements(reader: Reader, donor: str) -> tuple[str, ...]:
    """What labels must say because of a donor's reactive markers, by the site's rule."""
    _, rule = rule_set(reader)
    return markers.label_statements(outcomes_of(reader, donor), rule.informative)


# -- recording -------------------------------------------------------------------------------------


def parse_result(text: str, known: Sequence[str] = ()) -> tuple[str, str]:
    """A marker and its outcome from ``NAME=OUTCOME``.

    Args:
        text: as given on the command line.
        known: the site's own markers already on record.

    Raises:
        BadValue: no ``=``, no marker or no outcome.
    """
    name, sign, outcome = text.rpartition("=")
    if not sign:
        raise BadValue(
            f"'{printable(text)}' is not a marker with its outcome.",
            code="bad-marker",
            hint="Write --marker HBsAg=non-reactive.",
        )
    return markers.canonical_marker(name, known), markers.parse_outcome(outcome)


def record_screening(desk: Desk, donor: str, sample: Sample, telling: Telling) -> dict[str, Any]:
    """Record a screening; a bad marker of a donor who has donated holds all that came of it.

    The holds are opened in the same transaction as the result, on every collection of the donor
    and every lot grown from them: a later reactive marker must reach every descendant. Markers
    that the site's rule calls informative hold nothing.

    Raises:
        NotFound: there is no such donor.
        BadValue: no marker, an unknown outcome, the same marker twice, or a date in the future.
        Conflict: a date before the donor's birth.
    """
    person = desk.store.get("donor", code_of(desk.store, "donor", donor))
    code = str(person.root)
    desk.subjects.append(code)
    require_day(sample.sampled_on, "the sample", person, desk.today())
    told = told_of(desk, telling, code, int(person.born_year), "the screening")
    with desk.change("donor screen") as change:
        own = _own_markers(change, sample.results)
        results = _results(own, sample.results)
        _, rule = rule_set(change)
        number = change.record(
            "screening",
            told,
            donor=code,
            sampled_on=sample.sampled_on.isoformat(),
            sample_of=sample.sample_of,
        )
        rows = [
            {
                "id": change.record("marker", told, screening=number, marker=name, outcome=outcome),
                "kind": "marker",
                "marker": name,
                "outcome": outcome,
            }
            for name, outcome in results.items()
        ]
        bad = {name: outcome for name, outcome in results.items() if _is_bad(rule, name, outcome)}
        holds = _hold_descendants(change, code, number, bad) if bad else []
        outcomes = outcomes_of(change, code)
        verdict = screening_findings(rule, outcomes, None, f"donor {code}")
        fresh = [outcome for outcome in outcomes if outcome.recorded_seq == change.seq]
        told_of_these = screening_findings(rule, fresh, None, f"donor {code}").warnings
        warnings = [*told_of_these, *_decided_before(change, code, bad)]
        warnings += _unknown(rule, results, own)
        shown = write_warnings(change, number, warnings)
    return {
        "id": number,
        "kind": "screening",
        "donor": code,
        "sampled_on": sample.sampled_on.isoformat(),
        "sample_of": sample.sample_of,
        "rule": rule.name,
        "complete": verdict.is_complete,
        "clear": verdict.is_clear,
        "missing": list(verdict.missing),
        "markers": rows,
        "holds": holds,
        "warnings": shown,
    }


def _own_markers(reader: Reader, told: Sequence[tuple[str, str]]) -> list[str]:
    """The markers recorded before, where something else than the standard ones is told."""
    if all(markers.is_among(name, markers.STANDARD_MARKERS) for name, _ in told):
        return []
    return [str(row.marker) for row in reader.sql("SELECT DISTINCT marker FROM marker_now")]


def _unknown(rule: RuleSet, names: Iterable[str], own: list[str]) -> list[ShownWarning]:
    asked = (*rule.panel, *rule.informative)
    said = [markers.unknown_marker(name, own, asked) for name in names]
    return [ShownWarning("marker-unknown", each) for each in said if each is not None]


def _results(own: list[str], told: Sequence[tuple[str, str]]) -> dict[str, str]:
    """Markers in their one spelling, each once."""
    results: dict[str, str] = {}
    for given, outcome in told:
        name = markers.canonical_marker(given, [*own, *results])
        if name in results:
            raise BadValue(
                f"{name} is given twice for one sample.",
                code="marker-given-twice",
                hint="Give each marker of a sample once; another sample is another screening.",
            )
        results[name] = outcome
    if not results:
        raise BadValue(
            "A screening has at least one marker.",
            code="bad-marker",
            hint="Write --marker HBsAg=non-reactive.",
        )
    return results


def _is_bad(rule: RuleSet, marker: str, outcome: str) -> bool:
    return outcome != markers.NON_REACTIVE and not markers.is_among(marker, rule.informative)


def _hold_descendants(
    change: Change, donor: str, screening: str, bad: dict[str, str]
) -> list[dict[str, str]]:
    """Hold every collection taken from a donor and every lot grown from them.

    A collection that is only planned needs no hold: it is judged when it is recorded.
    """
    said = ", ".join(f"{marker} {outcome}" for marker, outcome in bad.items())
    reason = f"{said} of donor {donor}, recorded after the collection ({screening})."
    things = [
        ("collection", str(row.root))
        for row in change.rows("collection", donor=donor)
        if change.first("collection_taking", collection=row.root) is not None
    ]
    things += [("lot", lot) for lot in lots_of_donor(change, donor)]
    return [
        {
            "id": write_hold(change, kind, record, "marker", reason, because_of=screening),
            "kind": "hold",
            "on_kind": kind,
            "on": record,
            "cause": "marker",
        }
        for kind, record in things
    ]


def hold_after_correction(change: Change, marker: Row) -> list[dict[str, str]]:
    """Hold all that came of a donor whose corrected result is bad now, as when it is recorded."""
    _, rule = rule_set(change)
    if not _is_bad(rule, marker.marker, marker.outcome):
        return []
    donor = str(change.get("screening", marker.screening).donor)
    bad = {str(marker.marker): str(marker.outcome)}
    return _hold_descendants(change, donor, str(marker.screening), bad)


def _decided_before(reader: Reader, donor: str, bad: dict[str, str]) -> list[ShownWarning]:
    """A decision that the result came after, and that did not know it."""
    decision = reader.last("eligibility", donor=donor)
    if not bad or decision is None or decision.decision != "eligible":
        return []
    return [
        ShownWarning(
            "decided-before-this-result",
            f"Donor {donor} was declared eligible ({decision.root}) before {', '.join(bad)} was"
            " known. The responsible person should decide again: lottrack donor decide.",
        )
    ]


def screenings_of(reader: Reader, donor: str) -> list[dict[str, Any]]:
    """Every screening of a donor with its markers."""
    return [
        {
            "id": row.root,
            "kind": "screening",
            "sampled_on": row.sampled_on,
            "sample_of": row.sample_of,
            "markers": {
                marker.marker: marker.outcome
                for marker in reader.rows("marker", screening=row.root)
            },
        }
        for row in reader.rows("screening", donor=donor)
    ]
