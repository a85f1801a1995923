"""The rule of the lot check about investigations of results out of specification."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lottrack.rules.release.findings import failed, listed, passed

if TYPE_CHECKING:
    from lottrack.rules.release.facts import LotFacts
    from lottrack.rules.release.findings import RuleFinding


def oos_closed(facts: LotFacts) -> RuleFinding:
    """Every result out of specification was investigated, and the investigation was concluded.

    EudraLex Vol. 4 Part IV 11.5. A conclusion says whether the results count; that they are within
    the specification is another rule. A result that was confirmed fails its test here, when it was
    struck or corrected and counts no more there. A result that opened no investigation (the lot was
    moved to a stricter version, say) needs one as well. The holds that such results opened are told
    by ``holds-none-open``.
    """
    code, quality = "oos-closed", facts.quality
    still = [fact for fact in quality.oos if not fact.is_concluded]
    known = {fact.test.casefold() for fact in quality.oos}
    unknown = [
        state for state in quality.state.failed if state.criterion.test.casefold() not in known
    ]
    said = [f"{fact.oos} ({fact.test} of {fact.subject}) is {fact.said}" for fact in still]
    said += [
        f"{state.criterion.test} of {state.subject} fails and was never investigated"
        for state in unknown
    ]
    stood = [fact for fact in quality.oos if fact.is_concluded and fact.withdrawn]
    said += [
        f"{fact.oos} confirmed {listed(fact.withdrawn)}, which was struck or corrected before:"
        f" {fact.test} of {fact.subject} fails as it was first told"
        for fact in stood
    ]
    mends = [fact.mend for fact in still]
    mends += [
        "nobody, unless the conclusion itself was wrong (lottrack strike"
        f" {fact.conclusion} --reason TEXT, then qa or qp conclude {fact.oos} anew)"
        for fact in stood
    ]
    mends += [
        f"technician or qc: lottrack oos open {state.deciding[-1]} --reason TEXT"
        for state in unknown
    ]
    evidence = [fact.oos for fact in quality.oos]
    if said:
        return failed(code, f"{listed(said, 10)}.", "; ".join(dict.fromkeys(mends[:3])), *evidence)
    if not quality.oos:
        return passed(code, "No result of a required test was ever out of specification.")
    ends = [f"{fact.oos} ({fact.test} of {fact.subject}: {fact.said})" for fact in quality.oos]
    return passed(code, f"Concluded: {listed(ends)}.", *evidence)
