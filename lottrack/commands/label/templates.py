"""``lottrack label templates``, ``approve``, ``proof``: what labels look like, and who said so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from lottrack.commands.base import Answer, verb
from lottrack.commands.label.group import label

if TYPE_CHECKING:
    from lottrack.context import Context

DOES_NOT_FIT = 62


@verb(label, "proof")
@click.argument("template", metavar="[TEMPLATE]", default="")
@click.option("--all", "every", is_flag=True, help="All templates.")
@click.option(
    "--dpi", type=click.Choice(["203", "300", "600"]), help="If not what the template is made for."
)
@click.option(
    "--out", type=click.Path(path_type=Path), help="A .pdf or .png file; else a folder, as PDF."
)
def proof(
    context: Context,
    template: str,
    every: bool,  # noqa: FBT001 - click's flag
    dpi: str | None,
    out: Path | None,
) -> Answer:
    """Draw a template with the shortest, the longest and the worst text on one page.

    TEMPLATE is a template's name or a .toml file in the making. What does not fit is said, on the
    page and here, with exit status 62; nothing is recorded.

    \b
    Example:
      lottrack label proof cryobag --out cryobag.pdf
      lottrack label proof --all --dpi 203
    """
    from lottrack.actions.labelling.files import Output
    from lottrack.actions.labelling.proofs import prove_labels
    from lottrack.actions.labelling.shelf import shelf_of

    if bool(template) == every:
        raise click.UsageError("Give a TEMPLATE, or --all.")
    database = context.path if context.path.exists() else None
    made = prove_labels(
        template, Output("", out, dpi=int(dpi or 0)), Path.cwd(), shelf_of(database)
    )
    return Answer(made, _proof_text(made), 0 if made["fits"] else DOES_NOT_FIT)


def _proof_text(made: dict[str, Any]) -> str:
    lines = []
    for each in made["templates"]:
        lines.append(f"{each['id']}, edition {each['edition']}: {each['path']}")
        lines += [
            f"  {variant['name']}: {variant['sentence']}"
            for variant in each["variants"]
            if not variant["fits"]
        ]
    fits = "Everything fits." if made["fits"] else "Not everything fits."
    return "\n".join([*lines, fits])


@verb(label, "templates", lists=True)
def templates(context: Context) -> Answer:
    """List the label templates: shipped or the site's own, and whether each prints.

    \b
    Example:
      lottrack label templates
    """
    from lottrack.actions.labelling.shelf import list_templates

    return Answer(list_templates(context.desk))


@verb(label, "approve", writes="label approve", signed=True)
@click.argument("name", metavar="TEMPLATE")
@click.option("--signer", default="", metavar="USER", help="Who signs, if not you.")
def approve(context: Context, name: str, signer: str) -> Answer:
    """Approve a label template of the site's own by signature.

    The file lies in the folder DATABASE.templates beside the database, as NAME.toml. It prints
    exactly as it was signed; changed afterwards, it is refused until it is signed again. To go back
    to a shipped template, take the file away and approve the shipped one.

    \b
    Example:
      lottrack label proof cryobag --out cryobag.pdf
      lottrack label approve cryobag
    """
    from lottrack.actions.labelling.shelf import approve_template, prepare_template

    desk = context.writing_desk
    prepared = prepare_template(desk, name, signer or desk.require_actor())
    proof = context.ask_signature(prepared, signer)
    return Answer(approve_template(desk, name, prepared, proof))
