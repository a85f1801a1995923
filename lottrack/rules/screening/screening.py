"""Screening of donors: which results are there, in time and clear, and what may be signed.

Panel and window come from a dated rule set (:mod:`rule_sets`), which is
recorded with the collection. Two things hold under every rule: a reactive result counts whenever
it was sampled, because a donor does not lose an infection by being sampled again; and of several
results inside the window the worst counts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import BadValue, Blocker
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.text import quoted
from lottrack.rules.reading.times import whole_days_between
from lottrack.rules.screening.markers import (
    ANTI_HBC,
    CONFIRMATION,
    HBSAG,
    HBV_NAT,
    INDETERMINATE,
    NON_REACTIVE,
    OUTCOMES,
    REACTIVE,
    STANDARD_MARKERS,
    SYPHILIS,
    MarkerOutcome,
    canonical_marker,
    confirmations,
    is_among,
    is_not_confirmed,
    label_statements,
    of_marker,
    parse_outcome,
)
from lottrack.rules.screening.rule_sets import (
    ANTI_HBC_ALONE,
    SYPHILIS_CONFIRMED,
    SYPHILIS_NOT_CONFIRMED,
    RuleSet,
    parse_rule_set,
)

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

# The names other rooms need, so that they have one door to knock at.
__all__ = [
    "DECISIONS",
    "DEFERRED",
    "ELIGIBLE",
    "INDETERMINATE",
    "INELIGIBLE",
    "NON_REACTIVE",
    "OUTCOMES",
    "REACTIVE",
    "STANDARD_MARKERS",
    "MarkerOutcome",
    "OutOfWindow",
    "RuleSet",
    "ScreeningVerdict",
    "canonical_marker",
    "decision_blockers",
    "label_statements",
    "parse_outcome",
    "parse_rule_set",
    "screening_findings",
]

ELIGIBLE = "eligible"
DEFERRED = "deferred"
INELIGIBLE = "ineligible"
DECISIONS = (ELIGIBLE, DEFERRED, INELIGIBLE)
"""What the responsible person can decide on a donor."""

_SEVERITY = {NON_REACTIVE: 0, REACTIVE: 2}


class OutOfWindow(NamedTuple):
    """A marker of the panel whose only samples are too early or too late.

    Attributes:
        marker: its name.
        sampled_on: the day of the sample nearest to the window.
        days_before: days from that sample to the collection; below 0 for a later sample.
    """

    marker: str
    sampled_on: date
    days_before: int


class ScreeningVerdict(NamedTuple):
    """What a donor's results mean under one rule set, with every reason.

    Attributes:
        rule: name of the rule set.
        missing: markers that are needed and have no result.
        out_of_window: markers of the panel with results outside the window only.
        reactive: reactive markers, whenever sampled.
        indeterminate: markers in doubt, inside the window or after it.
        needs_risk_assessment: cases (``RISK_CASES``) the rule leaves to a risk assessment.
        counted: the result that counts for each marker of the panel, in the panel's order.
        lasting: blockers that no risk assessment answers.
        assessable: blockers that a written risk assessment answers.
        warnings: reactive informative markers; a rule set that was not in force.
    """

    rule: str
    missing: tuple[str, ...]
    out_of_window: tuple[OutOfWindow, ...]
    reactive: tuple[str, ...]
    indeterminate: tuple[str, ...]
    needs_risk_assessment: tuple[str, ...]
    counted: tuple[MarkerOutcome, ...]
    lasting: tuple[Blocker, ...]
    assessable: tuple[Blocker, ...]
    warnings: tuple[ShownWarning, ...]

    @property
    def blockers(self) -> tuple[Blocker, ...]:
        """Every reason against the donor.

        Codes ``marker-missing``, ``marker-out-of-window``, ``marker-indeterminate`` and
        ``marker-reactive``.
        """
        return self.lasting + self.assessable

    @property
    def is_complete(self) -> bool:
        """Whether every marker needed has a result inside the window."""
        return not self.missing and not self.out_of_window

    @property
    def is_clear(self) -> bool:
        """Whether the panel is complete and nothing is reactive or in doubt."""
        return self.is_complete and not self.reactive and not self.indeterminate


class _Standing(NamedTuple):
    """One marker's results: all, those inside the window, and what follows."""

    marker: str
    own: list[MarkerOutcome]
    inside: list[MarkerOutcome]
    is_reactive: bool
    is_doubtful: bool


def screening_findings(
    rule: RuleSet,
    samples: Sequence[MarkerOutcome],
    collected_on: date | None,
    donor: str = "the donor",
) -> ScreeningVerdict:
    """Judge a donor's results under a rule set.

    Args:
        rule: the rule set applied.
        samples: every result of the donor that stands.
        collected_on: the site's date of the collection; None before there is one: then every
            sample counts and no window is judged.
        donor: the donor, for the sentences ("donor D01").
    """
    standings = _standings(rule, samples, collected_on)
    panel = [each for each in standings if each.marker in rule.panel]
    judged = [each for each in standings if not is_among(each.marker, rule.informative)]
    missing = [each.marker for each in panel if not each.own]
    reactive = tuple(each.marker for each in judged if each.is_reactive)
    if SYPHILIS in reactive and not (CONFIRMATION in reactive or confirmations(samples)):
        missing.append(CONFIRMATION)
    outside = tuple(
        _nearest(rule, each, collected_on) for each in panel if each.own and not each.inside
    )
    indeterminate = tuple(
        each.marker for each in judged if each.is_doubtful and not each.is_reactive
    )
    cases = _risk_cases(rule, samples, standings)
    answered = {marker for case in cases for marker in cases[case]}
    say = _Sentences(rule, donor)
    return ScreeningVerdict(
        rule=rule.name,
        missing=tuple(missing),
        out_of_window=outside,
        reactive=reactive,
        indeterminate=indeterminate,
        needs_risk_assessment=tuple(cases),
        counted=tuple(max(each.inside, key=_badness) for each in panel if each.inside),
        lasting=(
            *(say.missing(marker) for marker in missing),
            *(say.outside(each) for each in outside),
            *(say.indeterminate(marker) for marker in indeterminate),
            *(
                say.reactive(each, "it excludes the donor")
                for each in judged
                if each.is_reactive and each.marker not in answered
            ),
        ),
        assessable=tuple(
            say.reactive(each, "the donor needs a written risk assessment")
            for each in judged
            if each.is_reactive and each.marker in answered
        ),
        warnings=_warnings(rule, standings, collected_on, donor),
    )


def decision_blockers(
    verdict: ScreeningVerdict,
    decision: str,
    *,
    risk_assessment: str = "",
    reason: str = "",
    defer_until: date | None = None,
) -> list[Blocker]:
    """Why the responsible person cannot sign a decision on a donor.

    *Eligible* needs a complete panel with nothing in doubt and nothing reactive, save what the
    rule leaves to a risk assessment and the responsible person has assessed in writing
    (Dir. 2006/17/EC Annex II points 1.3 and 1.4; Annex I on risk assessments). *Deferred* and
    *ineligible* can always be signed with a reason.

    Args:
        verdict: the donor's results under the rule that is to be applied.
        decision: ``eligible``, ``deferred`` or ``ineligible``.
        risk_assessment: the written assessment, if any.
        reason: why a donor is deferred or not eligible.
        defer_until: the day a deferral ends.

    Raises:
        BadValue: there is no such decision (``bad-decision``).
    """
    if decision not in DECISIONS:
        raise BadValue(f"{quoted(decision)} is not a decision on a donor.", code="bad-decision")
    if decision == ELIGIBLE:
        return list(verdict.lasting if risk_assessment.strip() else verdict.blockers)
    blockers = []
    if not reason.strip():
        blockers.append(
            Blocker("reason-missing", f"The decision {decision!r} needs a written reason.")
        )
    if decision == DEFERRED and defer_until is None:
        blockers.append(
            Blocker("deferral-date-missing", "A deferral needs the day on which it ends.")
        )
    return blockers


def _standings(
    rule: RuleSet, samples: Sequence[MarkerOutcome], collected_on: date | None
) -> list[_Standing]:
    """Every marker with its results: the panel's first, the others by rising record."""
    names = list(rule.panel)
    for sample in sorted(samples, key=lambda each: (each.recorded_seq, each.marker)):
        if not is_among(sample.marker, names):
            names.append(canonical_marker(sample.marker))
    standings = []
    for name in names:
        own = of_marker(samples, name)
        inside = [each for each in own if _distance(rule, each, collected_on) == 0]
        later = [each for each in own if _days_before(each, collected_on) < 0]
        standings.append(
            _Standing(
                name,
                own,
                inside,
                is_reactive=any(each.outcome == REACTIVE for each in own),
                is_doubtful=any(each.outcome not in _SEVERITY for each in (*inside, *later)),
            )
        )
    return standings


def _risk_cases(
    rule: RuleSet, samples: Sequence[MarkerOutcome], standings: Sequence[_Standing]
) -> dict[str, tuple[str, ...]]:
    """The cases that hold and that the rule leaves to a risk assessment, with their markers."""
    by_name = {each.marker: each for each in standings}
    reactive = {each.marker for each in standings if each.is_reactive}
    cases: dict[str, tuple[str, ...]] = {}
    if ANTI_HBC in reactive and not {HBSAG, HBV_NAT} & reactive:
        antigen = by_name.get(HBSAG)
        if antigen and any(each.outcome == NON_REACTIVE for each in antigen.inside):
            cases[ANTI_HBC_ALONE] = (ANTI_HBC,)
    if CONFIRMATION in reactive:
        cases[SYPHILIS_CONFIRMED] = (SYPHILIS, CONFIRMATION)
    elif SYPHILIS in reactive and is_not_confirmed(samples):
        cases[SYPHILIS_NOT_CONFIRMED] = (SYPHILIS,)
    return {case: cases[case] for case in cases if case in rule.risk_assessment}


def _warnings(
    rule: RuleSet, standings: Sequence[_Standing], collected_on: date | None, donor: str
) -> tuple[ShownWarning, ...]:
    warnings = [
        ShownWarning(
            "informative-marker-reactive",
            f"{each.marker} of {donor} is reactive; rule {rule.name} excludes nobody for it. The"
            " treating physician should know.",
        )
        for each in standings
        if each.is_reactive and is_among(each.marker, rule.informative)
    ]
    if collected_on is not None and not rule.is_in_force(collected_on):
        warnings.append(
            ShownWarning(
                "rule-set-not-in-force",
                f"Rule {rule.name} is in force {rule.validity}, not on"
                f" {collected_on.isoformat()}. The responsible person should choose the rule.",
            )
        )
    return tuple(warnings)


class _Sentences(NamedTuple):
    """The blockers of one donor under one rule."""

    rule: RuleSet
    donor: str

    def missing(self, marker: str) -> Blocker:
        why = " A reactive syphilis screen needs it." if marker == CONFIRMATION else ""
        return self._blocker(
            "marker-missing", f"No result of {marker} is on record for {self.donor}.{why}"
        )

    def outside(self, outside: OutOfWindow) -> Blocker:
        days, side, most = outside.days_before, "before", self.rule.days_before
        if days < 0:
            days, side, most = -days, "after", self.rule.days_after
        return self._blocker(
            "marker-out-of-window",
            f"{outside.marker} of {self.donor} was sampled on {outside.sampled_on.isoformat()},"
            f" {days} {'day' if days == 1 else 'days'} {side} collection, at most {most} allowed.",
        )

    def indeterminate(self, marker: str) -> Blocker:
        return self._blocker("marker-indeterminate", f"{marker} of {self.donor} is indeterminate.")

    def reactive(self, standing: _Standing, consequence: str) -> Blocker:
        last = max(each.sampled_on for each in standing.own if each.outcome == REACTIVE)
        return self._blocker(
            "marker-reactive",
            f"{standing.marker} of {self.donor} is reactive (sampled on {last.isoformat()}):"
            f" under rule {self.rule.name} {consequence}.",
        )

    def _blocker(self, code: str, sentence: str) -> Blocker:
        return Blocker(code, sentence, f"rule {self.rule.name}: {self.rule.source}")


def _nearest(rule: RuleSet, standing: _Standing, collected_on: date | None) -> OutOfWindow:
    """The sample nearest to the window, the later recorded of equals."""
    nearest = min(
        standing.own,
        key=lambda each: (_distance(rule, each, collected_on), -each.recorded_seq, each.sampled_on),
    )
    return OutOfWindow(standing.marker, nearest.sampled_on, _days_before(nearest, collected_on))


def _badness(sample: MarkerOutcome) -> tuple[int, date, int]:
    return _SEVERITY.get(sample.outcome, 1), sample.sampled_on, sample.recorded_seq


def _days_before(sample: MarkerOutcome, collected_on: date | None) -> int:
    """Days from the sample to the collection; 0 while there is none."""
    return 0 if collected_on is None else whole_days_between(sample.sampled_on, collected_on)


def _distance(rule: RuleSet, sample: MarkerOutcome, collected_on: date | None) -> int:
    """Days between the sample and the nearest day of the window; 0 inside it."""
    if collected_on is None:
        return 0
    days = _days_before(sample, collected_on)
    return max(days - rule.days_before, -days - rule.days_after, 0)
