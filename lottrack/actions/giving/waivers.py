"""Waivers: a limit of the protocol, waived by two people for one order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lottrack.actions import signing
from lottrack.actions.desk import Telling
from lottrack.actions.finding import find_one_of
from lottrack.actions.secrets import require_account
from lottrack.actions.testing.documents import protocol_of
from lottrack.errors import AlreadyDone
from lottrack.rules.administration.waiving import WaiverFact, require_waivable
from lottrack.rules.reading.text import clean_text

if TYPE_CHECKING:
    from lottrack.actions.desk import Desk
    from lottrack.store.reader import Reader
    from lottrack.store.rows import Row

WAIVE = "order waive"


def waivers_of(reader: Reader, order: str) -> tuple[WaiverFact, ...]:
    """The waivers of an order whose two signatures still stand."""
    return tuple(
        WaiverFact(
            str(row.root),
            str(row.code),
            (_signer(reader, row.signature), _signer(reader, row.second_signature)),
            str(row.reason),
        )
        for row in reader.rows("order_waiver", infusion_order=order)
        if signing.is_valid(reader, row.signature)
        and signing.is_valid(reader, row.second_signature)
    )


def _signer(reader: Reader, signature: str) -> str:
    return str(reader.get("signature", signature).performed_by)


def prepare_waiver(
    desk: Desk, text: str, code: str, reason: str, account: str, reader: Reader | None = None
) -> signing.Prepared:
    """What two people sign when they waive a limit of the protocol for one infusion.

    Raises:
        RoleMissing: the signer may not.
        NotFound: there is no such order.
        AlreadyDone: the order is not open (``order-not-open``), or this was waived.
        Refused: the protocol does not let it be waived (``not-waivable``).
    """
    record = reader or desk.store
    desk.role_for(WAIVE, require_account(desk, account))
    why = clean_text(reason, "the reason")
    order = record.get("infusion_order", find_one_of(record, text, "infusion_order").record)
    if reader is None:
        desk.subjects.append(str(order.root))
    _require_open(record, order)
    require_waivable(code, protocol_of(record, order.protocol).waivable, str(order.protocol))
    _require_new(record, order, code)
    course = record.get("course", order.course)
    lines = [
        f"Order: {order.root}, infusion {order.number}, planned on {order.planned_on}",
        f"Patient: {record.get('pair', course.pair).patient}",
        f"Course (chain of identity): {order.course}",
        f"Protocol: {order.protocol}",
        f"Waived for this infusion alone: {code}",
        f"Reason: {why}",
    ]
    meaning = "waiver of a limit of the protocol for one infusion"
    return signing.prepared(record, WAIVE, meaning, lines, [order])


def _require_open(reader: Reader, order: Row) -> None:
    state = reader.rows("order_standing", infusion_order=order.root)[0].state
    if state != "open":
        raise AlreadyDone(
            f"Order {order.root} is {state}, not open.",
            code="order-not-open",
            hint="`lottrack order list` shows the open ones.",
        )


def _require_new(reader: Reader, order: Row, code: str) -> None:
    for waiver in waivers_of(reader, str(order.root)):
        if waiver.code == code:
            raise AlreadyDone(
                f"{code} was waived for order {order.root} by {' and '.join(waiver.people)}"
                f" ({waiver.waiver}).",
                hint="Nothing to do: `lottrack verify` tells what still stands against it.",
            )


def waive(
    desk: Desk,
    text: str,
    code: str,
    reason: str,
    prepared: signing.Prepared,
    proofs: tuple[signing.Proof, signing.Proof],
) -> dict[str, Any]:
    """Waive a limit of the protocol for one order, signed by two people.

    Raises:
        Changed: the record is not what was shown.
        SamePerson: the second person is the first.
        Refused, AlreadyDone: see ``prepare_waiver``.
    """
    signer = signing.require_signer(desk, prepared, proofs[0])
    second = signing.require_second(desk, proofs[1], signer.account)
    why = clean_text(reason, "the reason")
    told = desk.told(Telling(performed_by=signer.account, reason=why))
    with desk.change(WAIVE, why, role=signer.role) as change:
        again = prepare_waiver(desk, text, code, reason, signer.account, change)
        signing.require_unchanged(prepared, again)
        order = find_one_of(change, text, "infusion_order").record
        signatures = [signing.sign(change, desk, prepared, who, told) for who in (signer, second)]
        number = change.record(
            "order_waiver",
            told,
            infusion_order=order,
            code=code,
            signature=signatures[0],
            second_signature=signatures[1],
        )
        for signature in signatures:
            signing.cover(change, signature, number)
        change.mention(order)
    return {
        "id": number,
        "kind": "order_waiver",
        "order": order,
        "code": code,
        "reason": why,
        "waived_by": [signer.account, second.account],
        "signatures": signatures,
        "warnings": [],
    }
