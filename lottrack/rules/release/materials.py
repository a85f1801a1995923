"""The rule of the lot check about materials, where the site records them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.materials import LATER
from lottrack.rules.release.findings import RuleFinding, failed, listed, passed

if TYPE_CHECKING:
    from lottrack.rules.release.facts import LotFacts, MaterialUseFact

CODE = "materials-in-date"
_ATTESTS = "production_lead, qc, qa, responsible_person or qp"


def judged_uses(facts: LotFacts) -> RuleFinding | None:
    """Every material was released and in date when it was used; None where nothing is recorded.

    Reg. (EC) 1394/2007 Art. 15(1): everything that touches the cells is traceable. A use against
    the rules counts as judged once the hold it opened was lifted by signature; a release that was
    entered later than the use needs a person's statement that it was released on paper before.
    """
    materials = facts.making.materials
    stated = [each.number for each in facts.making.attestations if each.rule == CODE]
    if materials is None or (not materials.uses and (stated or not materials.kept)):
        return None
    if not materials.uses:
        return failed(
            CODE,
            f"The site records its materials, and no use of one is recorded for lot {facts.lot}.",
            f"technician or production_lead: lottrack material use ML {facts.lot} --passage P1"
            f" --quantity N; {_ATTESTS}: lottrack lot attest {facts.lot} {CODE} --text TEXT",
        )
    wrong = [(use, text) for use in materials.uses for text in _open_faults(use, stated)]
    evidence = tuple(n for use in materials.uses for n in (use.use, use.material_lot))
    if wrong:
        sentences = list(dict.fromkeys(text for _, text in wrong))
        return failed(
            CODE, listed(sentences, 3), _mending(facts, wrong[0][0]), *(use.use for use, _ in wrong)
        )
    judged = [use.use for use in materials.uses if use.faults and use.judged]
    said = f"; used against the rules and judged: {listed(judged)}" if judged else ""
    names = listed(list(dict.fromkeys(f"{u.name} {u.material_lot}" for u in materials.uses)))
    return passed(CODE, f"Released and in date when used: {names}{said}.", *evidence, *stated)


def _open_faults(use: MaterialUseFact, stated: list[str]) -> list[str]:
    """What is wrong with a use and not settled by a lifted hold or a statement."""
    if use.judged:
        return []
    return [sentence for code, sentence in use.faults if code != LATER or not stated]


def _mending(facts: LotFacts, use: MaterialUseFact) -> str:
    if use.hold:
        return f"qa or qp: lottrack hold lift {use.hold} --reason TEXT"
    if {code for code, _ in use.faults} == {LATER}:
        return f"{_ATTESTS}: lottrack lot attest {facts.lot} {CODE} --text TEXT"
    return (
        f"technician or production_lead: lottrack correct {use.use} KEY=VALUE --reason TEXT, if it"
        f" is wrong; qc or qa: lottrack material release {use.material_lot}"
    )
