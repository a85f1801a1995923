"""The certification: what a qualified person signed for, word for word, and what it waits for.

No cells leave before a qualified person certified them (Dir. 2001/83/EC Art. 51; CTR 536/2014 Art.
62). The document shows every signed decision on the lot with the text that was shown to the signer,
because that text is what the signature covers (21 CFR 11.70).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.papers.basis import opening
from lottrack.actions.papers.growing import container_content
from lottrack.actions.papers.judging import dispositions
from lottrack.actions.papers.reservations import reservations, with_reservations
from lottrack.actions.papers.signatures import signature_blocks
from lottrack.actions.releasing.dispositions import lot_disposition
from lottrack.actions.testing.documents import specification_number
from lottrack.errors import NotFound

if TYPE_CHECKING:
    from lottrack.actions.papers.basis import Basis
    from lottrack.store.reader import Reader

KIND = "certification"
TITLE = "Certification"


def certification(basis: Basis) -> dict[str, Any]:
    """What the qualified person signed of a lot.

    Raises:
        NotFound: ``not-certified``: nobody has decided on it yet.
    """
    reader = basis.reader
    lineage = lineage_of(reader, basis.lot)
    fills = [str(row.root) for row in reader.rows("fill", lot=basis.lot)]
    decisions = list(dispositions(basis, fills))
    if not decisions:
        raise NotFound(
            f"Nobody has decided on lot {basis.lot} yet; there is nothing a document could show.",
            code="not-certified",
            hint=f"`lottrack lot check {basis.lot}` tells what a release still needs.",
        )
    numbers = list(dict.fromkeys(each["signature"] for each in decisions))
    reserved = reservations(reader, lineage)
    return opening(basis, KIND, TITLE) | {
        "statement": _statement(basis, reserved),
        "reservations": reserved,
        "disposition": lot_disposition(reader, basis.lot),
        "specification": specification_number(reader, lineage.lot),
        "donor": lineage.donor.root,
        "patient": lineage.patient.root,
        "course": lineage.course.root,
        "collection": lineage.collection.root,
        "decisions": [_decision(reader, number, decisions) for number in numbers],
        "signatures": signature_blocks(reader, numbers),
    }


def _statement(basis: Basis, reserved: list[str]) -> str:
    said = lot_disposition(basis.reader, basis.lot).replace("_", " ")
    said = f"Lot {basis.lot} is {said}, as recorded at entry {basis.entry} of the audit trail"
    return f"{with_reservations(said, reserved)}."


def _decision(reader: Reader, number: str, all_: list[dict[str, Any]]) -> dict[str, Any]:
    """One signed decision: what was decided of which fills, and the text that was signed."""
    signature = reader.get("signature", number)
    decided = [each for each in all_ if each["signature"] == number]
    fills = [each["of"] for each in decided if each["of_kind"] == "fill"]
    return {
        "signature": number,
        "meaning": signature.meaning,
        "decided": decided,
        "containers": [
            container_content(reader, row) | {"fill": fill}
            for fill in fills
            for row in reader.rows("container", fill=fill)
        ],
        "signed_text": str(signature.shown).split("\n"),
        "signed_text_sha256": signature.shown_sha256,
    }
