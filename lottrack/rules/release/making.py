"""Rules of the lot check about the making: culture, cells, labels, custody, expiry, statements."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules import calibration, deviations
from lottrack.rules.culture.balance import balance_blockers
from lottrack.rules.reading.quantities import format_cells
from lottrack.rules.release.findings import failed, listed, not_applicable, passed
from lottrack.rules.release.materials import judged_uses

if TYPE_CHECKING:
    from lottrack.rules.release.facts import LotFacts
    from lottrack.rules.release.findings import RuleFinding

ATTESTED = ("materials-in-date", "equipment-in-calibration", "deviations-closed")
"""Rules whose facts may be kept elsewhere: a person states that they are met."""

_MAKES = "technician or production_lead"
_ATTESTS = "production_lead, qc, qa, responsible_person or qp"
_CLOSES = "qa or qp"


def passages_recorded(facts: LotFacts) -> RuleFinding:
    """Every passage that was seeded was harvested or given up, and there was a harvest.

    The batch record tells every step, in the permitted sequence (21 CFR 11.10(f)).
    """
    code, making = "passages-recorded", facts.making
    harvests = [passage.harvest for passage in making.passages if passage.harvest]
    evidence = tuple(n for p in making.passages for n in (p.seeding, p.harvest))
    mend = f"{_MAKES}: lottrack lot harvest {facts.lot}"
    growing = [p.name for p in making.passages if not p.harvest and not p.given_up]
    if growing:
        return failed(
            code,
            f"{listed(growing)} of lot {facts.lot} was seeded, and neither harvested nor given up.",
            mend,
            *evidence,
        )
    unseeded = [p.name for p in making.passages if not p.seeding]
    if unseeded:
        return failed(
            code,
            f"{listed(unseeded)} of lot {facts.lot} was harvested, and no seeding is on record.",
            f"{_MAKES}: lottrack lot seed {facts.lot}",
            *evidence,
        )
    if not harvests and not making.earlier_harvests:
        return failed(
            code,
            f"No harvest of lot {facts.lot} is on record.",
            f"{_MAKES}: lottrack lot passage {facts.lot}",
            *evidence,
        )
    if not harvests:
        return passed(
            code,
            f"Lot {facts.lot} was filled from its parent's harvest without a culture of its own.",
            *making.earlier_harvests,
        )
    names = listed([passage.name for passage in making.passages])
    return passed(code, f"Recorded from seeding to harvest: {names}.", *evidence)


def cells_reconciled(facts: LotFacts) -> RuleFinding:
    """No more cells were used than were harvested.

    Invariant 6 (harvested = seeded on + filled + sampled + discarded); cells left over may still be
    in the vessel, and only closing the lot asks for them.
    """
    code, balance = "cells-reconciled", facts.making.balance
    blockers = balance_blockers(balance, f"lot {facts.lot}")
    harvests = tuple(p.harvest for p in facts.making.passages)
    if blockers:
        return failed(
            code,
            " ".join(blocker.sentence for blocker in blockers),
            f"{_MAKES}: lottrack correct ID KEY=VALUE --reason TEXT",
            *harvests,
        )
    left = balance.remainder
    said = f"{format_cells(left)} viable cells are not accounted for" if left else "none are left"
    return passed(code, f"No more cells were used than were harvested; {said}.", *harvests)


def population_doublings_limit(facts: LotFacts) -> RuleFinding:
    """The culture has not doubled more often than the specification allows.

    ICH Q5D speaks of doublings, not passages, because seeding densities differ. Counted from P1:
    the precursors among the cells seeded at P0 are not counted.
    """
    code, limit = "population-doublings-limit", facts.making.doublings
    if limit is None:
        return not_applicable(
            code, f"{facts.quality.specification} sets no limit on population doublings."
        )
    harvests = tuple(passage.harvest for passage in facts.making.passages)
    mend = f"{_MAKES}: lottrack lot passage {facts.lot} for every passage from P1"
    if limit.value is None:
        return failed(
            code,
            f"The cumulative doublings of lot {facts.lot} are not known, because the record does"
            f" not tell every passage from P1; {limit.test} is {limit.limit}.",
            mend,
            *harvests,
        )
    said = f"{limit.value} cumulative doublings from P1; {limit.test} is {limit.limit}."
    if limit.verdict != "pass":
        return failed(code, f"Lot {facts.lot} has {said}", "nobody", *harvests)
    return passed(code, f"Lot {facts.lot} has {said}", *harvests)


def materials_in_date(facts: LotFacts) -> RuleFinding:
    """Materials were in date when they were used (Reg. (EC) 1394/2007 Art. 15(1): traceable)."""
    kept_elsewhere = "material lots and their expiry"
    return judged_uses(facts) or _attested(facts, "materials-in-date", kept_elsewhere)


def equipment_in_calibration(facts: LotFacts) -> RuleFinding:
    """Equipment was in calibration when it was used (GMP for ATMP, EudraLex Vol. 4 Part IV)."""
    code, uses = "equipment-in-calibration", facts.making.equipment
    if not uses:
        kept = "equipment and its calibration" if uses is None else "a use of equipment for it"
        return _attested(facts, code, kept)
    return calibration.equipment_in_calibration(facts.lot, uses)


def deviations_closed(facts: LotFacts) -> RuleFinding:
    """Every deviation that concerns the lot is closed (GMP for ATMP, EudraLex Vol. 4 Part IV)."""
    known = facts.making.deviations
    if known is None:
        return _attested(facts, "deviations-closed", "deviations")
    return deviations.deviations_closed(facts.lot, known)


def labels_reconciled(facts: LotFacts) -> RuleFinding:
    """Every filled container carries exactly one applied primary label, and none is at large.

    21 CFR 211.125(c): labels issued, used and returned are reconciled; the limit is 0.
    """
    code, making = "labels-reconciled", facts.making
    evidence = tuple(label for fact in making.containers for label in fact.applied)
    there = [fact for fact in making.containers if fact.is_there]
    bare = [fact.container for fact in there if not fact.applied]
    double = [fact.container for fact in there if len(fact.applied) > 1]
    loose = [label for fact in making.containers for label in fact.printed]
    loose += making.loose_labels
    said = []
    if bare:
        said.append(f"without an applied primary label: {listed(bare)}")
    if double:
        said.append(f"with more than one: {listed(double)}")
    if loose:
        said.append(f"printed, and neither applied nor void: {listed(loose)}")
    if said:
        mend = "lottrack label apply SCAN --to CONTAINER, or lottrack label void LABEL"
        return failed(
            code,
            f"Primary labels of lot {facts.lot} do not reconcile; {'; '.join(said)}.",
            f"technician, production_lead or pharmacist: {mend}",
            *bare,
            *double,
            *loose,
        )
    if not making.containers:
        return not_applicable(code, "No container is filled that could carry a label.")
    return passed(
        code,
        f"Each of {len(there)} containers carries one applied primary label; none is at large.",
        *evidence,
    )


def custody_unbroken(facts: LotFacts) -> RuleFinding:
    """The custody of the collection and of every container has no gap that nobody judged.

    Reg. (EC) 1394/2007 Art. 15 and Dir. 2006/86/EC Art. 9; chain of custody as the Standards
    Coordinating Body defines it: every point of transfer and control.
    """
    code, making = "custody-unbroken", facts.making
    if making.gaps:
        return failed(
            code,
            listed(making.gaps, 3),
            f"{_CLOSES}: lottrack hold lift HOLD --reason TEXT, for the hold of the incident",
            *making.custody_of,
        )
    return passed(
        code,
        f"No unjudged gap in the custody of {len(making.custody_of)} things.",
        *making.custody_of,
    )


def expiry_within_shelf_life(facts: LotFacts) -> RuleFinding:
    """What is released is in date, and its expiry lies within the specification's shelf life.

    Dir. 2006/86/EC Annex II.E: expiry on the label; a shelf life is a limit like any other. Cells
    already given are certified afterwards, so that only stock can be too old.
    """
    code, fills = "expiry-within-shelf-life", facts.making.fills
    filled = [fill for fill in fills if fill.filled]
    if not filled:
        return failed(
            code,
            f"Nothing of lot {facts.lot} is filled that could be released.",
            f"{_MAKES}: lottrack lot fill {facts.lot}",
            *(fill.fill for fill in fills),
        )
    said = [f"{f.fill} expired on {f.expires}" for f in filled if f.is_expired and f.in_stock]
    said += [f"{fill.fill}: {fill.beyond_shelf_life}" for fill in filled if fill.beyond_shelf_life]
    evidence = tuple(fill.fill for fill in filled)
    if said:
        return failed(
            code,
            f"{listed(said)}.",
            f"{_MAKES}: lottrack correct FILL expires_at=TIME --reason TEXT, if it is wrong",
            *evidence,
        )
    shown = [f"{fill.fill} until {fill.expires}" for fill in filled]
    return passed(code, f"In date: {listed(shown)}.", *evidence)


def _attested(facts: LotFacts, code: str, kept_elsewhere: str) -> RuleFinding:
    """Met by a person's statement; without one, not applicable."""
    stated = [fact for fact in facts.making.attestations if fact.rule == code]
    if not stated:
        finding = not_applicable(code, f"Not kept in this record: {kept_elsewhere}.")
        return finding._replace(
            who_can_mend=f"{_ATTESTS}: lottrack lot attest {facts.lot} {code} --text TEXT"
        )
    latest = stated[-1]
    return passed(
        code, f"{latest.by} states: {latest.text}", *(statement.number for statement in stated)
    )
