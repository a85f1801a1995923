"""``lottrack verify`` and ``lottrack dispense``: may it go into this patient, and issue it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, told, verb

if TYPE_CHECKING:
    from lottrack.actions.desk import Telling
    from lottrack.context import Context

REFUSED = 42


@verb(None, "verify", writes="verify")
@click.argument("scans", metavar="[SCAN]...", nargs=-1)
@click.option("--patient", default="", metavar="SCAN", help="The patient's wristband or code.")
@click.option("--order", default="", metavar="ORDER", help="The order; else the only open one.")
def verify(context: Context, scans: tuple[str, ...], patient: str, order: str) -> Answer:
    """May these containers go into this patient now?

    One word answers, with every reason against it. Without a scan, at a terminal, verify keeps
    asking for the next container and wristband until it is left with an empty line.

    \b
    Example:
      lottrack verify LT.CNMAD0001X.LBMAD0001Y.PZ --patient LT.PT-P01.LBMAD0002K.W4
    """
    from lottrack.terminal import is_terminal

    if not scans and is_terminal() and not context.json_wanted:
        from lottrack.commands.verify_loop import scan_loop

        return scan_loop(context, patient, order, answered)
    if not scans:
        raise click.UsageError("Give a container's SCAN, and the patient's with --patient SCAN.")
    if not patient and not order:
        raise click.UsageError("Give the patient's scan: --patient SCAN.")
    return answered(context, scans, patient, order)


def answered(context: Context, scans: tuple[str, ...], patient: str, order: str) -> Answer:
    """Ask once; what a person reads is one word, very large, then the reasons."""
    from lottrack.actions.giving.pharmacy import verify as ask

    data = ask(context.writing_desk, scans, patient, order)
    status = 0 if data["verdict"] == "accepted" else REFUSED
    return Answer(data, verdict_text(data), status, tells_warnings=True)


def verdict_text(data: dict[str, Any]) -> str:
    """A verdict for a person at arm's length."""
    from lottrack.reports.verdict import verdict

    return verdict(data)


@verb(None, "dispense", writes="dispense", signed=True)
@click.argument("scans", metavar="SCAN...", nargs=-1, required=True)
@click.option("--patient", required=True, metavar="SCAN", help="The patient's wristband or code.")
@click.option("--order", default="", metavar="ORDER", help="The order; else the only open one.")
@click.option("--second", default="", metavar="USER", help="The second person.")
@click.option("--signer", default="", metavar="USER", help="The pharmacist, if not you.")
@click.option("--reason", default="", help="Why a number was typed instead of scanned.")
@told(witness=False)
def dispense(
    context: Context,
    scans: tuple[str, ...],
    patient: str,
    order: str,
    second: str,
    signer: str,
    reason: str,
    telling: Telling,
) -> Answer:
    """Issue containers for one order; pharmacist and second person sign.

    \b
    Example:
      lottrack dispense LT.CNMAD0001X.LBMAD0001Y.PZ --patient P01 --second PHARMACIST2
    """
    from lottrack.actions.giving.pharmacy import DispensingWish, known_person, prepare_dispensing
    from lottrack.actions.giving.pharmacy import dispense as issue

    desk = context.writing_desk
    pharmacist = signer.upper() or desk.account
    other = known_person(desk, second)
    wish = DispensingWish(scans, patient, order, pharmacist, other, reason)
    prepared = prepare_dispensing(desk, wish, desk.told_at(telling))
    proofs = (
        context.ask_signature(prepared, pharmacist),
        context.ask_second(other, "as second person"),
    )
    return Answer(issue(desk, wish, prepared, proofs, telling))
