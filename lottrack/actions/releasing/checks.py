"""``lot check``: the explained verdict on a lot, rule by rule, now or as of an earlier moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.finding import find_one_of
from lottrack.actions.making.lots import find_lot
from lottrack.actions.releasing.facts import scope_of, source_facts
from lottrack.actions.releasing.facts_making import making_facts
from lottrack.actions.releasing.facts_testing import quality_facts
from lottrack.errors import Conflict
from lottrack.rules.reading.times import iso_local
from lottrack.rules.release.facts import LotFacts
from lottrack.rules.release.verdict import LotVerdict, judge_lot

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lottrack.actions.desk import Desk
    from lottrack.actions.releasing.facts import Scope
    from lottrack.rules.release.findings import RuleFinding
    from lottrack.store.reader import Reader


def check_lot(
    desk: Desk, text: str, fills: Sequence[str], moment: datetime | None
) -> dict[str, Any]:
    """Judge a lot by every rule.

    Args:
        desk: where.
        text: the lot.
        fills: only these fills; none for all that can be supplied.
        moment: as recorded by then; None for now.

    Raises:
        NotFound: the lot was not on record then.
        Conflict: a fill is another lot's.
    """
    lot = find_lot(desk, text)
    numbers = find_fills(desk, lot, fills)
    reader = desk.store.at(moment)
    at = moment or desk.now()
    verdict, _ = judged(reader, lot, numbers, at)
    return {
        "lot": lot,
        "as_of": iso_local(at, desk.zone),
        "verdict": verdict.verdict,
        "rules": [rule_data(finding) for finding in verdict.findings],
    }


def find_fills(desk: Desk, lot: str, texts: Sequence[str]) -> tuple[str, ...]:
    """The fills of a lot that texts name, each once.

    Raises:
        Conflict: one of them is another lot's (``fill-of-another-lot``).
    """
    numbers = tuple(dict.fromkeys(find_one_of(desk.store, t, "fill").record for t in texts))
    for number in numbers:
        fill = desk.store.get("fill", number)
        if fill.lot != lot:
            raise Conflict(
                f"Fill {number} is of lot {fill.lot}, not of lot {lot}.",
                code="fill-of-another-lot",
                hint=f"`lottrack lot show {lot}` lists its fills.",
            )
    desk.subjects += numbers
    return numbers


def judged(
    reader: Reader, lot: str, fills: tuple[str, ...], moment: datetime
) -> tuple[LotVerdict, Scope]:
    """What all rules say about some fills of a lot, and what they were asked about."""
    scope = scope_of(reader, lot, fills, moment)
    facts = LotFacts(
        lot, source_facts(reader, scope), making_facts(reader, scope), quality_facts(reader, scope)
    )
    return judge_lot(facts), scope


def rule_data(finding: RuleFinding) -> dict[str, Any]:
    """A rule's finding as answers give it."""
    return {
        "code": finding.code,
        "outcome": finding.outcome,
        "sentence": finding.sentence,
        "evidence": list(finding.evidence),
        "who_can_mend": finding.who_can_mend,
    }
