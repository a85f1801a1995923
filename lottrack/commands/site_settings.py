"""``lottrack site``: what the site decided once for all of its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, noun, reason_option, verb

if TYPE_CHECKING:
    from lottrack.context import Context

site = noun("site", "The site: its decimal mark, its own numbers, ISBT 128.")


@verb(site, "show")
def show(context: Context) -> Answer:
    """Show the site and what it decided.

    \b
    Example:
      lottrack site show
    """
    from lottrack.actions.laboratory.settings import show_site

    return Answer(show_site(context.desk.store))


@verb(site, "set", writes="site set")
@click.option(
    "--decimal-mark",
    "mark",
    type=click.Choice(["point", "comma"]),
    default=None,
    help="The mark in numbers that people type and read; JSON and CSV keep the point.",
)
@click.option(
    "--lot-number", default=None, metavar="PATTERN", help="How own lot numbers are written."
)
@click.option(
    "--collection-number",
    default=None,
    metavar="PATTERN",
    help="How own collection numbers are written.",
)
@reason_option()
def set_(
    context: Context,
    mark: str | None,
    lot_number: str | None,
    collection_number: str | None,
    reason: str,
) -> Answer:
    """Set the decimal mark and the patterns of the numbers the site gives itself.

    In a pattern # stands for a digit, @ for a letter, everything else for itself; `none` lifts it.
    It is asked of `lot register --number`, `collection plan --number` and `collection record
    --number`. Numbers given before stay readable and scannable.

    \b
    Example:
      lottrack site set --decimal-mark comma --reason "SOP-IT-004: as our paper forms"
      lottrack site set --lot-number BM-##-#### --reason "SOP-PR-002, edition 5"
    """
    from lottrack.actions.laboratory.settings import Wanted, set_site

    wanted = Wanted(mark, lot_number, collection_number)
    return Answer(set_site(context.writing_desk, wanted, reason))


@verb(site, "isbt", writes="site isbt")
@click.option("--facility-code", default="", metavar="FIN", help="The site's own, 5 characters.")
@click.option("--statement", default="", help="That the site is registered, and under what.")
@click.option("--withdraw", is_flag=True, help="Take the statement back: nothing is printed.")
@reason_option()
def isbt(
    context: Context,
    facility_code: str,
    statement: str,
    withdraw: bool,  # noqa: FBT001 - a flag of the command line
    reason: str,
) -> Answer:
    """State that the site is registered for ISBT 128, so that its codes may be printed here.

    Until then lottrack reads such codes and prints donation numbers as text only. It never makes
    one: a number is printed as another system gave it.

    \b
    Example:
      lottrack site isbt --facility-code A9999 --reason "contract of 2026-01-12" \\
          --statement "Registered with ICCBBA since 2026-01-12; see contract 4711 (EXAMPLE)"
    """
    from lottrack.actions.laboratory.settings import set_isbt

    if withdraw == bool(facility_code or statement):
        raise click.UsageError("Give --facility-code and --statement, or --withdraw.")
    return Answer(set_isbt(context.writing_desk, facility_code, statement, reason))
