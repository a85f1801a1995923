"""``lottrack label donation``: the donation number of a collection as another system's code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from lottrack.commands.base import Answer, verb
from lottrack.commands.label.group import label

if TYPE_CHECKING:
    from lottrack.context import Context


@verb(label, "donation")
@click.argument("collection", metavar="COLLECTION")
@click.option("--out", type=click.Path(path_type=Path), help="A PDF or PNG file, or a folder.")
def donation(context: Context, collection: str, out: Path | None) -> Answer:
    """Draw a collection's donation number as an ISBT 128 Data Matrix, for its papers.

    The number is the one that was recorded with the collection (--external-number DIN=...), as
    another system gave it: lottrack makes none. Refused until the site stated that it is registered
    (`lottrack site isbt`). It is a page for the papers and no label: nothing is stuck on a bag.

    \b
    Example:
      lottrack label donation CL-MAD-0001-K --out papers
    """
    from lottrack.actions.labelling.donations import draw_donation
    from lottrack.actions.labelling.files import Output

    made = draw_donation(context.desk, collection, Output("", out), Path.cwd())
    return Answer(made, f"Drawn: {made['path']} ({made['number']})")
