"""``lottrack container``: decisions on single containers."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, verb

if TYPE_CHECKING:
    from lottrack.context import Context

container = noun("container", "Decisions on single containers.")


@verb(container, "extend", writes="container extend", signed=True)
@click.argument("containers", metavar="ID", nargs=-1, required=True)
@click.option("--expires", required=True, metavar="TIME", help="The new expiry, to the minute.")
@click.option("--basis", required=True, help="What it rests on: stability data, with their number.")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def extend(
    context: Context, containers: tuple[str, ...], expires: str, basis: str, signer: str
) -> Answer:
    """Extend the expiry of filled containers by signature; their labels become void.

    \b
    Example:
      lottrack container extend CN-MAD-0001-5 CN-MAD-0002-3 --expires 2028-09-27T23:59 \\
          --basis "stability report ST-12, 36 months"
    """
    from lottrack.actions.custody.extensions import Extension, prepare_extension
    from lottrack.actions.custody.extensions import extend as extend_by
    from lottrack.rules.reading.times import parse_time

    desk = context.writing_desk
    wish = Extension(containers, parse_time(expires, desk.zone, desk.now()), basis)
    prepared = prepare_extension(desk, wish, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(extend_by(desk, wish, prepared, proof))
