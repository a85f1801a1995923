"""``lottrack supply``: a container out of specification, on a physician's signed request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, verb

if TYPE_CHECKING:
    from lottrack.actions.supplying.subjects import Asked
    from lottrack.context import Context

supply = noun("supply", "Supply of a container that is out of specification.")

_SIGNER = click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
_SUPPLY = click.argument("number", metavar="SUPPLY")


@verb(supply, "request", writes="supply request", signed=True)
@click.argument("container", metavar="CONTAINER")
@reason_option()
@_SIGNER
def request(context: Context, container: str, reason: str, signer: str) -> Answer:
    """Ask for a container although it is out of specification; the physician signs.

    \b
    Example:
      lottrack supply request CN-MAD-0012-K --reason "no other bag, and she cannot wait"
    """
    from lottrack.actions.supplying.subjects import REQUEST, Asked

    return _act(context, Asked(REQUEST, container, reason), signer)


@verb(supply, "assess", writes="supply assess", signed=True)
@_SUPPLY
@click.option("--text", required=True, help="The evaluation of the risk.")
@click.option("--organism", default="", help="What grew in a positive culture.")
@click.option("--sensitivities", default="", help="What the organism is sensitive to.")
@_SIGNER
def assess(
    context: Context, number: str, text: str, organism: str, sensitivities: str, signer: str
) -> Answer:
    """Evaluate the risk of a container that is out of specification; the qualified person signs.

    \b
    Example:
      lottrack supply assess SU-MAD-0001-8 --text "61 % viable, 1.97 million per kg: RA-31" \\
        --organism "Cutibacterium acnes" --sensitivities "penicillin, clindamycin"
    """
    from lottrack.actions.supplying.subjects import ASSESS, Asked

    asked = Asked(ASSESS, number, text, organism=organism, sensitivities=sensitivities)
    return _act(context, asked, signer)


@verb(supply, "accept", writes="supply accept", signed=True)
@_SUPPLY
@click.option("--prophylaxis", default="", help="What the patient is given against an organism.")
@_SIGNER
def accept(context: Context, number: str, prophylaxis: str, signer: str) -> Answer:
    """Accept a container that is out of specification for this patient; the physician signs.

    \b
    Example:
      lottrack supply accept SU-MAD-0001-8 --prophylaxis "penicillin for seven days"
    """
    from lottrack.actions.supplying.subjects import ACCEPT, Asked

    return _act(context, Asked(ACCEPT, number, prophylaxis=prophylaxis), signer)


@verb(supply, "decline", writes="supply decline", signed=True)
@_SUPPLY
@reason_option()
@_SIGNER
def decline(context: Context, number: str, reason: str, signer: str) -> Answer:
    """Close a dossier: the container is not supplied; the physician signs.

    \b
    Example:
      lottrack supply decline SU-MAD-0001-8 --reason "two infusions are enough for this child"
    """
    from lottrack.actions.supplying.subjects import DECLINE, Asked

    return _act(context, Asked(DECLINE, number, reason), signer)


@verb(supply, "show")
@_SUPPLY
def show(context: Context, number: str) -> Answer:
    """Show a dossier: request, evaluation, decision, whom to tell.

    \b
    Example:
      lottrack supply show SU-MAD-0001-8
    """
    from lottrack.actions.supplying.acts import show_supply
    from lottrack.reports.certification import sheet_text

    data = show_supply(context.desk, number)
    return Answer(data, sheet_text(data))


@verb(supply, "list", lists=True)
def list_(context: Context) -> Answer:
    """List every dossier, open or closed.

    \b
    Example:
      lottrack supply list
    """
    from lottrack.actions.supplying.acts import list_supplies
    from lottrack.reports.certification import supplies_text

    data = list_supplies(context.desk)
    return Answer(data, supplies_text(data))


def _act(context: Context, asked: Asked, signer: str) -> Answer:
    from lottrack.actions.supplying.acts import act_on_supply, prepare_supply
    from lottrack.reports.certification import sheet_text

    desk = context.writing_desk
    prepared = prepare_supply(desk, asked, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    data = act_on_supply(desk, asked, prepared, proof)
    return Answer(data, sheet_text(data))
