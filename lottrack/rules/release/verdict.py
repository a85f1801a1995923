"""May this lot be released? Every rule, in a fixed order, each with its reasons.

A lot check always answers all rules, so that nothing is overlooked because something else failed
first. A rule whose facts this record does not hold says so and stands in nobody's way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.errors import Blocker
from lottrack.rules.release import making, oos, source, testing
from lottrack.rules.release.findings import NOT_APPLICABLE, PASS, PENDING

if TYPE_CHECKING:
    from collections.abc import Callable

    from lottrack.rules.release.facts import LotFacts
    from lottrack.rules.release.findings import RuleFinding

RELEASABLE = "releasable"
CONDITIONALLY = "conditionally_releasable"
NOT_RELEASABLE = "not_releasable"
VERDICTS = (RELEASABLE, CONDITIONALLY, NOT_RELEASABLE)

RULES: tuple[tuple[str, Callable[[LotFacts], RuleFinding]], ...] = (
    ("course-open", source.course_open),
    ("consent-recorded", source.consent_recorded),
    ("donor-eligible", source.donor_eligible),
    ("screening-window", source.screening_window),
    ("haploidentity", source.haploidentity),
    ("collection-accepted", source.collection_accepted),
    ("passages-recorded", making.passages_recorded),
    ("cells-reconciled", making.cells_reconciled),
    ("population-doublings-limit", making.population_doublings_limit),
    ("materials-in-date", making.materials_in_date),
    ("equipment-in-calibration", making.equipment_in_calibration),
    ("specification-approved", testing.specification_approved),
    ("results-complete", testing.results_complete),
    ("results-reviewed", testing.results_reviewed),
    ("results-within-specification", testing.results_within_specification),
    ("oos-closed", oos.oos_closed),
    ("deviations-closed", making.deviations_closed),
    ("holds-none-open", testing.holds_none_open),
    ("labels-reconciled", making.labels_reconciled),
    ("custody-unbroken", making.custody_unbroken),
    ("expiry-within-shelf-life", making.expiry_within_shelf_life),
    ("signatures-valid", testing.signatures_valid),
    ("record-reviewed", testing.record_reviewed),
)
"""Every rule by its code, in the order in which a lot check tells them."""

ATTESTED = making.ATTESTED
"""Rules that a person may state to be met."""


class LotVerdict(NamedTuple):
    """What all rules together say.

    Attributes:
        verdict: one of ``VERDICTS``.
        findings: one entry per rule of ``RULES``, in its order.
    """

    verdict: str
    findings: tuple[RuleFinding, ...]

    @property
    def open_findings(self) -> tuple[RuleFinding, ...]:
        """The rules that stand against a release."""
        return tuple(f for f in self.findings if f.outcome not in {PASS, NOT_APPLICABLE})

    @property
    def blockers(self) -> list[Blocker]:
        """The same as reasons of a refusal."""
        return [
            Blocker(finding.code, finding.sentence, who_can_mend=finding.who_can_mend)
            for finding in self.open_findings
        ]

    def standing_against(self, *, conditional: bool) -> LotVerdict:
        """The same without what does not stand against a release on condition of pending tests."""
        if not conditional:
            return self
        return self._replace(findings=tuple(f for f in self.findings if f.outcome != PENDING))


def judge_lot(facts: LotFacts) -> LotVerdict:
    """Ask every rule.

    Releasable: each rule is met or not applicable. Conditionally releasable: the one thing that is
    open is tests which the specification lets be pending at a first release (two-step release,
    EudraLex Vol. 4 Part IV 11). Everything else, also what no rule foresaw, is not releasable.
    """
    findings = tuple(rule(facts) for _, rule in RULES)
    verdict = LotVerdict(NOT_RELEASABLE, findings)
    still = {(finding.code, finding.outcome) for finding in verdict.open_findings}
    if not still:
        return verdict._replace(verdict=RELEASABLE)
    if still == {("results-complete", PENDING)}:
        return verdict._replace(verdict=CONDITIONALLY)
    return verdict
