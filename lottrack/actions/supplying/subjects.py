"""What an act of a dossier says, and what it is about."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from lottrack.actions.finding import find_one_of
from lottrack.actions.scanning import scanned_record
from lottrack.actions.supplying.dossiers import Dossier, dossier_of, dossiers_of
from lottrack.actions.supplying.faults import Against, against

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

REQUEST, ASSESS, ACCEPT, DECLINE = (
    "supply request",
    "supply assess",
    "supply accept",
    "supply decline",
)
"""The acts of a dossier, as in the table of roles."""


class Asked(NamedTuple):
    """What one act of a dossier says.

    Attributes:
        act: one of ``REQUEST``, ``ASSESS``, ``ACCEPT``, ``DECLINE``.
        number: the container at a request, else the dossier.
        text: why it is needed, the evaluation, or why it is declined; "" at an acceptance.
        organism: what grew in a positive culture, or "".
        sensitivities: what it is sensitive to, or "".
        prophylaxis: what the patient is given against it, or "".
    """

    act: str
    number: str
    text: str = ""
    organism: str = ""
    sensitivities: str = ""
    prophylaxis: str = ""


class Subject(NamedTuple):
    """What an act is about: the container, what stands against it, the dossier at its latest."""

    container: Row
    against: Against
    dossier: Dossier | None


def subject_of(desk: Desk, reader: Reader, asked: Asked, account: str) -> Subject:
    """What an act is about, as the record tells it now.

    Raises:
        NotFound: there is no such container or dossier.
        WrongKindOfCode: the number is something else's.
    """
    if asked.act == REQUEST:
        number, _ = scanned_record(desk, asked.number)
        container = reader.get("container", find_one_of(reader, number, "container").record)
        dossiers = dossiers_of(reader, str(container.root))
        dossier = next((d for d in reversed(dossiers) if d.is_open), None)
    else:
        number = find_one_of(reader, asked.number, "supply").record
        dossier = dossier_of(reader, reader.get("supply", number))
        container = reader.get("container", dossier.request.container)
    return Subject(container, against(desk, reader, str(container.root), account), dossier)
