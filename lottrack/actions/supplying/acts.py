"""The signed acts of a dossier: asked for, evaluated, accepted or declined.

EudraLex Vol. 4 Part IV 11.54: on the physician's request the manufacturer gives its evaluation of
the risk and says that the product is out of specification and supplied at the physician's request;
the physician's acceptance is recorded, and who must be told is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.finding import find_one_of
from lottrack.actions.independence import require_independent
from lottrack.actions.making.lineage import lineage_of
from lottrack.actions.notifying.calls import write_calls
from lottrack.actions.notifying.duties import duties_in_force
from lottrack.actions.secrets import require_account
from lottrack.actions.supplying.dossiers import supply_data
from lottrack.actions.supplying.faults import is_contaminated
from lottrack.actions.supplying.subjects import (
    ACCEPT,
    ASSESS,
    DECLINE,
    REQUEST,
    Asked,
    Subject,
    subject_of,
)
from lottrack.actions.supplying.texts import supply_covers, supply_lines
from lottrack.errors import AlreadyDone, Blocker, DispositionRefused, Usage
from lottrack.rules.certification.duties import SUPPLY, calls_for
from lottrack.rules.certification.supply import (
    ACCEPTED,
    ASSESSED,
    REQUESTED,
    VOID,
    is_out_of_specification,
    new_faults,
)
from lottrack.rules.reading.text import clean_text
from lottrack.rules.reading.times import to_text
from lottrack.store.chain import canonical

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.actions.supplying.dossiers import Dossier
    from lottrack.store.change import Change
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

MEANINGS = {
    REQUEST: "request to be supplied a container that is out of specification",
    ASSESS: "evaluation of the risk of a container that is out of specification; no release",
    ACCEPT: "acceptance of a container that is out of specification, supplied on my request",
    DECLINE: "declined: the container is not supplied",
}


def prepare_supply(
    desk: Desk, asked: Asked, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What the physician or the qualified person signs.

    Raises:
        NotFound: there is no such container or dossier.
        AlreadyDone: the container has an open dossier (``dossier-open``), or the act was done.
        DispositionRefused: the container is within its specification, or gone; the dossier is not
            at this act; something came up since the evaluation (``faults-since-assessment``).
        SamePerson: who evaluates is who asked.
        Usage: a positive culture, and its organism, sensitivities or the prophylaxis is missing.
    """
    record = reader or desk.store
    code = require_account(desk, account)
    desk.role_for(asked.act, code)
    subject = subject_of(desk, record, asked, code)
    if reader is None:
        desk.subjects.append(str(subject.container.root))
    _require_possible(desk, record, asked, subject, code)
    lines = supply_lines(record, asked, subject)
    covers = supply_covers(record, asked, subject)
    return signing.prepared(record, asked.act, MEANINGS[asked.act], lines, covers)


def act_on_supply(
    desk: Desk, asked: Asked, prepared: signing.Prepared, proof: signing.Proof
) -> dict[str, Any]:
    """Request, evaluate, accept or decline by signature.

    An acceptance opens the call sheet: whom to tell of the supply, and until when.

    Raises:
        Changed: the record is not what was shown.
        AlreadyDone, DispositionRefused, SamePerson, Usage: see ``prepare_supply``.
    """
    why = clean_text(asked.text, "the reason") if asked.act == DECLINE else ""
    with signing.signed(
        desk,
        prepared,
        proof,
        lambda change, account: prepare_supply(desk, asked, account, change),
        reason=why,
    ) as (change, told, signature):
        subject = subject_of(desk, change, asked, told.performed_by)
        table, columns = _columns(asked, subject, signature)
        number = change.record(table, told, **columns)
        signing.cover(change, signature, number)
        supply = number if subject.dossier is None else subject.dossier.number
        change.mention(supply, str(subject.container.root), str(subject.container.lot))
        if asked.act == ACCEPT:
            _open_calls(change, supply, subject.container)
        data = supply_data(change, change.get("supply", supply), to_text(change.now))
    return data | {"record": number, "signature": signature, "warnings": []}


def show_supply(desk: Desk, text: str) -> dict[str, Any]:
    """One dossier.

    Raises:
        NotFound: there is none with this number.
    """
    number = find_one_of(desk.store, text, "supply").record
    return supply_data(desk.store, desk.store.get("supply", number), to_text(desk.now()))


def list_supplies(desk: Desk) -> list[dict[str, Any]]:
    """Every dossier, oldest first."""
    now = to_text(desk.now())
    return [supply_data(desk.store, row, now) for row in desk.store.rows("supply")]


_FROM = {
    ASSESS: frozenset({REQUESTED, ASSESSED, ACCEPTED}),
    ACCEPT: frozenset({ASSESSED}),
    DECLINE: frozenset({REQUESTED, ASSESSED, ACCEPTED, VOID}),
}
"""Act -> where a dossier must stand for it."""


def _require_possible(
    desk: Desk, reader: Reader, asked: Asked, subject: Subject, account: str
) -> None:
    dossier = subject.dossier
    if asked.act != DECLINE:
        _require_there(subject)
    if dossier is None:
        _require_failing(subject)
        return
    if asked.act == REQUEST:
        raise AlreadyDone(
            f"{subject.container.root} has the open dossier {dossier.number}.",
            code="dossier-open",
            hint=f"`lottrack supply show {dossier.number}` tells what it waits for. What came up"
            f" since asks for a dossier of its own: `lottrack supply decline {dossier.number}"
            " --reason TEXT` closes this one first.",
        )
    if dossier.state not in _FROM[asked.act]:
        raise _not_at_this_act(asked.act, dossier)
    if asked.act == ASSESS:
        people = {str(dossier.request.performed_by): [dossier.number]}
        require_independent(desk, ASSESS, account, people, "requested")
        _require_failing(subject)
    if asked.act == ACCEPT:
        _require_assessed(subject, dossier)
    _require_answers(reader, asked, subject)


def _require_there(subject: Subject) -> None:
    if subject.against.others:
        raise DispositionRefused(
            f"{subject.container.root} cannot be supplied at all.",
            code="not-to-be-supplied",
            blockers=subject.against.others,
            hint="Ask for another container.",
        )


def _require_failing(subject: Subject) -> None:
    if is_out_of_specification(subject.against.faults):
        return
    raise DispositionRefused(
        f"Nothing of {subject.container.root} is out of specification: it fails no test, and is"
        " neither damaged nor stopped.",
        code="not-out-of-specification",
        blockers=[Blocker(f.code, f.sentence, f.basis) for f in subject.against.faults],
        hint=f"What is not released yet is released: `lottrack lot check {subject.container.lot}`.",
    )


def _not_at_this_act(act: str, dossier: Dossier) -> AlreadyDone | DispositionRefused:
    state = dossier.state.replace("_", " ")
    if act == ACCEPT and dossier.state == ACCEPTED:
        return AlreadyDone(
            f"{dossier.number} was accepted before.",
            code="already-accepted",
            hint="Nothing to do.",
        )
    return DispositionRefused(
        f"'{act}' does not follow on dossier {dossier.number}, which is {state}.",
        code="dossier-not-there",
        hint=f"`lottrack supply show {dossier.number}` tells what it waits for; a closed one is"
        f" followed by a new request for {dossier.request.container}.",
    )


def _require_assessed(subject: Subject, dossier: Dossier) -> None:
    since = new_faults(subject.against.faults, dossier.faults)
    if since:
        raise DispositionRefused(
            f"Something came up since the evaluation of {dossier.number}.",
            code="faults-since-assessment",
            blockers=[Blocker(fault.code, fault.sentence, fault.basis) for fault in since],
            hint=f"qp evaluates it anew: `lottrack supply assess {dossier.number} --text TEXT`.",
        )


def _require_answers(reader: Reader, asked: Asked, subject: Subject) -> None:
    """What must be said of a culture known to be positive."""
    if asked.act not in {ASSESS, ACCEPT} or not is_contaminated(reader, subject.container):
        return
    wanted = {
        ASSESS: {"--organism": asked.organism, "--sensitivities": asked.sensitivities},
        ACCEPT: {"--prophylaxis": asked.prophylaxis},
    }[asked.act]
    missing = [option for option, text in wanted.items() if not text.strip()]
    if missing:
        raise Usage(
            f"A test for contamination of {subject.container.root} or its kin is positive:"
            f" {' and '.join(missing)} must be told.",
            code="contamination-untold",
            hint='Say "not known yet", or "none", and why, where that is so.',
        )


# -- what is written -------------------------------------------------------------------------------


def _columns(asked: Asked, subject: Subject, signature: str) -> tuple[str, dict[str, Any]]:
    if asked.act == REQUEST:
        return "supply", {
            "container": subject.container.root,
            "patient": subject.against.patient,
            "text": clean_text(asked.text, "the reason"),
            "signature": signature,
        }
    dossier = subject.dossier
    assert dossier is not None, "every other act is about a dossier"
    if asked.act == ASSESS:
        return "supply_assessment", {
            "supply": dossier.number,
            "text": clean_text(asked.text, "the evaluation"),
            "faults": canonical([fault._asdict() for fault in subject.against.faults]),
            "organism": _optional(asked.organism, "the organism"),
            "sensitivities": _optional(asked.sensitivities, "the sensitivities"),
            "signature": signature,
        }
    assessment = None if dossier.assessment is None else dossier.assessment.root
    return "supply_decision", {
        "supply": dossier.number,
        "supply_assessment": assessment,
        "decision": "accepted" if asked.act == ACCEPT else "declined",
        "prophylaxis": _optional(asked.prophylaxis, "the prophylaxis"),
        "signature": signature,
    }


def _optional(text: str, what: str) -> str | None:
    return clean_text(text, what) if text else None


def _open_calls(change: Change, supply: str, container: Row) -> None:
    """Write whom to tell of the supply; a sheet that was written before goes on."""
    if change.first("notification", supply=supply) is not None:
        return
    basis = str(lineage_of(change, container.lot).course.basis)
    calls = calls_for(duties_in_force(change).duties, SUPPLY, basis, (), change.now)
    write_calls(change, calls, supply=supply)
