"""``lottrack place``: where cells can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, verb

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
