"""``lottrack place``: where cells can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, verb

if TYPE_CHECKING:
    from lottrack.context import Context

place = noun("place", "Places that cells can be at.")
KINDS = ("gmp", "storage", "laboratory", "pharmacy", "ward", "transport")


@verb(place, "register", writes="place register")
@click.argument("code")
@click.option("--name", required=True, help="What the place is called.")
@click.option("--kind", type=click.Choice(KINDS), required=True, help="What it is for.")
def register(context: Context, code: str, name: str, kind: str) -> Answer:
    """Register a place.

    \b
    Example:
      lottrack place register CRYO2 --name "Vapour tank 2" --kind storage
    """
    from lottrack.actions.laboratory.places import register_place

    return Answer(register_place(context.writing_desk, code, name, kind))


@verb(place, "list", lists=True)
def list_(context: Context) -> Answer:
    """List the places.

    \b
    Example:
      lottrack place list
    """
    from lottrack.actions.laboratory.places import list_places

    return Answer(list_places(context.desk))


@verb(place, "line-clearance", writes="place line-clearance")
@click.argument("code")
@click.option("--on", "setting", flag_value="on", help="Ask for it from now on.")
@click.option("--off", "setting", flag_value="off", help="Ask for it no longer.")
@reason_option(required=False)
def line_clearance(context: Context, code: str, setting: str | None, reason: str | None) -> Answer:
    """Ask for line clearance at a place, or no longer.

    While it is on, a lot is labelled and filled there only when no other lot has labels outstanding
    there, or somebody signed where they are: lottrack label clear.

    \b
    Example:
      lottrack place line-clearance GMP1 --on --reason "SOP-LBL-04"
    """
    from lottrack.actions.labelling.clearances import set_clearance

    if setting is None:
        raise click.UsageError("Give --on or --off.")
    desk = context.writing_desk
    return Answer(set_clearance(desk, code, reason or "", required=setting == "on"))
