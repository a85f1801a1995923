"""HLA typings, and what two of them say about a pair: recorded anew with every typing."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.families.persons import latest_typing, told_of, write_typing
from lottrack.actions.finding import code_of
from lottrack.actions.shown import write_warnings
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.hla import (
    TESTED_LOCI,
    Typing,
    haplotype_sharing,
    parse_gl_string,
    proof_sentence,
)
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.families.persons import Kind
    from lottrack.store.change import Change, Told
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row


@lru_cache(maxsize=64)
def _parsed(gl_string: str) -> Typing:
    return parse_gl_string(gl_string)


def typing_of(row: Row | None) -> Typing | None:
    """A recorded typing, read; None when there is none."""
    return None if row is None else _parsed(str(row.gl_string))


class Finding(NamedTuple):
    """What the typings of a pair say.

    Attributes:
        number: number of the finding, or "" when none is on record.
        result: ``haplo_compatible``, ``hla_identical_at_tested_loci``, ``not_haploidentical`` or
            ``indeterminate``.
        loci: locus -> shared alleles: a number, a range such as ``1-2``, or ``missing``.
        proof: what this proves and what not, in words.
        donor_typing: number of the donor's typing compared, or "".
        patient_typing: number of the patient's typing compared, or "".
    """

    number: str
    result: str
    loci: dict[str, int | str]
    proof: str
    donor_typing: str = ""
    patient_typing: str = ""

    def data(self) -> dict[str, Any]:
        """The finding as answers give it."""
        return {
            "finding": self.number or None,
            "haploidentity": self.result,
            "loci": self.loci,
            "proof": self.proof,
        }


def finding_of(reader: Reader, pair: str) -> Finding:
    """The HLA finding of a pair that was recorded last; without one nothing is settled."""
    row = reader.last("hla_finding", pair=pair)
    if row is None:
        return Finding("", "indeterminate", {}, "No HLA finding is on record for this pair.")
    return Finding(
        str(row.root),
        str(row.result),
        _in_order(json.loads(row.loci)),
        str(row.proof),
        str(row.donor_typing or ""),
        str(row.patient_typing or ""),
    )


def _in_order(loci: dict[str, int | str]) -> dict[str, int | str]:
    """Loci in the order in which they are customarily written; the record sorts them by letter."""
    return {locus: loci[locus] for locus in TESTED_LOCI if locus in loci}


def write_finding(change: Change, pair: Row, told: Told) -> Finding:
    """Compare the latest typings of a pair and write the finding, whatever it is.

    A typing that is missing leaves the finding indeterminate.
    """
    donor = latest_typing(change, "donor", pair.donor)
    patient = latest_typing(change, "patient", pair.patient)
    sharing = haplotype_sharing(typing_of(patient), typing_of(donor))
    change.record(
        "hla_finding",
        told,
        pair=pair.root,
        donor_typing=None if donor is None else donor.root,
        patient_typing=None if patient is None else patient.root,
        result=sharing.result,
        loci=canonical(sharing.loci),
        proof=proof_sentence(sharing, pair.relation, pair.evidence or ""),
    )
    return finding_of(change, str(pair.root))


def refresh_findings(change: Change, kind: Kind, code: str, told: Told) -> list[dict[str, Any]]:
    """Write the findings of all pairs of a person anew, after a typing came, changed or was struck.

    Returns:
        For each pair the new finding, with ``before``, the finding it replaces.
    """
    refreshed = []
    for pair in change.rows("pair", **{kind: code}):
        before = finding_of(change, pair.root)
        after = write_finding(change, pair, told)
        refreshed.append(
            {
                "id": after.number,
                "kind": "hla_finding",
                "pair": pair.root,
                "haploidentity": after.result,
                "before": before.result,
            }
        )
    return refreshed


def record_typing(desk: Desk, kind: Kind, code: str, hla: str, telling: Telling) -> dict[str, Any]:
    """Record a typing and, in the same change, what it says about every pair of the person.

    Raises:
        NotFound: there is no such donor or patient.
        BadValue: the text is no typing (``hla-invalid``).
        Conflict: told for a time before the year of birth.
    """
    person = desk.store.get(kind, code_of(desk.store, kind, code), kind)
    number = str(person.root)
    desk.subjects.append(number)
    typing = parse_gl_string(hla)
    told = told_of(desk, telling, number, int(person.born_year), "the typing")
    with desk.change(f"{kind} type") as change:
        made, warnings = write_typing(change, kind, number, typing, told)
        findings = refresh_findings(change, kind, number, told)
        changed = [_changed(each) for each in findings if each["before"] != each["haploidentity"]]
        warnings = warnings + write_warnings(change, made, changed)
    return {
        "id": made,
        "kind": "typing",
        kind: number,
        "hla": typing.text,
        "findings": findings,
        "warnings": warnings,
    }


def _changed(finding: dict[str, Any]) -> ShownWarning:
    return ShownWarning(
        "hla-finding-changed",
        f"The HLA finding of pair {finding['pair']} is {finding['haploidentity']} now and was"
        f" {finding['before']} before: lottrack pair show {finding['pair']}.",
    )
