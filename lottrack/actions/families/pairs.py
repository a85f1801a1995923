"""Pairs: one donor directed to one patient, with the relation and the HLA finding."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from lottrack.actions.families.courses import NewCourse, course_state, write_course
from lottrack.actions.families.donors import eligibility_of, is_excluded
from lottrack.actions.families.matching import finding_of, typing_of, write_finding
from lottrack.actions.families.persons import told_of_pair
from lottrack.actions.finding import code_of, find_one_of
from lottrack.actions.making.lineage import course_protocol
from lottrack.actions.record.corrected import corrected_in
from lottrack.actions.shown import write_warnings
from lottrack.actions.testing.documents import protocol_of
from lottrack.errors import AlreadyDone, Blocker, Conflict, Refused
from lottrack.rules.culture.plausibility import ShownWarning
from lottrack.rules.reading.text import clean_text
from lottrack.rules.relations import relation_blockers, require_relation

if TYPE_CHECKING:
    from datetime import date

    from lottrack.actions.desk import Desk, Telling
    from lottrack.actions.families.matching import Finding
    from lottrack.rules.hla import Typing
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

__all__ = ["NewPair", "finding_of", "list_pairs", "pair_table", "register_pair", "show_pair"]


class NewPair(NamedTuple):
    """A pair about to be registered.

    Attributes:
        donor: code of the donor.
        patient: code of the patient.
        relation: what the donor is to the patient.
        evidence: what the relation rests on, or "".
        protocol: ``NAME[@EDITION]`` of the first course; "" takes the site's default.
    """

    donor: str
    patient: str
    relation: str
    evidence: str = ""
    protocol: str = ""


def register_pair(desk: Desk, new: NewPair, telling: Telling) -> dict[str, Any]:
    """Register a pair, record its HLA finding whatever it is, and open its first course.

    Raises:
        NotFound: there is no such donor, patient or protocol.
        Conflict: the relation does not go with sex or years of birth (``relation-inconsistent``),
            or the time told is before a year of birth (``out-of-order``).
        AlreadyDone: the two are a pair already.
        Refused: the donor is deferred or not eligible (``donor-not-eligible``).
    """
    reader = desk.store
    donor = reader.get("donor", code_of(reader, "donor", new.donor))
    patient = reader.get("patient", code_of(reader, "patient", new.patient))
    desk.subjects += [str(donor.root), str(patient.root)]
    evidence = clean_text(new.evidence, "the evidence") if new.evidence else None
    told = told_of_pair(desk, telling, donor, patient, "the registration of the pair")
    _require_relation(donor, patient, new.relation)
    with desk.change("pair register") as change:
        _require_new(change, donor, patient)
        _require_not_excluded(change, donor, desk.today(telling.at))
        number = change.record(
            "pair",
            told,
            donor=donor.root,
            patient=patient.root,
            relation=new.relation,
            evidence=evidence,
        )
        course = write_course(change, NewCourse(number, new.protocol), told)
        finding = write_finding(change, change.get("pair", number), told)
        warnings = write_warnings(change, number, _unaccepted(change, finding, course["protocol"]))
    return {
        "id": number,
        "kind": "pair",
        "coi": course["id"],
        "donor": donor.root,
        "patient": patient.root,
        "relation": new.relation,
        "evidence": evidence,
        "protocol": course["protocol"],
        "basis": course["basis"],
        "reference": course["reference"],
        **finding.data(),
        "warnings": warnings,
    }


def _unaccepted(reader: Reader, finding: Finding, protocol: str) -> list[ShownWarning]:
    """What the protocol will not take: the pair is registered all the same, and told at once."""
    accepted = protocol_of(reader, protocol).accepted_findings
    if finding.result in accepted:
        return []
    return [
        ShownWarning(
            "haploidentity-not-met",
            f"The HLA finding is {finding.result}; {protocol} accepts {' or '.join(accepted)}, so"
            " nothing made for this course could be given.",
        )
    ]


def _require_relation(donor: Row, patient: Row, relation: str) -> None:
    blockers = relation_blockers(
        require_relation(relation), donor.sex, int(donor.born_year), int(patient.born_year)
    )
    if blockers:
        raise Conflict(
            f"Donor {donor.root} cannot be the {relation} of patient {patient.root}.",
            code="relation-inconsistent",
            hint="Check both codes and the relation. A wrong sex or year of birth is mended with"
            " `lottrack correct CODE born_year=YEAR --reason TEXT`, then register the pair again.",
            blockers=blockers,
        )


def _require_new(reader: Reader, donor: Row, patient: Row) -> None:
    for pair in reader.rows("pair", donor=donor.root, patient=patient.root):
        raise AlreadyDone(
            f"Donor {donor.root} and patient {patient.root} are pair {pair.root} already.",
            code="pair-exists",
            hint=f"A further treatment is a new course: lottrack course open --pair {pair.root}.",
        )


def _require_not_excluded(reader: Reader, donor: Row, on: date) -> None:
    if not is_excluded(reader, donor.root, on):
        return
    decision = eligibility_of(reader, donor.root)
    assert decision is not None
    until = f" until {decision.defer_until}" if decision.defer_until else ""
    sentence = f"Donor {donor.root} is {decision.decision}{until} (decision {decision.root})."
    raise Refused(
        f"No pair is made with a donor who may not give: {sentence}",
        code="donor-not-eligible",
        hint="Another donor, or a new decision by the responsible person: lottrack donor decide.",
        blockers=[Blocker("donor-not-eligible", sentence, str(decision.signature))],
    )


# -- reading ---------------------------------------------------------------------------------------


def find_pair(reader: Reader, text: str) -> Row:
    """A pair by its number.

    Raises:
        NotFound: there is none.
        WrongKindOfCode: the number is of another kind of thing.
    """
    return reader.get("pair", find_one_of(reader, text, "pair").record, "pair")


def show_pair(desk: Desk, text: str) -> dict[str, Any]:
    """A pair with its finding, its typings and its courses.

    Raises:
        NotFound: there is no such pair.
    """
    reader = desk.store
    pair = find_pair(reader, text)
    courses = reader.rows("course", pair=pair.root)
    finding = finding_of(reader, pair.root)
    shown: dict[str, Any] = {
        "id": pair.root,
        "kind": "pair",
        "coi": courses[0].root if courses else None,
        "donor": pair.donor,
        "patient": pair.patient,
        "relation": pair.relation,
        "evidence": pair.evidence,
        **finding.data(),
        "donor_hla": _typing_text(reader, finding.donor_typing),
        "patient_hla": _typing_text(reader, finding.patient_typing),
        "courses": [
            {
                "id": row.root,
                "kind": "course",
                "protocol": course_protocol(reader, row.root),
                "state": course_state(reader, row.root),
            }
            for row in courses
        ],
    }
    typings = [
        {"typing": typing} for typing in (finding.donor_typing, finding.patient_typing) if typing
    ]
    return shown | {"corrected": corrected_in(reader, [shown, *typings])}


def _typing_text(reader: Reader, number: str) -> str | None:
    row = reader.find("typing", number) if number else None
    return None if row is None else str(row.gl_string)


def pair_table(desk: Desk, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The finding of ``show_pair`` locus by locus, with both typings, for a person to read."""
    reader = desk.store
    finding = finding_of(reader, data["id"])
    donor, patient = (
        typing_of(reader.find("typing", number))
        for number in (finding.donor_typing, finding.patient_typing)
    )
    return [
        {
            "locus": locus,
            "donor": _written(donor, locus),
            "patient": _written(patient, locus),
            "shared": f"{shared} of 2" if shared != "missing" else "not typed in both",
        }
        for locus, shared in data["loci"].items()
    ]


def _written(typing: Typing | None, locus: str) -> str:
    """What a typing says of one gene, with its possible genotypes; "" when it says nothing."""
    if typing is None or locus not in typing.loci:
        return "-"
    return " | ".join(
        " + ".join("/".join(allele.text for allele in copy) for copy in genotype)
        for genotype in typing.loci[locus]
    )


def list_pairs(desk: Desk) -> list[dict[str, Any]]:
    """Every pair with its latest finding and its first course."""
    reader = desk.store
    findings = {row.pair: row for row in reader.rows("hla_finding")}
    first: dict[str, str] = {}
    for course in reader.rows("course"):
        first.setdefault(course.pair, course.root)
    return [
        {
            "id": row.root,
            "kind": "pair",
            "coi": first.get(row.root),
            "donor": row.donor,
            "patient": row.patient,
            "relation": row.relation,
            "haploidentity": findings[row.root].result if row.root in findings else None,
        }
        for row in reader.rows("pair")
    ]
